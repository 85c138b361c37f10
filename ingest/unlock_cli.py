"""The command `unsealed unlock`: encrypted mails opened with a key that is kept nowhere."""

import os
from contextlib import closing
from pathlib import Path

import click

from ingest.console import DONE, WRONG, Sorry, engine_option, json_option, print_json
from mappings.plain import clean

PASSWORD = "UNSEALED_KEY_PASSWORD"  # noqa: S105  # the variable's name


@click.command()
@click.option("--key", "path", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="A secret key: OpenPGP, PKCS#12 (.p12, .pfx) or PEM. It is not stored.")  # fmt: skip
@click.option("--password-file", default=None, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help=f"Its password; else from {PASSWORD}.")  # fmt: skip
@engine_option
@json_option
@click.pass_context
def unlock(ctx: click.Context, path: Path, password_file: Path | None, engine: str, as_json: bool) -> None:
    """Open encrypted mails (S/MIME, PGP) with a secret key; what was inside can be read and searched from then on.

    Each becomes a message of its own beside the encrypted one, marked as opened with that key.
    """
    from ingest.sealed.pgp import PgpProblem
    from ingest.sealed.smime import SmimeProblem
    from ingest.unlocking import read_key
    from ingest.unlocking import unlock as work
    from search.engine import open_engine

    try:
        password = os.environ.get(PASSWORD)
        if password_file:
            password = password_file.read_text(encoding="utf-8").rstrip("\r\n")
        key = read_key(path, password)
    except (PgpProblem, SmimeProblem) as problem:
        raise Sorry(str(problem)) from None
    except (OSError, UnicodeError) as error:
        raise Sorry(f"{path} or its password can't be read: {getattr(error, 'strerror', None) or error}.") from None
    with closing(open_engine(engine)) as corpus, corpus.writer() as writer:
        found = work(corpus, writer, key)
    if as_json:
        print_json({"key": key.name, "unlocked": found, "closed": found.closed})
    else:
        click.echo(
            f"{found.encrypted:,} encrypted = {found.new:,} opened + {found.already:,} opened before + "
            f"{found.closed:,} that {clean(key.name)} does not open"
        )
    ctx.exit(DONE if found.new + found.already or not found.encrypted else WRONG)
