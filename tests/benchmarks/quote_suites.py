"""How far the splitting of texts agrees with the test suites of three quotation libraries.

`python -m tests.benchmarks.quote_suites DATA [--talon-tests DIR]`: DATA holds the folders `talon`,
`email_reply_parser_crisp` and `quotequail` with each suite's fixtures and, of the last two, their test code; DIR holds
talon's test modules (`text_quotations_test.py` …), whose texts stand in the code. What a suite expects is read out of
its own test code, and a case is judged as far as it speaks of what is split here:

* whose words a stretch is (talon's and quotequail's reply, the first fragment of email-reply-parser), blanks aside;
* who is quoted and when (quotequail), the date read from both sides;
* where a signature begins (talon, email-reply-parser).

Measured: talon 87 of 104, email-reply-parser 67 of 70, quotequail 54 of 56. Where they hold otherwise than we do:
talon keeps forwarded mails and a blockquote without an attribution in the reply, and takes "Thanks, Roman" or "-roman"
for a signature; here a forward is a quotation, a closing phrase someone's own words. email-reply-parser shows a
signature below a long dash; quotequail takes one quoted line for none. The rest of the disagreements are misses, most
of them attributions that were cut into pieces.

What the suites count in their own terms (numbers of fragments, marks of lines, markup kept to the letter) has no
counterpart and is counted as such. Every disagreement is listed.
"""

import argparse
import ast
import email
import html
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import policy
from pathlib import Path
from typing import Any

from ingest.attributions import read_attribution
from ingest.markup import html_to_text
from ingest.quotes import split
from ingest.written_dates import find_date
from mappings.records import Address, Segment
from tests.benchmarks.measure import table

_TAGS = re.compile(r"<[^<>]*>")
_MARKS = re.compile(r"^[ \t]*>[> ]*", re.M)


@dataclass
class Score:
    """Cases of one suite: how many agree, what disagrees, what has no counterpart."""

    name: str
    agree: int = 0
    disagree: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)

    def judge(self, case: str, theirs: object, ours: object) -> None:
        """Counts one case; both sides are compared without blanks."""
        if squeezed(theirs) == squeezed(ours):
            self.agree += 1
        else:
            self.disagree.append(f"{case}: they have {_short(theirs)}, we {_short(ours)}")


def squeezed(value: object) -> str:
    """A value's text without blanks."""
    return "".join(str(value).replace("\u200b", "").split())


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return repr(text if len(text) < 70 else f"{text[:33]} … {text[-33:]}")


def pieces(text: str, *kinds: str, sender: str = "") -> str:
    """The stretches of these kinds, joined."""
    segments = split(text, (Address("" if "@" in sender else sender, sender),) if sender else ())
    return "\n".join(text[part.start : part.end] for part in segments if part.kind in kinds)


def reply(text: str) -> str:
    """All that is not quoted: what talon and quotequail call the reply."""
    return pieces(text, "own", "signature", "disclaimer")


def first(text: str) -> tuple[str, tuple[Segment, ...]]:
    """What stands above the first quotation, signature or disclaimer, and all segments."""
    segments = split(text)
    return (text[segments[0].start : segments[0].end] if segments else ""), segments


# email-reply-parser, Crisp's version


def crisp(folder: Path) -> Score:
    """Its test.js, function by function; a function agrees when all that is judged in it does."""
    score = Score("email-reply-parser (Crisp)")
    code = (folder / "test.js").read_text(encoding="utf-8")
    common = " ".join(re.findall(r"COMMON_FIRST_FRAGMENT = '(.*?)';", code, re.S)[0].replace("\\n\\\n", " ").split())
    for name, body in re.findall(r"export function (\w+)\(test\)\s*\{(.*?)\n\}", code, re.S):
        found = re.search(r'get_email\("(\w+)"\)', body)
        path = folder / "fixtures" / f"{found[1]}.txt" if found else folder / "none"
        if not path.exists():
            score.apart.append(f"{name}: no fixture")
            continue
        text = path.read_text(encoding="utf-8")
        checks = list(_crisp_checks(body, text, common))
        wrong = [(theirs, ours) for theirs, ours in checks if squeezed(theirs) != squeezed(ours)]
        if not checks:
            score.apart.append(f"{name}: counts of fragments only")
        else:
            score.judge(f"{name} ({found[1] if found else ''})", *(wrong or [("", "")])[0])
    return score


