"""The command `unsealed`: demo, serve, search and show, beside those of ingest. Heavy imports wait for a command."""

import shutil
import signal
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from ingest import cite_cli, extract_cli
from ingest import cli as ingest_cli
from ingest.console import (
    DONE,
    INTERRUPTED,
    Commands,
    Sorry,
    console,
    engine_option,
    json_option,
    print_json,
    query_text,
    stoppable,
)
from mappings.plain import clean
from webapp import twins

if TYPE_CHECKING:
    from socket import socket

    from mappings.records import Attachment, Forensics, Message
    from mappings.signatures import Key, Later, Seal, SealCheck
    from search.engine import Engine
    from search.results import Order

THREADS = 8  # of the web server; each answers one request at a time


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="unsealed", prog_name="unsealed")
def main() -> None:
    """Explore leaked e-mail: archives in, a search and conversations out.

    Exit status: 0 done, 1 done with counted failures, 2 wrong use or nothing done, 130 stopped before the end.
    """


ingest_cli.register(main)


class Mail:
    """What the pages read from raw mails (webapp.mail.MailReader), by ingest's functions."""

    def body_html(self, raw: bytes, part: str) -> str:
        """The text of an HTML part, hostile as it came; "" when there is none."""
        from ingest import messages

        try:
            return messages.body_html(raw, part)
        except KeyError:
            return ""

    def part_bytes(self, raw: bytes, number: str) -> "tuple[Attachment, bytes]":
        """A part's description and decoded bytes; KeyError."""
        from ingest import messages

        return messages.part_bytes(raw, number)

    def parts_by_content_id(self, raw: bytes) -> dict[str, str]:
        """Content-ID to part number."""
        from ingest import messages

        return messages.parts_by_content_id(raw)

    def pdf_pages(self, data: bytes) -> int:
        """How many pages a PDF has; 0."""
        from ingest.extraction.rendering import renderer

        return renderer().count(data)

    def pdf_page(self, data: bytes, number: int, small: bool) -> bytes:
        """A page of a PDF as PNG; b""."""
        from ingest.extraction.rendering import renderer

        return renderer().page(data, number, small=small)

    def why(self, first: "Message", second: "Message") -> tuple[str, ...]:
        """The rules by which two messages are copies of one mail."""
        from ingest import copies

        return copies.why(first, second)

    def signatures(self, message: "Message", raw: bytes, keys: "list[Key]") -> "Later":
        """Every signature with all there is to say."""
        from ingest.authenticity import examine
        from ingest.dkim.keyring import keyring

        return examine(message, raw, keyring(keys))

    def seals(self, raw: bytes, seals: "tuple[Seal, ...]", keys: "list[Key]") -> "tuple[SealCheck, ...]":
        """S/MIME and PGP, checked as far as they can be."""
        from ingest.sealed.check import examine

        return examine(raw, seals, keys)

    def forensics(self, raw: bytes) -> "Forensics":
        """Hops, sender's address, defects."""
        from ingest import messages

        return messages.forensics(raw)


def port_options(command: "click.decorators.FC") -> "click.decorators.FC":
    """`--host` and `--port`."""
    command = click.option("--port", default=8025, show_default=True, type=click.IntRange(0, 65535),
                           help="0 takes any that is free.")(command)  # fmt: skip
    words = "Anything but this machine's own address lets others read the corpus."
    return click.option("--host", default="127.0.0.1", show_default=True, help=words)(command)


@main.command()
@port_options
@click.option("--title", default="", metavar="TITLE", envvar="UNSEALED_TITLE", help="What the corpus is called.")
@click.option("--about", default=None, metavar="FILE", envvar="UNSEALED_ABOUT", type=click.Path(path_type=Path),
              help="A text (Markdown) that the first page tells of the corpus.")  # fmt: skip
@click.option("--review", is_flag=True,
              help="Let whoever reaches the site decide on citations and people, and write on messages.")  # fmt: skip
@click.option("--marks", is_flag=True, help="Show readers tags, stars and notes, too; else --review alone shows them.")
@click.option("--cors", is_flag=True, help="Let pages of other sites read the JSON: for a corpus that is public.")
@click.option("--name", "names", multiple=True, metavar="NAME", envvar="UNSEALED_NAMES",
              help="A name that the site is reached under from elsewhere; requests for others are refused. Repeatable.")
