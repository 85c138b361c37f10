"""What the commands share: options, safe printing, JSON, and one place where errors become a sentence and a status."""

import errno
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from mappings.plain import clean_text

if TYPE_CHECKING:
    from rich.console import Console

DONE, COUNTED, WRONG, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141
"""Exit statuses: done; done with counted failures; wrong use or nothing done; cut short; the reader went away."""

DEFAULT_ENGINE = "./unsealed-corpus"

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")
Row = TypeVar("Row", covariant=True)


class Listed(Protocol[Row]):
    """A page of a list, as engines give it."""

    @property
    def total(self) -> int:
        """How many rows there are in all."""

    @property
    def rows(self) -> Sequence[Row]:
        """Those of this page."""

    @property
    def next(self) -> str:
        """The cursor of the next page, "" on the last."""


def engine_option(command: F) -> F:
    """`--engine`, for each command."""
    option = click.option(
        "--engine",
        envvar="UNSEALED_ENGINE",
        default=DEFAULT_ENGINE,
        show_default=True,
        metavar="CORPUS",
        help="The corpus: a folder, or http(s)://host:9200/prefix in Elasticsearch. [env: UNSEALED_ENGINE]",
    )
    return option(command)


def json_option(command: F) -> F:
    """`--json`, for each command."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")(command)


def by_option(command: F) -> F:
    """`--by`, for each command by which somebody decides something; see `decider`."""
    words = "Who says so; else the user of this machine."
    return click.option("--by", default="", metavar="NAME", help=words)(command)


def decider(by: str) -> str:
    """Who decides: as `--by` says, else the user of this machine."""
    import getpass

    return by or getpass.getuser()


def query_text(words: Sequence[str]) -> str:
    """A query out of a command's words; NoSuchOption for what is written like one: a query takes in all that
    begins with "-", since that leaves something out."""
    for word in words:
        if word.startswith("--") and len(word) > 2:
            raise click.NoSuchOption(word.partition("=")[0])
    return " ".join(words)


def print_page(found: Listed[R], line: Callable[[R], str], nothing: str, as_json: bool) -> None:
    """A page of a list: a line a row and how it goes on, or a sentence for none; or all of it as JSON."""
    if as_json:
        print_json(found)
        return
    for row in found.rows:
        click.echo(line(row))
    if found.next:
        click.echo(f"{found.total:,} in all; --cursor {found.next} goes on.")
    elif not found.rows:
        click.echo(nothing)


def print_json(value: object) -> None:
    """One JSON value on stdout, indented; what could steer a terminal is escaped, which JSON allows in strings."""
    click.echo(_json(value, indent=2))


def json_line(value: object) -> str:
    """The same on one line."""
    return _json(value, indent=0)


def _json(value: object, indent: int) -> str:
    import json

    import msgspec

    try:
        data = msgspec.json.encode(value)
        text = (msgspec.json.format(data, indent=indent) if indent else data).decode("utf-8")
    except UnicodeEncodeError:  # lone surrogates, which UTF-8 has no place for
        text = json.dumps(msgspec.to_builtins(value), indent=indent or None)
    return re.sub(r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", _escape, text)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def console(*, stderr: bool = False) -> "Console":
    """A rich console that takes nothing in a text for markup; a reader that goes away is an error like any other."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    return Plain(stderr=stderr, markup=False, highlight=False, emoji=False)


class Sorry(click.ClickException):
    """A sentence that ends the command: wrong use, or nothing to do."""

    exit_code = WRONG

    def show(self, file: Any = None) -> None:
        """The sentence alone, on stderr."""
        click.echo(f"unsealed: {clean_text(self.message)}", file=file, err=True)


class Commands(click.Group):
    """The command group: what goes wrong below ends in one sentence on stderr and an exit status, never a traceback.

    Commands in `elsewhere` (name to module) are imported once they are asked for, by their name.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.elsewhere: dict[str, str] = {}

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name; for a wrong one all are imported, among which the right one is then guessed."""
        if cmd_name not in self.commands:
            wanted = [cmd_name] if cmd_name in self.elsewhere else self.elsewhere
            for name in wanted:
                self.add_command(getattr(import_module(self.elsewhere[name]), name), name)
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in order."""
        return sorted({*self.commands, *self.elsewhere})

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the command line; text that stdout's encoding lacks is replaced, not an error."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the subcommand."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:
                _drop_output()
                raise click.exceptions.Exit(PIPE_CLOSED) from None
            raise Sorry(_os_sentence(error)) from None
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPTED) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            raise _translated(error) from error


def _translated(error: Exception) -> Exception:
    """A search error as a sentence; whatever else as it is, for that is a fault of ours and should be seen."""
    from search.errors import QueryError, SearchError

    if isinstance(error, QueryError):
        hint = f"\n{error.hint}" if error.hint else ""
        return Sorry(f"{error}\n{error.pointer()}{hint}")
    return Sorry(str(error)) if isinstance(error, SearchError) else error


def _os_sentence(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"There is no room left to write{_where(error)}; what was reported as done is safe."
    return f"{error.strerror or error}{_where(error)}."


def _where(error: OSError) -> str:
    name = error.filename
    if name is None:
        return ""
    return f": {os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else name}"


def _drop_output() -> None:
    """Lets the interpreter flush into nothing at exit: `unsealed search x | head` is no error."""
    with suppress(OSError, ValueError):  # stdout is not a file (a test's), or is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Stop:
    """Whether the user asked to stop (^C or SIGTERM): falsy until then."""

    def __init__(self) -> None:
        self.asked = False

    def __bool__(self) -> bool:
        return self.asked


@contextmanager
def stoppable(sentence: str) -> Iterator[Stop]:
    """The first ^C or SIGTERM only sets the flag and says the sentence; a second one ends the process at once."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def first(number: int, frame: FrameType | None) -> None:
        stop.asked = True
        # The system's own action from now on: it ends the process even inside a long call that is not Python's.
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        # Written past every buffer and lock, for this runs between any two steps; a bar may have hidden the cursor.
        with suppress(OSError):
            os.write(2, (f"\r\x1b[K\x1b[?25h{sentence}\n" if os.isatty(2) else f"{sentence}\n").encode())

    before = {each: signal.signal(each, first) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def existing(paths: tuple[str, ...]) -> list[Path]:
    """The paths made absolute; Sorry for the first that is not there."""
    found = [Path(path).expanduser().absolute() for path in paths]
    for path in found:
        if not path.exists():
            raise Sorry(f"There is nothing at {path}.")
    return found