def _crisp_checks(body: str, text: str, common: str) -> Iterator[tuple[object, object]]:
    """What a test function expects, and what we have."""
    head, segments = first(text)
    if "COMMON_FIRST_FRAGMENT, " in body:
        yield common, head
    for theirs, subject in re.findall(r'equal\("((?:[^"\\]|\\.)*)", ((?:reply\.)?fragments\[0\]|\w+\.get)', body):
        yield ast.literal_eval(f'"{theirs}"'), head if "fragments" in subject else pieces(text, "own")
    for pattern, number in re.findall(r"test\.equal\(true, /((?:[^/\\]|\\.)*)/\.test\(fragments\[(\d)\]", body):
        at = int(number)
        ours = text[segments[at].start : segments[at].end] if at < len(segments) else ""
        yield True, bool(re.search(pattern.replace("[^\\:]", "[^:]"), ours.lstrip("\n") if pattern[0] == "^" else ours))
    for state, number in re.findall(r"test\.equal\((true|false), fragments\[(\d)\]\.isSignature", body):
        at = int(number)
        yield state == "true", at < len(segments) and segments[at].kind == "signature"
    for state, number in re.findall(r"test\.equal\((true|false), fragments\[(\d)\]\.isQuoted", body):
        at = int(number)
        yield state == "true", at < len(segments) and segments[at].kind == "quoted"


# quotequail


