"""What can go wrong while an archive is opened and taken apart; every one becomes a `Problem`, none leaves the package.

ArchiveError
├── Unreadable   the file or folder can't be opened or read
├── Truncated    the data ends too early
├── Damaged      the data is not what its format asks for
├── Encrypted    a password would be needed
├── Unsupported  a known format or compression that is not read
├── TooLarge     a message, or an archive inside an archive, above its limit
├── TooDeep      archives inside archives beyond the limit
└── Bomb         unpacks to far more than a real archive does; the whole unit is given up
"""


class ArchiveError(Exception):
    """Base of the tree: `str()` is one sentence for people, `code` is short and stable.

    `member` and `offset` say where it happened, filled in by whoever knows; `fatal` ends the whole unit, `last` the
    archive that it is raised in.
    """

    code = "damaged"
    fatal = False

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.member = ""
        self.offset = -1
        self.last = False


class Unreadable(ArchiveError):
    """The file or folder can't be opened or read."""

    code = "unreadable"


class Truncated(ArchiveError):
    """The data ends too early."""

    code = "truncated"


class Damaged(ArchiveError):
    """The data is not what its format asks for."""

    code = "damaged"


class Encrypted(ArchiveError):
    """A password would be needed."""

    code = "encrypted"


class Unsupported(ArchiveError):
    """A known format or compression that is not read."""

    code = "unsupported"


class TooLarge(ArchiveError):
    """A message, or an archive inside an archive, above its limit."""

    code = "too-large"


class TooDeep(ArchiveError):
    """Archives inside archives beyond the limit."""

    code = "too-deep"


class Bomb(ArchiveError):
    """Unpacks to far more than a real archive does."""

    code = "bomb"
    fatal = True
