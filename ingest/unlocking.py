"""Encrypted mails opened with a key: what was inside becomes a message of its own, carried by the one it was in.

The key is used for one run and kept nowhere. What it opens is stored as a mail that Unsealed made: the outer mail's
headers, and the decrypted part in place of the encrypted one.
"""

import re
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from ingest.authenticity import ids_of
from ingest.dkim.canonical import Mail
from ingest.headers import read_head
from ingest.prepare import Chunk, Setting, take
from ingest.sealed import pgp, smime
from ingest.sealed.check import parts_of
from ingest.sealed.pgp import Opener
from ingest.structure import Part, read_tree
from ingest.threads import settle
from mappings.records import ArchiveState, Message, Place
from mappings.signatures import Seal
from search.engine import Batch, Engine, Writer
from search.query import And, Exact, Or, Query

MADE = "opened"
_BATCH = 50  # messages
_DEEPEST = 5  # encryptions within encryptions
_PGP = re.compile(rb"-----BEGIN PGP MESSAGE-----.*?-----END PGP MESSAGE-----", re.S)
_ENTITY = re.compile(rb"(?:[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_DROPPED = (b"content-", b"mime-version", b"message-id", b"in-reply-to", b"references", b"dkim-", b"arc-")


class Unlocked(Struct):
    """What became of encrypted mails: how many there are, those opened now, those that were opened before."""

    encrypted: int = 0
    new: int = 0
    already: int = 0

    @property
    def closed(self) -> int:
        """How many the key does not open."""
        return self.encrypted - self.new - self.already


def read_key(path: Path, password: str | None) -> Opener:
    """A secret key from a file: OpenPGP, PKCS#12 or PEM. PgpProblem, SmimeProblem, OSError."""
    data = path.read_bytes()
    is_pgp = b"-----BEGIN PGP " in data[:1000] or data[:1] >= b"\x80"
    return pgp.opener(data, password) if is_pgp else smime.opener(data, password)


def unlock(engine: Engine, writer: Writer, key: Opener, told: Callable[[Unlocked], object] = bool) -> Unlocked:
    """Opens every encrypted mail that the key opens, and what is encrypted within; a second run doubles nothing."""
    found = Unlocked()
    asked = Query(tree=And((Exact("is", "encrypted"), Or((Exact("is", "message"), Exact("is", "duplicate"))))))
    ids = list(ids_of(engine, asked))
    for start in range(0, len(ids), _BATCH):
        for message in engine.messages(ids[start : start + _BATCH]):
            if message.made == MADE:
                continue  # opened with the mail it was in, or not at all
            found.encrypted += 1
            collection = engine.places(message.id)[0].collection
            setting = Setting(f"opened with {key.name}", collection, "fast")
            chunk = _opened(message, engine.raw(message.id), key, setting)
            if chunk.messages:
                new = _store(writer, setting, chunk)
                found.new += bool(new)
                found.already += not new
        told(found)
    settle(writer)
    writer.index()
    return found


def _store(writer: Writer, setting: Setting, chunk: Chunk) -> int:
    """Stores what was opened, under a line of the ledger that names the key; how many of it are new."""
    state = writer.state(setting.archive, setting.collection) or ArchiveState(
        archive=setting.archive, collection=setting.collection, kind="unlocked", done=True
    )  # fmt: skip
    return writer.take(Batch(state=state, messages=chunk.messages, failures=chunk.failures)).new


def _opened(message: Message, raw: bytes, key: Opener, setting: Setting) -> Chunk:
    """The mails within a mail that the key opens, each carried by the one it was in, and those attached to them."""
    found = Chunk([], [])
    waiting = [(message, raw, 0)]
    while waiting:
        outer, data, depth = waiting.pop()
        parts = {part.number: part for part in parts_of(read_tree(data, read_head(data)))}
        for seal in outer.seals:
            part = parts.get(seal.part)
            plain = _plain(seal, part, key) if seal.act == "encrypted" and part else None
            if plain is None:
                continue
            inner = composed(data, plain, outer.message_id)
            place = Place(
                archive=setting.archive, member=f"{outer.id[:16]}#{seal.part or 1}", collection=setting.collection
            )  # fmt: skip
            chunk = Chunk([], [])
            take(inner, place, setting, chunk, MADE, outer.id)
            found.messages.extend(chunk.messages)
            found.failures.extend(chunk.failures)
            if depth < _DEEPEST:
                waiting += [(one.message, one.raw, depth + 1) for one in chunk.messages if one.message.seals]
    return found


def _plain(seal: Seal, part: Part, key: Opener) -> bytes | None:
    """What an encrypted part holds; None where the key does not open it."""
    if seal.form == "inline":
        text = part.content
        found = {block: key.open(block) for block in _PGP.findall(text)}
        opened = {block: plain for block, plain in found.items() if plain is not None}
        for block, plain in opened.items():
            text = text.replace(block, plain)
        return text if opened else None
    if seal.kind == "smime":
        return key.open(part.content)
    return key.open(part.children[1].content) if len(part.children) > 1 else None


def composed(outer: bytes, plain: bytes, message_id: str) -> bytes:
    """The outer mail with what was decrypted in place of its body. Fields that were encrypted along win (RFC 9788)."""
    entity = _ENTITY.match(plain)
    own = Mail(plain).fields if entity and b"content-" in entity[0].lower() else []
    named = {name for name, _ in own}
    kept = [field for name, field in Mail(outer).fields if name not in named and not name.startswith(_DROPPED)]
    if message_id:
        line = f"<{message_id}>".encode("utf-8", "replace")
        kept.append(b"In-Reply-To: " + line + b"\r\nReferences: " + line + b"\r\n")
    if own:
        return b"".join(kept) + plain
    return b"".join(kept) + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + plain
