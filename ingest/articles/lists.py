"""Lists of addresses: text, one a line, with comments."""

from collections.abc import Iterator

from ingest.articles.pieces import Piece, Problem, Told
from ingest.charsets import decode


def read(data: bytes, member: str) -> Iterator[Piece | Problem]:
    """A piece for each address; what a line says after ` #`, and lines that begin with it, are comments."""
    for number, line in enumerate(decode(data)[0].split("\n"), 1):
        address = line.partition("#")[0] if line.lstrip().startswith("#") else line.partition(" #")[0]
        address = address.strip().strip('"')
        if address.lower().startswith(("http://", "https://")) and " " not in address:
            yield Piece(kind="address", told=Told(address=address), member=member, line=number)
        elif address and number > 1:
            reason = f"Line {number:,}: it is no address that begins with http:// or https://."
            yield Problem(code="broken-row", reason=reason, member=member)
