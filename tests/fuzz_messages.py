"""Fuzz target for the message reader: `python tests/fuzz_messages.py [folder]`, best with the package atheris.

The seeds are our own test mails in tests/corpus/mails. A finding is an exception, a record that can't be stored, a
fault of ours that the last net caught, or segments with a gap. Without atheris each seed is read with mutations.
"""

import random
import sys
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from ingest.messages import forensics, part_bytes, read_message
from mappings.records import Message

SEEDS = Path(__file__).parent / "corpus" / "mails"


def check(raw: bytes) -> None:
    """Read one input; AssertionError or any other exception is a finding."""
    reading = read_message(raw)
    message = reading.message
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message
    assert not any(note.code == "reader-failed" for note in message.notes)
    at = 0
    for segment in message.segments:
        assert segment.start == at < segment.end
        at = segment.end
    assert at == len(message.text)
    for attachment in message.attachments[:3]:
        assert len(part_bytes(raw, attachment.part)[1]) == attachment.size


def both(raw: bytes) -> None:
    """What atheris calls: the reader and the forensic view."""
    check(raw)
    forensics(raw)


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """`raw` with a few bytes changed, a stretch dropped or doubled."""
    data = bytearray(raw)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(data) + 1)
        length = dice.choice((1, 2, 7, 40))
        match dice.randrange(4):
            case 0:
                data[at : at + length] = dice.randbytes(length)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at:at] = dice.choice(
                    (b"\n", b"\r\n", b"\0", b"=?utf-8?q?", b"--", b'"', b";", b"<", b"\xff", b"> ")
                )
    return bytes(data)


def main() -> None:
    """Fuzz until stopped, or read the seeds and their mutations where atheris is not installed."""
    try:
        import atheris
    except ImportError:
        dice = random.Random(7)
        rounds = int(sys.argv[1]) if sys.argv[1:] else 200
        for path in sorted(SEEDS.glob("*.eml")):
            for _ in range(rounds):
                check(mutated(path.read_bytes(), dice))
        print(f"{rounds} mutations of each seed read without a finding")
        return
    atheris.instrument_all()
    atheris.Setup([*sys.argv, str(SEEDS)], both)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
