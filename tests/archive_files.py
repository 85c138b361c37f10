"""Archives made in memory, for tests of all that reads them."""

import io
import tarfile
import zipfile
from collections.abc import Collection, Mapping, Sequence

from hypothesis import strategies as st


def zipped(
    members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED, stored: Collection[str] = ()
) -> bytes:
    """A zip archive; those named in `stored` are not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_STORED if name in stored else method)
    return buffer.getvalue()


def tarred(members: Mapping[str, bytes], link: str = "") -> bytes:
    """A tar archive; `link` is where a symbolic link in it leads."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        if link:
            outside = tarfile.TarInfo("link")
            outside.type, outside.linkname = tarfile.SYMTYPE, link
            archive.addfile(outside)
    return buffer.getvalue()


@st.composite
def damaged(draw: st.DrawFn, archives: Sequence[bytes]) -> bytes:
    """One of the archives with some of its bytes overwritten, perhaps cut short."""
    data = bytearray(archives[draw(st.integers(0, len(archives) - 1))])
    for where, what in draw(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=6)):
        at = int(where * (len(data) - 1))
        data[at : at + len(what)] = what
    return bytes(data[: max(1, int(draw(st.floats(0.2, 1)) * len(data)))])
