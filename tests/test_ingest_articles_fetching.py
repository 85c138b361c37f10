"""Fetching: what may be asked for, how politely, and that no request reaches an address that is not public."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.articles.fetching import PAUSE, Fetcher
from ingest.articles.pieces import NotReadable, Piece, Told
from ingest.articles.public import is_public
from tests import article_files as files
from tests import tls_site

Pages = dict[str, tuple[int, dict[str, str], bytes]]


class Site:
    """A server on this machine, and what it was asked."""

    def __init__(self) -> None:
        self.pages: Pages = {}
        self.asked: list[tuple[str, str]] = []  # (host, path)
        self.headers: list[dict[str, str]] = []
        self.slow = 0.0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.headers.get("Host", ""), self.path))
                site.headers.append(dict(self.headers.items()))
                status, headers, body = site.pages.get(self.path, (404, {}, b"not here"))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for start in range(0, len(body), 1 << 16):
                    if site.slow:
                        time.sleep(site.slow)
                    try:
                        self.wfile.write(body[start : start + (1 << 16)])
                    except OSError:
                        return

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def address(self, path: str, host: str = "paper.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def page(self, path: str, body: str | bytes = "", status: int = 200, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = status, {"Content-Type": "text/html; charset=utf-8"} | named, data


@pytest.fixture
def site() -> Iterator[Site]:
    opened = Site()
    thread = threading.Thread(target=opened.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()
    thread.join()


class Clock:
    """Time that passes only when one sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.slept.append(seconds)
            self.now += seconds


def fetcher(clock: Clock | None = None, **more: object) -> Fetcher:
    """One for which every name is this machine, which is allowed."""
    clock = clock or Clock()
    return Fetcher(resolve=lambda host, port: ["127.0.0.1"], allowed=lambda address, port: True, clock=clock,
                   sleep=clock.sleep, **more)  # type: ignore[arg-type]  # fmt: skip


def fetch(site: Site, path: str, by: Fetcher | None = None) -> Piece:
    return (by or fetcher()).fetch(Told(address=site.address(path)))


def refused(call: Callable[[], object]) -> NotReadable:
    with pytest.raises(NotReadable) as error:
        call()
    return error.value


# --- which addresses


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "192.88.99.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1",
    "2002:808:808::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "3fff::1", "5f00::1",
    "not an address", "", "2606:4700::1%eth0",
])  # fmt: skip
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address, 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "151.101.1.164", "2606:4700:4700::1111", "2a00:1450::1"])
def test_what_is_public(address: str) -> None:
    assert is_public(address, 80)
    assert is_public(address, 443)
    assert not is_public(address, 25)
    assert not is_public(address, 6379)


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "0",
    "[64:ff9b::7f00:1]", "169.254.169.254",
])  # fmt: skip
def test_no_form_of_this_machine_is_asked(site: Site, host: str) -> None:
    """With the product's own rules; a port that is allowed would lead to the same end."""
    error = refused(lambda: Fetcher().fetch(Told(address=f"http://{host}:{site.port}/")))
    assert error.code in ("not-public", "no-host", "bad-address")
    assert site.asked == []


@pytest.mark.parametrize("address", [
    "ftp://paper.example/", "file:///etc/passwd", "gopher://paper.example/", "http:///nothing", "http://a b/",
    "http://user:secret@paper.example/", "http://user@paper.example/", "http://[::1", "http://paper.example:99999/",
    "http://pa\tper.exa$mple/", "http://paper.example\r\nX: y/",
])  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(address: str) -> None:
    assert refused(lambda: fetcher().fetch(Told(address=address))).code in ("bad-address", "no-answer")


def test_a_name_with_one_private_address_is_refused(site: Site) -> None:
    mixed = Fetcher(resolve=lambda host, port: ["93.184.216.34", "10.0.0.7"])
    assert refused(lambda: mixed.fetch(Told(address="http://trap.example/"))).code == "not-public"


