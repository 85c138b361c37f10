"""The commands of `unsealed keys`: public keys that signatures are checked with, listed, added, removed, used anew."""

import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.console import DONE, Sorry, engine_option, json_option, print_json
from mappings.plain import clean

if TYPE_CHECKING:
    from ingest.authenticity import Rechecked
    from mappings.signatures import Key
    from search.engine import Engine, Writer

ASKED = 10.0  # seconds for an answer of the DNS


@click.group()
def keys() -> None:
    """Public keys that signatures are checked with: those of the program, and those added to a corpus."""


@keys.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that come with the program, too.")
@engine_option
@json_option
def list_(everything: bool, engine: str, as_json: bool) -> None:
    """The keys of a corpus, each with where it is known from."""
    from ingest.dkim.keyring import shipped
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus:
        found = [*corpus.keys(), *(shipped() if everything else ())]
    if as_json:
        print_json({"keys": found})
        return
    for key in found:
        click.echo(line(key))
    if not found:
        click.echo("No keys were added; --all lists those that come with the program.")


def line(key: "Key") -> str:
    """A key on one line: its name, when it was in use, where it is known from, how it was checked."""
    when = f", {key.when}" if key.when else ""
    checked = f"; {key.checked}" if key.checked else ""
    return clean(f"{key.name} ({key.kind}{when}): {key.where}{checked}")


@keys.command()
@click.argument("what", metavar="FILE|NAME")
@click.argument("record", required=False, metavar="[RECORD]")
@click.option("--source", default="", help="Where the key was found.")
@click.option("--from", "first", default="", metavar="DATE", help="Since when it is known to have been in use.")
@click.option("--until", "last", default="", metavar="DATE", help="Until when.")
@click.option("--dns", is_flag=True, help="Ask the DNS for NAME: it learns that somebody asks.")
@engine_option
@json_option
@click.pass_context
def add(
    ctx: click.Context, what: str, record: str | None, source: str, first: str, last: str, dns: bool, engine: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Add a file of keys, or one: selector._domainkey.domain "v=DKIM1; k=rsa; p=…".

    A file may hold DKIM keys, a PGP public key, or certificates of authorities (PEM). Messages with a signature by a
    DKIM key are checked once more at once.
    """
    from ingest.dkim.crypto import KeyProblem
    from ingest.sealed.pgp import PgpProblem
    from ingest.sealed.smime import SmimeProblem
    from search.engine import open_engine

    try:
        found = _given(what, record, dns, source, first, last)
    except (KeyProblem, PgpProblem, SmimeProblem) as problem:
        raise Sorry(str(problem)) from None
    if not found:
        raise Sorry(f"There is no key in {what}.")
    with closing(open_engine(engine)) as corpus, corpus.writer() as writer:
        writer.put_keys(found)
        outcome = _again(corpus, writer, found)
    _tell("added", found, outcome, as_json)
    ctx.exit(DONE)


def _given(what: str, record: str | None, dns: bool, source: str, first: str, last: str) -> "list[Key]":
    """The keys that the command line names. KeyProblem, Sorry."""
    from msgspec.structs import replace

    from ingest.dkim.keyring import dkim_key

    if dns and record is None:
        record, source = ask(what), source or f"the DNS, {time.strftime('%Y-%m-%d', time.gmtime())}"
    now = int(time.time())
    if record is not None:
        return [replace(dkim_key(what, record, first=first, last=last, source=source), added=now)]
    try:
        data = Path(what).read_bytes()
    except OSError as error:
        hint = ' A single key is given as NAME "RECORD", or with --dns.' if "._domainkey." in what else ""
        raise Sorry(f"{what} can't be read: {error.strerror or error}.{hint}") from None
    source = source or Path(what).name
    return [
        replace(key, added=now, source=key.source or source, first=key.first or first, last=key.last or last)
        for key in _in_file(data, source)
    ]


def _in_file(data: bytes, source: str) -> "list[Key]":
    """The keys of a file, of whichever kind. KeyProblem, PgpProblem, SmimeProblem."""
    from ingest.dkim.crypto import KeyProblem
    from ingest.dkim.keyring import read_keys
    from ingest.sealed import pgp, smime

    if b"-----BEGIN CERTIFICATE" in data:
        return smime.authority(data, source)
    if b"-----BEGIN PGP " in data or data[:1] >= b"\x80":  # RFC 9580 §4.2: a packet's first bit is set
        return [pgp.public_key(data, source)]
    if b"PRIVATE KEY" in data:
        raise KeyProblem("A corpus keeps no private keys; `unsealed unlock --key` opens mails with one.")
    try:
        return read_keys(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise KeyProblem("This is no file of keys.") from None


def ask(name: str) -> str:
    """The TXT record of a key as the DNS gives it now. Sorry."""
    try:
        import dns.exception
        import dns.resolver
    except ModuleNotFoundError:
        raise Sorry("To ask the DNS a package is missing: pip install dnspython.") from None
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=ASKED)
    except dns.exception.DNSException as error:
        raise Sorry(f"The DNS has no key {name}: {error}") from None
    return b"".join(next(iter(answer)).strings).decode("utf-8", "replace")


@keys.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@engine_option
@json_option
@click.pass_context
def remove(ctx: click.Context, names: tuple[str, ...], engine: str, as_json: bool) -> None:
    """Remove keys that were added; messages that they verified are checked once more."""
    from search.engine import open_engine

    wanted = {name.lower().rstrip(".") for name in names}
    with closing(open_engine(engine)) as corpus, corpus.writer() as writer:
        there = corpus.keys()
        found = [key for key in there if key.name.lower() in wanted]
        if lacking := sorted(wanted - {key.name.lower() for key in found}):
            raise Sorry(f"No key {lacking[0]} was added; those that come with the program stay.")
        writer.drop_keys(found)
        outcome = _again(corpus, writer, found)
    _tell("removed", found, outcome, as_json)
    ctx.exit(DONE)


@keys.command("check")
@engine_option
@json_option
@click.pass_context
def check_(ctx: click.Context, engine: str, as_json: bool) -> None:
    """Check every signature once more for which a key is at hand, as after an update of the program."""
    from ingest.dkim.keyring import shipped
    from search.engine import open_engine

    with closing(open_engine(engine)) as corpus, corpus.writer() as writer:
        outcome = _again(corpus, writer, [*corpus.keys(), *shipped()])
    _tell("checked", [], outcome, as_json)
    ctx.exit(DONE)


def _again(corpus: "Engine", writer: "Writer", changed: "Iterable[Key]") -> "Rechecked":
    """Checks once more what was signed with keys that came or went."""
    from ingest.authenticity import names_of, recheck

    outcome = recheck(corpus, writer, names_of(changed))
    writer.index()
    return outcome


def _tell(done: str, found: "list[Key]", outcome: "Rechecked", as_json: bool) -> None:
    if as_json:
        print_json({done: found, "messages": outcome})
        return
    for key in found:
        click.echo(f"{done}: {line(key)}")
    states = "".join(f", {count:,} now {state}" for state, count in sorted(outcome.states.items()))
    click.echo(f"{outcome.checked:,} messages checked once more, {outcome.changed:,} changed{states}.")