def cases(path: Path) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """The parametrised tests of a module: name and rows, as far as they are literals."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith("parametrize"):
                yield node.name, ast.literal_eval(mark.args[1])


def quotequail(folder: Path) -> Score:
    """Its tests of replies, forwards and attribution lines."""
    score = Score("quotequail")
    for name, rows in cases(folder / "test_quote.py"):
        for number, (text, _, shown) in enumerate(rows):
            score.judge(f"{name} {number}", shown[0][1], reply(text))
    for name, rows in cases(folder / "test_quote_html.py"):
        for number, (markup, _, shown) in enumerate(rows):
            score.judge(f"{name} {number}", _plain(shown[0][1]), reply(html_to_text(markup)))
    for _, rows in cases(folder / "test_internal.py"):
        for line, said in rows:
            theirs = _said(said["from"], said["date"], not line.startswith("On "))
            score.judge(f"attribution {line!r}", theirs, _read(line))
    for name, rows in cases(folder / "test_unwrap.py"):
        for number, (text, said) in enumerate(rows):
            _unwrapped(score, f"{name} {number}", text, said)
    for name, rows in cases(folder / "test_unwrap_html.py"):
        for source, said in rows:
            path = folder / "files" / source
            markup = path.read_text(encoding="utf-8") if source.endswith(".html") else source
            _unwrapped(score, f"{name} {source[:24]!r}", html_to_text(markup), said, is_html=True)
    _unwrapped_files(score, folder)
    score.apart.append("test_html.py, test_extract_headers, limits: the library's own tree and line functions")
    return score


def _unwrapped_files(score: Score, folder: Path) -> None:
    """The tests of unwrap_html that read a file and assert key by key or by one dictionary."""
    for node in ast.parse((folder / "test_unwrap_html.py").read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef) or node.decorator_list:
            continue
        source = ast.unparse(node)
        name = re.search(r"read_file\('([\w.]+)'\)", source)
        said: dict[str, str] = {"html_top": "?"} | dict(re.findall(r"result\['([\w-]+)'\] == '([^']*)'", source))
        for inner in ast.walk(node):
            if isinstance(inner, ast.Dict):
                said = ast.literal_eval(inner)
        if name and len(said) > 1 and "unwrap_html(" in source:
            text = html_to_text((folder / "files" / name[1]).read_text(encoding="utf-8"))
            _unwrapped(score, node.name, text, said, is_html=True)


def _unwrapped(score: Score, case: str, text: str, said: dict[str, str] | None, is_html: bool = False) -> None:
    """One case of unwrap: what stands above and below the quotation, what is quoted, from whom, when, about what."""
    segments = split(text)
    quoted = [part for part in segments if part.kind == "quoted"]
    if said is None:
        score.judge(f"{case}: no quotation", "", text[quoted[0].start : quoted[0].end] if quoted else "")
        return
    top, below = ("html_top", "html_bottom") if is_html else ("text_top", "text_bottom")
    ends = (quoted[0].start, quoted[-1].end) if quoted else (len(text), len(text))
    theirs = [_plain(said.get(top, "")), _plain(said.get(below, ""))]
    ours = [text[: ends[0]] if said.get(top) != "?" else "?", text[ends[1] :]]
    if not is_html:
        theirs.append(said.get("text", ""))
        ours.append("".join(_MARKS.sub("", text[max(part.start, part.words) : part.end]) for part in quoted))
    theirs.append(_said(said.get("from", ""), said.get("date", "")) + said.get("subject", ""))
    named = next((part for part in quoted if part.who), None)
    ours.append(f"{_who(named.name, named.address)} {named.date} {named.subject}" if named else "")
    wrong = [pair for pair in zip(theirs, ours, strict=True) if squeezed(pair[0]) != squeezed(pair[1])]
    score.judge(case, *(wrong or [("", "")])[0])


def _who(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address else name or address


def _said(sender: str, date: str, day_first: bool | None = None) -> str:
    """A sender and a date as the suites state them, in our words."""
    said = read_attribution(f"From: {sender}\nDate: {date}")
    found = find_date(date, day_first or None)
    return f"{_who(said.name, said.address)} {found.iso if found else ''} "


def _read(line: str) -> str:
    said = read_attribution(line)
    return f"{_who(said.name, said.address)} {said.date}"


def _plain(markup: str) -> str:
    """The text of markup, quotations and all, without their marks."""
    return _MARKS.sub("", html_to_text(markup)) if "<" in markup else html.unescape(markup)


# talon


def talon(folder: Path, tests: Path | None) -> Score:
    """Its fixtures by the rules that its tests state, and, where they are at hand, its tests themselves."""
    score = Score("talon")
    for path in sorted((folder / "standard_replies").glob("*.eml")):
        part = email.message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
        text = part.get_content().replace("\r\n", "\n") if part else ""
        told = path.with_name(f"{path.stem}_reply_text")
        score.judge(f"standard_replies/{path.name}", told.read_text() if told.exists() else "Hello", reply(text))
    for path in sorted((folder / "html_replies").glob("*.html")):
        text = html_to_text(path.read_text(encoding="utf-8"))
        score.judge(f"html_replies/{path.name}", "Hi. I am fine.\n\nThanks,\nAlex", reply(text))
    for path in sorted((folder / "signature/emails/stripped").glob("*_body")):
        names = (path.name.replace("_body", end) for end in ("_sender", "_signature"))
        sender, sign = (path.with_name(name).read_text(encoding="utf-8") for name in names)
        ours = pieces(path.read_text(encoding="utf-8"), "signature", "disclaimer", sender=sender.strip())
        score.judge(f"signature/{path.name}", sign, ours)
    if tests:
        for name in ("text_quotations_test", "html_quotations_test", "bruteforce_test"):
            _talon_tests(score, tests / f"{name}.py", folder)
    return score


MARKUP = ("test_validate_output_html", "test_remove_namespaces")


class _Apart(Exception):
    """A test that speaks of talon's insides."""


class _Wrong(Exception):
    """A test that does not hold."""


