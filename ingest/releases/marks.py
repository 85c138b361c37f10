"""What a release prints over a document: classification banners, page footers, exemption codes, Bates numbers."""

import re

_CODE = (
    r"(?:B\s?[1-9]\d?|\(?b\)? ?\([1-9]\)(?: ?\([A-F]\))?|[1-9]\.[1-9]\([A-Ia-i]\)|1\.4|NR|CIA|DIA|NRO|NGA|PERS|ODNI)"
)
_CODES = rf"{_CODE}(?:[\s,;./]+{_CODE})*[\s,;.]*"
_BANNER = re.compile(
    r"\W{0,6}(?:[A-Z ]{0,60}UNCLASSIFIED[^\n]{0,8}U\.?\s?S\.?\s{0,3}D[^\n]{0,24}State|"
    r"U\.?S\.? Department of State\s+(?:Case|SUBJECT TO)|Doc(?:ument)? (?:No|ID)\b|Case No\b|"
    r"I?RELEASED? IN(?:\s+(?:FULL|PART)|\s*\W*$)|STATE DEPT\.? ?- ?PRODUCED TO|SUBJECT TO AGREEMENT ON SENSITIVE|"
    r"NO FOIA WAIVER|Classified by .{3,60} on\b|Declassify on ?:|Reason: ?1\.4|Class: ?(?:CONFIDENTIAL|SECRET)|"
    r"(?:APPROVED|Approved) for (?:RELEASE|Release)|FOIA (?:CASE|Case|Request)\b)"
)
_ALONE = re.compile(
    rf"\W{{0,4}}(?:(?:UN)?CLASSIFIED(?:\s*//?\s*[A-Z ]{{3,40}})?|U\.?S\.? Department of State|"
    rf"(?:CONFIDENTIAL|SECRET|SENSITIVE BUT UNCLASSIFIED)|FULL|IN (?:FULL|PART)|RELEASE|(?:IN )?PART(?:\s+{_CODES})?|"
    rf"{_CODES}|Date: \d\d/\d\d/\d{{4}}|on: ?\d\d/\d\d/\d{{4}}|[A-Z]{{2,12}}-[A-Z0-9]{{0,4}}\d{{5,9}}|"
    r"Page \d{1,4}(?: of \d{1,4})?|[-_•.,'*|~^ ]{1,9})\W{0,4}"
)
# What stands to the right of a line's own words: a code, a banner, or a line of a note on classification.
_MARGIN = re.compile(
    rf"(?:\s{{2,}}|(?<=[>;]) )[\[({{]?(?:{_CODES}|I?RELEASED? IN\b.*|PART(?:\s+{_CODES})?|FULL|STATE DEPT\.? ?-.*|"
    rf"SUBJECT TO AGREEMENT.*|(?:on: ?)?\d\d[/-]\d\d[/-](?:19|20)\d\d)[\])}}]?[\s_.•|—-]*$|"
    r"\s+(?:Classified by .*|(?:\d\d/\d\d/\d{4} )?(?:[A-Z]{5,14} )?— ?(?:Class|Reason|Declassify)\b.*|Class: ?[A-Z].*|"
    r"Class: ?$|Reason: ?1\..*|Declassify\b.*)$"
)
# Quickly tells the lines that none of the above can match: nearly all.
_MAYBE = re.compile(r"B\s?\d|b\) ?\(|1\.4|[A-Z]{4}|Doc|Case|[Cc]lass|Reason|Date: \d|^\W*$|\b(?:NR|CIA|DIA)\b|Page|Dep")
_WIDEST = 2000  # letters of a line in whose margin a mark may stand
_SIGN = re.compile(r"RELEASED? IN (?:FULL|PART)|Doc(?:ument)? (?:No|ID)\.?:? ?[A-Z]?\d|FOIA|Bates", re.I)


def is_mark(line: str) -> bool:
    """Whether a line is the release's own and no word of the document; blank lines are not."""
    if not _MAYBE.search(line):
        return False
    bare = line.strip()
    if not bare or len(bare) > 260:
        return False
    rest = _MARGIN.sub("", f"  {bare}").strip()
    return not rest or bool(_BANNER.match(rest) or _ALONE.fullmatch(rest))


def without_margin(line: str) -> str:
    """The line without a code in its right margin ("… 2:10 PM      B6")."""
    if len(line) > _WIDEST or not _MAYBE.search(line):
        return line
    return _MARGIN.sub("", line)


def released(head: str) -> bool:
    """Whether the beginning of a text bears the marks of a release."""
    return bool(_SIGN.search(head[:3000]))
