"""Letters that quote each other without naming a Message-ID, for the tests of threads by quoted words."""

from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr

from ingest.messages import read_message
from mappings.records import Message

ANN, BOB, CLO = "Ann Lee <ann@quay.example>", "Bob Stone <bob@port.example>", "Chloé Roy <clo@port.example>"
MINUTE, DAY = 60, 86_400
T0 = 1_400_000_000  # 2014-05-13T16:53:20Z
WORDS = (
    "The commission meets in the customs house on Thursday, and nobody has told the dredging company.\n"
    "Could you find out who made the appointment, and whether somebody from the ministry comes?\n"
)
MORE = (
    "Meanwhile the damaged crane stands where the storm left it, and the insurance demands a photograph\n"
    "of each and every component, which must be made in the dock at low water.\n"
)


def letter(
    text: str, *, sender: str = ANN, to: str = BOB, date: int | None = T0, subject: str = "", name: str = "",
    headers: str = "",
) -> tuple[Message, bytes]:  # fmt: skip
    """A mail as it is read from its bytes; `name` makes its Message-ID."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}"]
    if date is not None:
        lines.append(f"Date: {format_datetime(datetime.fromtimestamp(date, UTC))}")
    if name:
        lines.append(f"Message-ID: <{name}@x.example>")
    raw = ("\n".join(lines) + f"\n{headers}\n{text}").encode()
    return read_message(raw).message, raw


def answer(line: str, words: str = WORDS, own: str = "I will ask.\n", **fields: object) -> tuple[Message, bytes]:
    """Bob's answer, half a day later, which quotes the words below a line that introduces them."""
    quoted = "".join(f"> {one}\n" for one in words.splitlines())
    values = {"sender": BOB, "to": ANN, "date": T0 + DAY // 2, **fields}
    return letter(f"{own}\n{line}\n{quoted}", **values)  # type: ignore[arg-type]


def written(date: int, hours: int = 0, zone: bool = False) -> str:
    """How programs write a date, by a clock so many hours ahead."""
    told = datetime.fromtimestamp(date + hours * 3600, UTC)
    return f"{told:%a, %d %b %Y at %H:%M}" + (f" {hours:+03}00" if zone else "")


def block(
    quoted: str, when: int, words: str = WORDS, own: str = "See below.\n", **fields: object
) -> tuple[Message, bytes]:
    """The same as Outlook writes it: a header block above what is quoted."""
    name, address = parseaddr(quoted)
    told = datetime.fromtimestamp(when, UTC)
    head = f"-----Original Message-----\nFrom: {name} [mailto:{address}]\n"
    head += f"Sent: {told:%A, %B %d, %Y %I:%M %p}\nTo: Bob\n"
    values = {"sender": BOB, "to": ANN, "date": T0 + DAY // 2, **fields}
    return letter(f"{own}\n{head}Subject: Crane\n\n{words}", **values)  # type: ignore[arg-type]