@engine_option
def serve(host: str, port: int, title: str, about: Path | None, review: bool, marks: bool, cors: bool,
          names: tuple[str, ...], engine: str) -> None:  # fmt: skip
    """Serve the pages to a browser, on this machine alone unless told otherwise."""
    from search.engine import open_engine

    told = read_about(about) if about else ""
    with closing(open_engine(engine)) as corpus:
        serve_pages(corpus, host, port, review, names, marks, title=title, about=told, cors=cors)


def read_about(path: Path) -> str:
    """The operator's text; Sorry."""
    from webapp.about import AboutError, read

    try:
        return read(path)
    except AboutError as error:
        raise Sorry(str(error)) from None


def serve_pages(corpus: "Engine", host: str, port: int, review: bool, names: Collection[str] = (),
                marks: bool = False, *, title: str = "", about: str = "", cors: bool = False) -> None:  # fmt: skip
    """Serves until ^C or SIGTERM. Sorry for an address that can't be had."""
    from waitress import create_server  # type: ignore[import-untyped]

    from webapp import LOOPBACK, TITLE, create_app
    from webapp.writing import LARGEST

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(DONE)

    with listening(host, port) as sock:
        address, number = sock.getsockname()[:2]
        if review and not names and not is_loopback(address):
            raise Sorry(f"--review at {address} needs --name, the name that reviewers reach the site under: else a "
                        "stranger's page in their browsers could decide for them.")  # fmt: skip
        known = {*LOOPBACK, *(name.lower() for name in names)} if names or is_loopback(address) else None
        app = create_app(corpus, Mail(), title=title or TITLE, about=about, writable=review, marks=marks, hosts=known,
                         shared=cors)  # fmt: skip
        server = create_server(app, sockets=[sock], threads=THREADS, ident="unsealed",
                               max_request_body_size=LARGEST)  # fmt: skip
        before = signal.signal(signal.SIGTERM, end)
        try:
            if not is_loopback(address):
                may = "read and annotate this corpus" if review else "read this corpus"
                click.echo(f"Whoever can reach {address} can now {may}, without a password.", err=True)
            click.echo(f"http://{f'[{address}]' if ':' in address else address}:{number}/  (^C ends)")
            sys.stdout.flush()
            server.run()
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGTERM, before)
            server.close()


