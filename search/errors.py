"""What can go wrong at the engine seam.

SearchError
├── QueryError         the query can't be read; says where
├── NotFound           no such message, thread, part
├── CorpusError        the place named is not a usable corpus
│   ├── CorpusMissing  nothing there yet
│   ├── CorpusLocked   another process is writing
│   └── CorpusDamaged  there is one, but it can't be read
├── BadMark            what no tag, star or note can be
├── Overtaken          somebody else has changed it meanwhile
├── CursorError        a page's cursor is not one of ours
└── EngineUnavailable  the engine does not answer, or has no room to write
    └── TooMuch        it does, but not this question: it takes too long, or counts too much at once
"""


class SearchError(Exception):
    """Base of everything raised on purpose by this package; `str()` is one sentence for people."""


class QueryError(SearchError):
    """The query can't be read: `text[start:end]` is the spot, in code points; `hint` says what would do."""

    def __init__(self, message: str, text: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.text = text
        self.start = start
        self.end = end
        self.hint = hint

    def pointer(self) -> str:
        """Two lines for a terminal: the query, and a caret row below the spot."""
        return f"{self.text}\n{' ' * self.start}{'^' * max(1, self.end - self.start)}"


class NotFound(SearchError):
    """No message, thread or part has that id."""


class BadMark(SearchError):
    """Something that can't be kept as a tag, star or note."""


class Overtaken(SearchError):
    """Somebody else has changed it since it was read; nothing was stored."""


class CorpusError(SearchError):
    """The place named is not a usable corpus."""


class CorpusMissing(CorpusError):
    """There is no corpus there yet."""


class CorpusLocked(CorpusError):
    """Another process is writing to the corpus."""


class CorpusDamaged(CorpusError):
    """There is a corpus, but it can't be read."""


class CursorError(SearchError):
    """A cursor that was not made by this corpus."""


class EngineUnavailable(SearchError):
    """The engine does not answer, or has no room to write."""


class TooMuch(EngineUnavailable):
    """The engine answers, but not this question: it takes too long, or too much memory; a narrower one may do."""
