"""The engine seam: queries in, pages of results out, whichever engine holds the corpus."""
