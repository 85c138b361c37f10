"""Addresses fetched politely: as robots.txt allows, one request at a time, each host with a pause between two."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

from msgspec import Struct

from ingest.articles.connecting import Answer, Line, get, plain_address, trusting
from ingest.articles.kinds import HEAD, kind_of
from ingest.articles.pieces import Kind, NotReadable, Piece, Told
from ingest.articles.public import Allowed, Resolve, is_public, resolved
from ingest.articles.unpacking import unpacked

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from protego import Protego

NAME = "Unsealed"
AGENT = "Unsealed/0.1 (reads articles that cite released mail{contact})"
PAUSE = 2.0  # seconds between two requests to a host, unless its robots.txt asks for more
LONGEST_PAUSE = 60.0
REDIRECTS = 5
ROBOTS = 512 << 10  # bytes of a robots.txt that count (RFC 9309 §2.5 asks for 500 KiB at least)
ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,*/*;q=0.5"
_MOVED = (301, 302, 303, 307, 308)
_BUSY = (429, 503)
_KINDS: dict[str, Kind] = {"page": "page", "document": "document", "text": "text", "markdown": "text",
                           "mhtml": "mhtml", "feed": "feed"}  # fmt: skip


class _Host(Struct):
    """What is known of a host: when it may be asked again, and its robots.txt (None where nothing is forbidden)."""

    ready: float = 0.0
    pause: float = PAUSE
    robots: "Protego | None" = None
    refused: tuple[str, str] | None = None  # the code and sentence for why nothing may be fetched
    asked: bool = False


class Fetcher:
    """Fetches one address at a time; remembers the hosts that it was at."""

    def __init__(
        self, contact: str = "", *, resolve: Resolve = resolved, allowed: Allowed = is_public,
        clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep, seconds: float = 30.0,
        largest: int = 10 << 20,
    ) -> None:  # fmt: skip
        """`contact` tells servers whom to write to; the rest is for tests, and no option leads to it."""
        contact = "".join(letter for letter in contact if letter.isprintable() and letter.isascii())[:200]
        agent = AGENT.format(contact=f"; contact: {contact}" if contact else "")
        self._line = Line(resolve=resolve, allowed=allowed, agent=agent, seconds=seconds, largest=largest,
                          context=trusting())  # fmt: skip
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    def wait(self, address: str) -> float:
        """Seconds until the host of an address may be asked."""
        host = self._hosts.get(urlsplit(address).netloc.lower())
        return max(0.0, host.ready - self._clock()) if host else 0.0

    def fetch(self, told: Told) -> Piece:
        """The article at `told.address`, after redirects; each is checked as the first address was. NotReadable."""
        parts = plain_address(told.address)
        passed: list[str] = []
        for _ in range(REDIRECTS + 1):
            self._permitted(parts)
            answer = self._get(parts, ACCEPT)
            here = urlunsplit(parts)
            if answer.status not in _MOVED or not answer.headers.get("location"):
                return self._piece(told, here, passed, answer)
            passed.append(here)
            parts = plain_address(urljoin(here, answer.headers["location"]))
        raise NotReadable("redirects", f"{told.address} leads on and on: more than {REDIRECTS} redirects.")

    def _piece(self, told: Told, here: str, passed: list[str], answer: Answer) -> Piece:
        if answer.status != 200:
            raise NotReadable(f"http-{answer.status}", f"{here} answered with status {answer.status}.")
        if answer.cut:
            raise NotReadable("too-large", f"{here} is larger than {self._line.largest:,} bytes.")
        data = unpacked(answer.body, answer.headers.get("content-encoding", ""), self._line.largest)
        declared = answer.headers.get("content-type", "")
        media, _, rest = declared.partition(";")
        kind = _KINDS.get(kind_of(data[:HEAD], urlsplit(here).path))
        if kind in (None, "text") and "html" in media and data:
            kind = "page"
        if kind is None:
            raise NotReadable("no-article", f"{here} is {media.strip() or 'something'}, no page or text.")
        charset = rest.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
        return Piece(
            kind=kind, data=data, media=media.strip().lower(), charset=charset, status=answer.status,
            at=int(time.time()), others=(told.address, *passed),
            told=Told(address=here, title=told.title, outlet=told.outlet, authors=told.authors, date=told.date,
                      lang=told.lang),
        )  # fmt: skip

    def _get(self, parts: "SplitResult", accept: str) -> Answer:
        """One request, once its host may be asked again; one that says it is busy is asked once more."""
        host = self._host(parts)
        for again in (True, False):
            self._sleep(max(0.0, host.ready - self._clock()))
            try:
                answer = get(parts, self._line, accept)
            finally:
                host.ready = self._clock() + host.pause
            if answer.status not in _BUSY or not again:
                break
            later = _later(answer.headers.get("retry-after", ""))
            if later > LONGEST_PAUSE:
                break
            host.ready = self._clock() + max(later, host.pause)
        return answer

    def _host(self, parts: "SplitResult") -> _Host:
        return self._hosts.setdefault(parts.netloc, _Host())

    def _permitted(self, parts: "SplitResult") -> None:
        """NotReadable for what the host's robots.txt forbids, or where it can't be told (RFC 9309 §2.3.1)."""
        host = self._host(parts)
        if not host.asked:
            host.asked = True
            try:
                self._ask(parts, host)
            except NotReadable as error:  # what can't be asked can't be fetched
                host.refused = error.code, str(error)
        if host.refused:
            raise NotReadable(*host.refused)
        if host.robots is not None and not host.robots.can_fetch(urlunsplit(parts), NAME):
            raise NotReadable("robots", f"{parts.netloc} does not let programs fetch this address (robots.txt).")

    def _ask(self, parts: "SplitResult", host: _Host) -> None:
        from protego import Protego

        at = plain_address(f"{parts.scheme}://{parts.netloc}/robots.txt")
        for _ in range(REDIRECTS + 1):
            answer = self._get(at, "text/plain")
            if answer.status not in _MOVED or not answer.headers.get("location"):
                break
            at = plain_address(urljoin(urlunsplit(at), answer.headers["location"]))
        if answer.status >= 500 or answer.status == 429:
            reason = f"{parts.netloc} can't say what programs may fetch (robots.txt: status {answer.status})."
            host.refused = "robots", reason
        elif answer.status == 200:
            body = unpacked(answer.body, answer.headers.get("content-encoding", ""), self._line.largest)
            host.robots = Protego.parse(body[:ROBOTS].decode("utf-8", "replace"))
            delay = host.robots.crawl_delay(NAME)
            host.pause = min(max(PAUSE, float(delay or 0)), LONGEST_PAUSE)
            host.ready = self._clock() + host.pause


def _later(value: str) -> float:
    """The seconds that a Retry-After asks for; PAUSE where it can't be read."""
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, IndexError):
        return PAUSE
