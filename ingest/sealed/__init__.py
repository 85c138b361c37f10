"""What writers signed or encrypted themselves: S/MIME (RFC 8551) and OpenPGP (RFC 3156, RFC 9580)."""
