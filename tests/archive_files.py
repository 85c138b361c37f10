"""Archives made in memory, for tests of all that reads them."""

import io
import tarfile
import zipfile
from collections.abc import Collection, Mapping


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