def test_the_address_that_was_checked_is_the_one_connected_to(site: Site) -> None:
    """A name that resolves to something else the second time gets no second time."""
    site.page("/a", files.page())
    answers = iter([["127.0.0.1"], ["127.0.0.1"], ["10.0.0.7"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    by = Fetcher(resolve=resolve, allowed=lambda address, port: address == "127.0.0.1", sleep=lambda seconds: None)
    before = socket.getaddrinfo

    def caught(host: object, *rest: object, **more: object) -> object:
        assert host == "127.0.0.1", f"{host} was looked up again"
        return before(host, *rest, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", caught)
        assert by.fetch(Told(address=site.address("/a", "rebind.example"))).status == 200
    assert asked == ["rebind.example", "rebind.example"]  # robots.txt, and the page
    assert refused(lambda: by.fetch(Told(address=site.address("/a", "rebind.example")))).code == "not-public"


def test_a_redirect_is_checked_as_the_first_address_was(site: Site) -> None:
    site.page("/go", status=302, Location="http://inside.example/secret")
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["10.0.0.7"] if host == "inside.example" else ["127.0.0.1"]

    by = Fetcher(resolve=resolve, allowed=lambda address, port: address == "127.0.0.1", sleep=lambda seconds: None)
    error = refused(lambda: by.fetch(Told(address=site.address("/go"))))
    assert error.code == "not-public"
    assert "inside.example" in str(error)
    assert asked[-1] == "inside.example"
    site.page("/file", status=301, Location="file:///etc/passwd")
    assert refused(lambda: by.fetch(Told(address=site.address("/file")))).code == "bad-address"


def test_robots_of_another_host_is_checked_as_well(site: Site) -> None:
    site.page("/robots.txt", status=302, Location="http://inside.example/robots.txt")
    by = Fetcher(resolve=lambda host, port: ["10.0.0.7" if host == "inside.example" else "127.0.0.1"],
                 allowed=lambda address, port: address == "127.0.0.1", sleep=lambda seconds: None)  # fmt: skip
    assert refused(lambda: by.fetch(Told(address=site.address("/a")))).code == "not-public"


def test_no_proxy_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.page("/a", files.page())
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert fetch(site, "/a").status == 200


# --- what comes back


def test_a_page_comes_with_its_bytes_time_and_address(site: Site) -> None:
    site.page("/a", files.page())
    before = int(time.time())
    piece = fetch(site, "/a")
    assert piece.kind == "page"
    assert piece.data == files.page().encode()
    assert piece.told.address == site.address("/a")
    assert (piece.status, piece.charset, piece.media) == (200, "utf-8", "text/html")
    assert before <= piece.at <= time.time()


def test_it_says_who_asks_and_keeps_no_cookies(site: Site) -> None:
    site.page("/a", files.page(), Set_Cookie="a=b; Path=/")
    by = fetcher(contact="desk@paper.example\r\nX-Evil: yes")
    fetch(site, "/a", by)
    fetch(site, "/a", by)
    assert all("Unsealed" in headers["User-Agent"] for headers in site.headers)
    assert "desk@paper.example" in site.headers[0]["User-Agent"]
    assert not any("Cookie" in headers or "X-Evil" in headers for headers in site.headers)


def test_redirects_are_followed_and_kept(site: Site) -> None:
    site.page("/old", status=301, Location="/new?x=1")
    site.page("/new?x=1", files.page())
    piece = fetch(site, "/old")
    assert piece.told.address == site.address("/new?x=1")
    assert site.address("/old") in piece.others
    site.page("/loop", status=302, Location="/loop")
    assert refused(lambda: fetch(site, "/loop")).code == "redirects"


def test_sizes_are_limited_packed_or_not(site: Site) -> None:
    small = fetcher(largest=100_000)
    site.page("/big", b"<html>" + b"a" * 200_000)
    assert refused(lambda: fetch(site, "/big", small)).code == "too-large"
    site.page("/announced", b"<html>", Content_Length="99999999999")
    assert refused(lambda: fetch(site, "/announced", small)).code == "too-large"
    site.page("/bomb", gzip.compress(b"<html>" + b"a" * (50 << 20)), Content_Encoding="gzip")
    assert refused(lambda: fetch(site, "/bomb", small)).code == "too-large"
    site.page("/packed", gzip.compress(files.page().encode()), Content_Encoding="gzip")
    assert fetch(site, "/packed", small).data == files.page().encode()
    site.page("/odd", b"rubbish", Content_Encoding="gzip")
    assert refused(lambda: fetch(site, "/odd", small)).code == "damaged"


def test_time_is_limited(site: Site) -> None:
    site.page("/robots.txt", "")
    site.page("/slow", b"<html>" + b"a" * (20 << 16))
    by = fetcher(seconds=0.5)
    assert refused(lambda: fetch(site, "/nothing", by)).code == "http-404"
    site.slow = 0.2
    began = time.monotonic()
    assert refused(lambda: fetch(site, "/slow", by)).code == "timeout"
    assert time.monotonic() - began < 10


def test_half_an_answer_is_none(site: Site) -> None:
    site.page("/half", files.page(), Content_Length="90000")
    assert refused(lambda: fetch(site, "/half")).code == "no-answer"


def test_what_is_no_article_is_said(site: Site) -> None:
    site.page("/x.png", b"\x89PNG\r\n\x1a\n", Content_Type="image/png")
    assert refused(lambda: fetch(site, "/x.png")).code == "no-article"
    site.page("/gone", "gone", status=410)
    assert refused(lambda: fetch(site, "/gone")).code == "http-410"
    nobody = Fetcher(resolve=lambda host, port: [], allowed=lambda address, port: True)
    assert refused(lambda: nobody.fetch(Told(address="http://nobody.example/"))).code == "no-host"


@contextmanager
def listening() -> Iterator[int]:
    """A port that takes connections and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        def hang_up() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=hang_up, daemon=True).start()
        yield server.getsockname()[1]


def test_a_server_that_hangs_up_is_said() -> None:
    with listening() as port:
        error = refused(lambda: fetcher().fetch(Told(address=f"http://paper.example:{port}/")))
    assert error.code == "no-answer"


# --- politeness


def test_robots_are_heeded(site: Site) -> None:
    rules = "User-agent: unsealed\nDisallow: /private\nAllow: /private/*.html$\n\nUser-agent: *\nDisallow: /\n"
    site.page("/robots.txt", rules, Content_Type="text/plain")
    site.page("/a", files.page())
    site.page("/private/b", files.page())
    site.page("/private/c.html", files.page())
    by = fetcher()
    assert fetch(site, "/a", by).status == 200
    assert fetch(site, "/private/c.html", by).status == 200
    assert refused(lambda: fetch(site, "/private/b", by)).code == "robots"
    assert [path for _, path in site.asked].count("/robots.txt") == 1
    assert "/private/b" not in [path for _, path in site.asked]


def test_without_robots_all_may_be_fetched_and_with_broken_ones_nothing(site: Site) -> None:
    site.page("/a", files.page())
    assert fetch(site, "/a").status == 200
    site.page("/robots.txt", "busy", status=500)
    assert refused(lambda: fetch(site, "/a")).code == "robots"


def test_hosts_are_asked_with_a_pause(site: Site) -> None:
    clock = Clock()
    by = fetcher(clock)
    for path in ("/a", "/b"):
        site.page(path, files.page())
        fetch(site, path, by)
    assert clock.slept == [PAUSE, PAUSE]  # after robots.txt, and between the two
    by.fetch(Told(address=site.address("/a", "other.example")))
    assert clock.slept == [PAUSE, PAUSE, PAUSE]  # its own robots.txt; it was not made to wait for the first
    assert by.wait(site.address("/a")) < PAUSE
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 10\n")
    slow = fetcher(clock)
    fetch(site, "/a", slow)
    assert slow.wait(site.address("/b")) == pytest.approx(10)


def test_a_busy_server_is_asked_once_more_later(site: Site) -> None:
    clock = Clock()
    by = fetcher(clock)
    site.page("/busy", "wait", status=429, Retry_After="30")
    assert refused(lambda: fetch(site, "/busy", by)).code == "http-429"
    assert [path for _, path in site.asked].count("/busy") == 2
    assert 30 in clock.slept
    site.page("/later", "wait", status=503, Retry_After="86400")
    assert refused(lambda: fetch(site, "/later", by)).code == "http-503"
    assert [path for _, path in site.asked].count("/later") == 1


@pytest.mark.skipif(bool(tls_site.lacks()), reason="needs openssl")
def test_certificates_are_checked_for_the_hosts_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = tls_site.Signed(tmp_path, "ca", "Test authority")
    good = tls_site.Signed(tmp_path, "good", "localhost", authority=authority)

    def asked(host: str, status: int = 404) -> str:
        with tls_site.site(good, status=status) as opened:
            return str(refused(lambda: fetcher().fetch(Told(address=f"https://{host}:{opened.port}/"))))

    assert "certificate is not good" in asked("localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    assert "status 404" in asked("localhost")
    assert "certificate is not good" in asked("paper.example")  # it is another's
