"""What mail servers add: Message-IDs, Received lines with their delays, Outlook's Thread-Index."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

from ingest.demo.source import Draft, Person, seed

COUNCIL = "saltmarrow.example"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def message_id(draft: Draft, sender: Person) -> str:
    """The mail's name, without brackets, in the manner of the sender's program."""
    domain = sender.address.partition("@")[2]
    digest = hashlib.sha256(f"id|{draft.id}".encode()).hexdigest()
    if sender.program == "outlook":
        return f"{digest[:8].upper()}.{digest[8:16].upper()}${digest[16:22]}@{domain}"
    if sender.program == "quill":
        return f"{draft.when:%Y%m%d%H%M%S}.{digest[:6]}@{domain}"
    if sender.program == "pocket":
        return f"{'-'.join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])).upper()}@{domain}"
    return f"CA{digest[:20]}={digest[20:27]}@mail.{domain}"


def thread_index(when: datetime, parent: bytes, root: str) -> bytes:
    """Outlook's Thread-Index: 22 bytes for the first mail, five more for each answer (MS-OXOMSG §2.2.1.3)."""
    ticks = int((when - _EPOCH).total_seconds()) * 10_000_000
    if not parent:
        return ticks.to_bytes(8, "big")[:6] + hashlib.sha256(f"guid|{root}".encode()).digest()[:16]
    begun = int.from_bytes(parent[:6] + b"\0\0", "big")
    since = max(0, ticks - begun) >> 18
    return parent + (since & 0x7FFFFFFF).to_bytes(4, "big") + bytes([seed("index", root) & 0xF0])


def shown_index(index: bytes) -> str:
    """A Thread-Index as its header shows it."""
    return base64.b64encode(index).decode()


def received(draft: Draft, sender: Person, owner: Person, when: datetime) -> list[str]:
    """The hops from the sender's desk to the owner's store, newest first. `hold: 25` keeps a mail at the gateway."""
    origin = sender.address.partition("@")[2]
    home = owner.address.partition("@")[2]
    number = seed("hop", draft.id)
    address = f"{('192.0.2', '198.51.100', '203.0.113')[seed(origin) % 3]}.{seed(origin) % 250 + 2}"
    moment = when + timedelta(seconds=1 + number % 4)
    hops = [
        f"from [10.{seed(sender.key) % 200}.0.{number % 250 + 2}] by smtp.{origin} "
        f"with ESMTPSA id {_queue(draft, 'smtp')};"
        f"\n {_stamp(moment)}"
    ]
    if origin != home:
        moment = (moment + timedelta(seconds=2 + number // 7 % 40, minutes=int(draft.get("late", "0")))).astimezone(
            _home(moment)
        )
        hops.append(
            f"from smtp.{origin} (smtp.{origin} [{address}])\n by gw.{home} with ESMTPS id {_queue(draft, 'gw')}"
            f"\n for <{owner.address}>;\n {_stamp(moment)}"
        )
    if draft.get("list-host"):
        moment += timedelta(seconds=3 + number // 11 % 9)
        hops.append(f"from gw.{home} by lists.{home} with ESMTP id {_queue(draft, 'list')};\n {_stamp(moment)}")
    moment += timedelta(seconds=1 + seed(draft.id, owner.key) % 6, minutes=int(draft.get("hold", "0")))
    via = "lists" if draft.get("list-host") else "smtp" if origin == home else "gw"
    hops.append(
        f"from {via}.{home} (unknown [10.0.0.{seed(via) % 9 + 2}])\n by store.{home} with LMTP id "
        f"{_queue(draft, owner.key)}\n for <{owner.address}>;\n {_stamp(moment)}"
    )
    return hops[::-1]


def _queue(draft: Draft, where: str) -> str:
    return f"{seed('queue', draft.id, where) % 16**10:010X}"


def _home(moment: datetime) -> timezone:
    """The council's zone at that moment (summer time to the day)."""
    summer = (3, 25) <= (moment.month, moment.day) < (10, 28)
    return timezone(timedelta(hours=1 if summer else 0))


def _stamp(moment: datetime) -> str:
    return format_datetime(moment)
