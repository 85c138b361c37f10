"""Which failures are asked for, and how many there are of each kind."""

from msgspec import Struct


class Which(Struct, frozen=True, omit_defaults=True):
    """Failures of a stage, a code, an archive; "" stands for any."""

    stage: str = ""
    code: str = ""
    archive: str = ""  # as the ledger names it


ANY = Which()


class Tally(Struct, frozen=True, kw_only=True):
    """How many failures of one stage and code an archive has: those that cost a message or all that could have been
    read there, and those whose message is stored all the same."""

    archive: str
    stage: str
    code: str
    lost: int
    kept: int
