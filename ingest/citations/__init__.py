"""Which messages an article cites: by number, by words, by translated words, by description, by thread."""
