"""A leak of our own making: the demo corpus as source text, and the builder of its archives."""