def listening(host: str, port: int) -> "socket":
    """A socket that listens there; Sorry for an address that can't be had."""
    from socket import SOCK_STREAM, create_server, getaddrinfo

    try:
        family, _, _, _, address = getaddrinfo(host, port, type=SOCK_STREAM)[0]
        return create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (while")[0]
        hint = "Another --port may be free; 0 takes any that is." if isinstance(error, OSError) and port else ""
        raise Sorry(f"Can't serve at {host}, port {port}: {reason}. {hint}".rstrip()) from None


def is_loopback(host: str) -> bool:
    """Whether the address is this machine's own, which no other can reach."""
    return host in ("localhost", "::1") or host.startswith("127.")


@main.command()
@port_options
@click.option("--engine", default=None, metavar="CORPUS",
              help="Where the corpus goes; else a temporary folder. UNSEALED_ENGINE is not looked at: "
                   "the demo's mails belong in no corpus of yours.")  # fmt: skip
@click.option("--no-serve", is_flag=True, help="Build and ingest only.")
@click.option("--keep", default=None, metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
              help="Keep the archives and the corpus in this folder.")  # fmt: skip
@extract_cli.extract_option
@cite_cli.cite_option
@json_option
@click.pass_context
def demo(ctx: click.Context, host: str, port: int, engine: str | None, no_serve: bool, keep: Path | None,
         no_extract: bool, no_cite: bool, as_json: bool) -> None:  # fmt: skip
    """Ingest a made-up leak into a temporary folder, find what articles cite of it, serve it, print the address."""
    from ingest.demo import press, source
    from ingest.demo.build import build
    from ingest.demo.taking import take
    from search.engine import open_engine

    with ExitStack() as stack:
        folder = keep or stack.enter_context(temporary_folder())
        archives = folder / "archives"
        archives.mkdir(parents=True, exist_ok=True)
        paths = [path.absolute() for path in build(archives)]
        articles = press.write(folder / "articles").absolute()
        if not as_json:
            click.echo(f"Ingesting {', '.join(clean(path.name) for path in (*paths, articles))}:", err=True)
        place = engine or str(folder / "corpus")
        corpus = stack.enter_context(closing(open_engine(place, create=True)))
        with stoppable(ingest_cli.STOPPING) as stop, ingest_cli.progress(as_json) as shown:
            outcome = take(corpus, paths, shown, lambda: stop.asked)
            skipped = no_extract or stop.asked
            extraction = None if skipped else extract_cli.follow(corpus, shown, workers=1)
            skipped = no_cite or stop.asked
            taken, cited = (None, None) if skipped else cite_cli.take_in(corpus, articles, shown, lambda: stop.asked)
        ingest_cli.report(outcome, as_json, extraction=extraction, taken=taken, cited=cited)
        if keep and not as_json:
            click.echo(f"The archives are in {clean(str(archives))}, the articles in {clean(str(articles))}, "
                       f"the corpus is {clean(place)}.")  # fmt: skip
        status = ingest_cli.exit_status(outcome, extraction, cited, taken)
        if not no_serve and status != INTERRUPTED:
            serve_pages(corpus, host, port, is_loopback(host), title=source.TITLE, about=source.about())
        ctx.exit(status)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, also when SIGTERM ends the process."""
    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(INTERRUPTED)

    folder = Path(tempfile.mkdtemp(prefix="unsealed-demo-"))
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield folder
    finally:
        signal.signal(signal.SIGTERM, before)
        shutil.rmtree(folder, ignore_errors=True)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="QUERY…")
@click.option("--order", default=None, type=click.Choice(["relevance", "newest", "oldest", "cited"]),
              help="Else relevance for words, newest without any.")  # fmt: skip
@click.option("--threads/--no-threads", default=False, help="One hit a conversation.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), metavar="N")
@click.option("--cursor", default="", metavar="CURSOR", help="Go on after the page that gave this cursor.")
@engine_option
@json_option
def search(query: tuple[str, ...], order: "Order | None", threads: bool, limit: int, cursor: str, engine: str,
           as_json: bool) -> None:  # fmt: skip
    """Search the corpus: words, "phrases", -not, OR, from: to: subject: before: … as in the search box."""
    text = query_text(query)
    from search.engine import open_engine
    from search.parse import parse

    asked = parse(text)
    with closing(open_engine(engine)) as corpus:
        if as_json:
            order = order or (None if asked.text.strip() else "newest")  # the site's first page is another
            print_json(twins.twin(corpus, Mail(), "/", q=asked.text, order=order or "", threads=int(threads),
                                  limit=limit, cursor=cursor))  # fmt: skip
            return
        page = corpus.search(
            asked, order=order or "relevance", by_thread=threads, limit=limit, cursor=cursor, facets=False
        )
    from webapp import terminal

    terminal.show_page(console(), page)


@main.command()
@click.argument("id")
@click.option("--headers", is_flag=True, help="Every header as it came.")
@click.option("--raw", is_flag=True, help="The bytes as they came.")
@click.option("--thread", is_flag=True, help="The conversation it is in.")
@engine_option
@json_option
def show(id: str, headers: bool, raw: bool, thread: bool, engine: str, as_json: bool) -> None:
    """Show a message by its id, or by the first eight or more digits of it."""
    if headers + raw + thread > 1 or (raw and as_json):
        raise click.UsageError("--headers, --raw and --thread exclude each other, and --raw --json.")
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        if raw:
            _write_raw(corpus.raw(id))
        elif thread:
            _show_thread(corpus, id, as_json)
        else:
            _show_message(corpus, id, headers, as_json)


def _write_raw(data: bytes) -> None:
    """The exact bytes, except onto a terminal, which they could steer."""
    if sys.stdout.isatty():
        from mappings.plain import clean_text

        click.echo(clean_text(data.decode("utf-8", "replace")))
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _show_thread(corpus: "Engine", id: str, as_json: bool) -> None:
    if as_json:
        print_json(twins.thread(corpus, Mail(), corpus.thread(id).id))
        return
    from webapp import terminal

    terminal.show_thread(console(), corpus.thread(id))


def _show_message(corpus: "Engine", id: str, headers: bool, as_json: bool) -> None:
    message = corpus.message(id)
    if as_json:
        print_json(twins.twin(corpus, Mail(), f"/m/{message.id}"))
        return
    places, copies = corpus.places(message.id), corpus.copies(message.id)
    from msgspec.structs import replace

    from search.errors import SearchError
    from webapp import terminal

    with suppress(SearchError):  # bytes that are damaged
        if message.signatures or message.arc:
            found = Mail().signatures(message, corpus.raw(message.id), corpus.keys())
            message = replace(message, signatures=found.signatures, arc=found.arc)
    terminal.show_message(console(), message, places, copies, headers, corpus.sources())


if __name__ == "__main__":
    main()
