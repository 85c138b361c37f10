"""Documents of a text release: scanned or exported mail whose From, Sent, To and Subject stand as lines of text."""
