"""Archives in, records out."""