class _Stand:
    """What stands in for talon's modules: replies and signatures by our splitting."""

    def __getattr__(self, name: str) -> Any:
        raise _Apart(name)

    def extract_from_plain(self, text: str) -> str:
        """The reply of a text."""
        return reply(text).strip()

    def extract_from_html(self, markup: str) -> str:
        """The reply of markup, as text."""
        return reply(html_to_text(markup))

    def extract_signature(self, text: str) -> tuple[str, str | None]:
        """Text and signature."""
        return pieces(text, "own", "quoted").strip(), pieces(text, "signature").strip() or None


def _eq(theirs: object, ours: object, *_: object) -> None:
    sides = [" · ".join(map(str, side)) if isinstance(side, tuple) else str(side) for side in (theirs, ours)]
    sides = [_TAGS.sub("", html.unescape(side)) for side in sides]
    if squeezed(sides[0]) != squeezed(sides[1]):
        raise _Wrong(f"they have {_short(sides[0])}, we {_short(sides[1])}")


def _ok(value: object, *_: object) -> None:
    if not value:
        raise _Wrong("a condition does not hold")


def _talon_tests(score: Score, path: Path, folder: Path) -> None:
    """The test functions of one of talon's modules, run against the stand-in."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    module.body = [node for node in module.body if isinstance(node, ast.FunctionDef)]
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            node.decorator_list = [ast.parse("apart", mode="eval").body]  # they patch its insides

    def apart(_: object) -> Callable[[], None]:
        def run() -> None:
            raise _Apart("patched")

        return run

    stand = _Stand()
    named = {"OLK_SRC_BODY_SECTION": "OLK_SRC_BODY_SECTION.html", "REPLY_SEPARATED_BY_HR": "reply-separated-by-hr.html",
             "REPLY_QUOTATIONS_SHARE_BLOCK": "reply-quotations-share-block.eml"}  # fmt: skip
    space: dict[str, Any] = {
        "eq_": _eq, "ok_": _ok, "assert_true": _ok, "assert_false": lambda value: _ok(not value), "apart": apart,
        "quotations": stand, "bruteforce": stand, "u": stand, "patch": stand, "re": re,
        "RE_WHITESPACE": re.compile(r"\s"),
        "RE_DOUBLE_WHITESPACE": re.compile(r"\s"), "six": type("six", (), {"text_type": str}),
        **{name: (folder / file).read_text(encoding="utf-8") for name, file in named.items()},
    }  # fmt: skip
    exec(compile(module, str(path), "exec"), space)
    for name in [node.name for node in module.body if isinstance(node, ast.FunctionDef)]:
        if name in MARKUP:
            score.apart.append(f"{path.stem}.{name}: markup kept to the letter")
            continue
        if not name.startswith("test_") or name == "test_standard_replies" or name.endswith("_reply"):
            continue
        try:
            space[name]()
            score.agree += 1
        except _Wrong as wrong:
            score.disagree.append(f"{path.stem}.{name}: {wrong}")
        except _Apart as why:
            score.apart.append(f"{path.stem}.{name}: {why}")


def main() -> None:
    """Prints the table of agreement and what disagrees."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--talon-tests", type=Path)
    options = parser.parse_args()
    scores = [talon(options.data / "talon", options.talon_tests), crisp(options.data / "email_reply_parser_crisp"),
              quotequail(options.data / "quotequail")]  # fmt: skip
    rows = []
    for one in scores:
        judged = one.agree + len(one.disagree)
        rows.append((one.name, judged, one.agree, f"{100 * one.agree / max(judged, 1):.1f} %", len(one.apart)))
    sys.stdout.write(table(("suite", "judged", "agree", "share", "no counterpart"), rows) + "\n")
    for one in scores:
        for line in one.disagree:
            sys.stdout.write(f"{one.name}: {line}\n")
        sys.stdout.write("".join(f"{one.name}, no counterpart: {line}\n" for line in one.apart))


if __name__ == "__main__":
    main()
