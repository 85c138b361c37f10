"""What is said of a corpus that is laid out for another version of the program."""

from collections.abc import Sequence

from mappings.records import Difference

REINDEX = "`unsealed reindex` makes the index anew."
COPY = "`unsealed copy` into a new corpus brings everything up to date."
ANEW = "This version has to read the archives into a new corpus."


def sentence(place: str, found: Sequence[Difference]) -> str:
    """What hinders, in short."""
    first = next((one for one in found if one.hinders), found[0])
    more = f" and {len(found) - 1} more" if found[1:] else ""
    what = f"{first.index}: {first.what}{more}"
    return f"{place} is laid out for another version of this program ({what}). {first.remedy}"
