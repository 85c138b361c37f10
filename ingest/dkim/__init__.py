"""DKIM and ARC, checked offline against keys that are at hand (RFC 6376, RFC 8463, RFC 8617)."""
