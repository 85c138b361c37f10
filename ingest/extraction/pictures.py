"""Words in pictures, by the program tesseract, where it is installed and asked for."""

import shutil
import subprocess

from ingest.extraction import Damaged, NoReader

PROGRAM = "tesseract"
READS = {"image/png", "image/jpeg", "image/gif", "image/tiff", "image/bmp", "image/webp"}


def is_here() -> bool:
    """Whether the program is installed."""
    return shutil.which(PROGRAM) is not None


def languages() -> list[str]:
    """What tesseract can read, by its names; none where it is not installed."""
    if (program := shutil.which(PROGRAM)) is None:
        return []
    told = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)  # noqa: S603
    return told.stdout.splitlines()[1:]


def picture_text(data: bytes, media: str, languages: str, seconds: float) -> str:
    """The words that tesseract sees. NoReader without it or unasked; Damaged for what it can't open."""
    if not languages:
        raise NoReader("pictures", "no-ocr", " unless --ocr is given")
    if (program := shutil.which(PROGRAM)) is None:
        raise NoReader("pictures", "no-ocr", f", for the program {PROGRAM} is missing")
    if media not in READS:
        raise NoReader(media)
    try:
        done = subprocess.run(  # noqa: S603 - found where programs are, its options are ours
            [program, "stdin", "stdout", "-l", languages], input=data, capture_output=True, timeout=seconds, check=False
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Damaged("timeout", f"{PROGRAM} took more than {seconds:.0f} seconds.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip(" \n.").rpartition("\n")[2]
        raise Damaged("ocr-failed", f"{PROGRAM} could not read it: {said[:200] or 'no reason given'}.")
    return done.stdout.decode("utf-8", "replace")
