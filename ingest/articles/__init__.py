"""Articles on disk, in tables, or at addresses -> records with their text, links and bytes.

    for thing in things(path):                 # Pieces and Problems, by content first, by name second
        article = Reader().article(thing)      # NotReadable

Nothing here raises for what a file holds: what can't be read is a Problem in its place.
"""
