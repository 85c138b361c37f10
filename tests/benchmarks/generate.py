"""Writes a made-up mail corpus, the same bytes for the same arguments: `python -m tests.benchmarks.generate --help`.

Threads that branch, quotations above and below the answer, plain text, HTML as Outlook and Gmail write it, attachments
on 8 %, mailing lists, relay headers, six languages in a dozen charsets, copies; 14.6 kB a message on average.
"""

import argparse
import random
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.benchmarks.bodies import Body, body
from tests.benchmarks.headers import Mail, envelope
from tests.benchmarks.vocabulary import Person, Vocabulary, people

START = 1_356_998_400  # 2013-01-01T00:00:00Z
SPAN = 5 * 365 * 86_400
OPEN_THREADS = 400  # conversations that may still be answered
DEEPEST = 30
FROM = re.compile(rb"^(>*From )", re.M)
LONG_EVERY, LONG = 20_000, 230  # one thread in so many messages grows to this many


class Conversation:
    """A thread as far as it was written: its mails, the latest last, and who takes part."""

    def __init__(self, root: Mail, circle: list[Person], list_name: str) -> None:
        self.mails = [root]
        self.circle = circle
        self.list_name = list_name


class Generator:
    """Makes `count` messages; iterating yields each one's raw bytes with "\\n" line ends, in order of date."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self.count = count
        self.rng = random.Random(seed)
        self.words = Vocabulary(self.rng)
        self.people = people(self.rng, min(2000, max(200, count // 25)))
        weights = [1 / (rank + 5) for rank in range(len(self.people))]
        self.active = self.rng.choices(self.people, weights=weights, k=1 << 15)
        self.lists = [f"{name}.{self.people[0].address.split('@')[1]}" for name in
                      ("announce", "budget-team", "dev", "press", "site-planning", "users")]
        self.open: list[Conversation] = []
        self.long: Conversation | None = None

    def __iter__(self) -> Iterator[bytes]:
        rng, previous = self.rng, b""
        for number in range(self.count):
            draw = rng.random()
            if previous and draw < 0.005:
                yield previous  # the same bytes once more
                continue
            if previous and draw < 0.02:
                yield b"Delivered-To: archive-%d@example.net\n" % rng.randrange(20) + previous  # another mailbox's copy
                continue
            previous = self._message(number)
            yield previous

    def _message(self, number: int) -> bytes:
        rng = self.rng
        date = START + SPAN * number // self.count + rng.randrange(120)
        conversation, parent = self._parent(number)
        if conversation is None:
            circle = rng.sample(self.active, k=2 + int(rng.random() ** 3 * 8))
            sender, list_name = circle[0], rng.choice(self.lists) if rng.random() < 0.3 else ""
        else:
            circle, list_name = conversation.circle, conversation.list_name
            sender = rng.choice(circle)
        mail = Mail.make(rng, self.words, sender, circle, list_name, parent, date)
        made: Body = body(rng, self.words, mail, parent)
        mail.text = made.text[:3000]
        if conversation is None:
            conversation = Conversation(mail, circle, list_name)
            self.open.append(conversation)
            if number % LONG_EVERY == LONG_EVERY // 2 or (self.long is None and number > 40):
                self.long = conversation
            elif len(self.open) > OPEN_THREADS:
                self.open.pop(rng.randrange(len(self.open) // 2))
        else:
            conversation.mails.append(mail)
            if conversation is self.long and len(conversation.mails) >= LONG:
                self.long = None
        return envelope(rng, mail, made.headers) + b"\n" + made.content

    def _parent(self, number: int) -> tuple[Conversation | None, Mail | None]:
        """The conversation to go on with and the mail to answer, or nothing for a new one."""
        rng = self.rng
        if self.long is not None and rng.random() < 0.02:
            conversation = self.long
        elif self.open and rng.random() < 0.66:
            conversation = self.open[int(len(self.open) * (1 - rng.random() ** 2))]  # the newer, the likelier
        else:
            return None, None
        mails = conversation.mails
        parent = mails[-1] if rng.random() < 0.6 else mails[int(rng.random() * len(mails))]
        if len(parent.references) >= DEEPEST:
            parent = mails[0]
        return conversation, parent


def _from_line(raw: bytes, number: int) -> bytes:
    when = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(START + number))
    return f"From archive-{number % 997}@example.net {when}\n".encode()


def write_mbox(path: Path, messages: Iterable[bytes], files: int = 1) -> int:
    """Writes messages as mboxrd into `path`, or over `files` files in the folder `path`; bytes of mail written."""
    if files > 1:
        path.mkdir(parents=True, exist_ok=True)
    names = [path / f"box-{number:03d}.mbox" for number in range(files)] if files > 1 else [path]
    outs = [name.open("wb", buffering=1 << 20) for name in names]
    total = 0
    for number, raw in enumerate(messages):
        total += len(raw)
        safe = raw
        if b"From " in raw and (b"\nFrom " in raw or b">From " in raw):
            safe = FROM.sub(rb">\1", raw)
        outs[number % files].write(b"%s%s\n" % (_from_line(raw, number), safe))
    for out in outs:
        out.close()
    return total


def write_maildir(path: Path, messages: Iterable[bytes]) -> int:
    """Writes messages as a Maildir, five in six of them read; bytes of mail written."""
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True, exist_ok=True)
    total = 0
    for number, raw in enumerate(messages):
        (path / "cur" / f"{START + number}.M{number}.bench:2,{'S' if number % 6 else ''}").write_bytes(raw)
        total += len(raw)
    return total


def prepared(base: Path, count: int, kind: str, seed: int = 1) -> Path:
    """The corpus `base/{kind}-{count}` ("mbox", "maildir"), written now unless it is there, whole, from earlier."""
    path = base / f"{kind}-{count}-{seed}"
    ready = base / f"{kind}-{count}-{seed}.ready"
    if not ready.exists():
        shutil.rmtree(path, ignore_errors=True)
        base.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        total = (write_mbox if kind == "mbox" else write_maildir)(path, Generator(count, seed))
        took = time.monotonic() - started
        print(f"{path.name}: {count:,} messages, {total / count:,.0f} bytes on average, {count / took:,.0f} messages/s")
        ready.write_text(f"{count} {total}\n")
    return path


def main() -> None:
    """Reads the arguments and writes the corpus."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else "")
    parser.add_argument("path", type=Path)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=("mbox", "maildir"), default="mbox")
    parser.add_argument("--files", type=int, default=1, help="spread the mbox over so many files")
    given = parser.parse_args()
    messages = Generator(given.count, given.seed)
    started = time.monotonic()
    if given.kind == "mbox":
        total = write_mbox(given.path, messages, given.files)
    else:
        total = write_maildir(given.path, messages)
    took = time.monotonic() - started
    print(f"{given.count:,} messages, {total / given.count:,.0f} bytes each, {given.count / took:,.0f} messages/s")


if __name__ == "__main__":
    main()
