"""The records that both sides share: messages, their parts and places, threads, failures."""

from typing import Literal

from msgspec import Struct, field

from mappings.signatures import ArcSet, Seal, Signature

DateSource = Literal["header", "received", "none"]
SegmentKind = Literal["own", "quoted", "signature", "disclaimer", "mark"]
OWN_KINDS = ("own", "signature")  # what `own:` finds; `quoted:` finds the other kinds
FileState = Literal["waiting", "text", "empty", "encrypted", "unread", "mail", "failed"]


class Address(Struct, frozen=True, omit_defaults=True):
    """One mailbox of an address header: the display name (decoded, may be empty) and `local@domain` as written."""

    name: str = ""
    address: str = ""

    def __str__(self) -> str:
        """`Name <address>`, or whichever of the two there is."""
        return f"{self.name} <{self.address}>" if self.name and self.address else self.name or self.address


class Attachment(Struct, frozen=True, omit_defaults=True):
    """One MIME leaf that is not the body: an attached file, an inline image, an attached mail."""

    part: str  # the part's number as IMAP counts it (RFC 3501 §6.4.5): "2", "1.3"; inside a winmail.dat "2.winmail.1"
    name: str = ""
    declared: str = ""  # media type as the mail declares it, lower case
    sniffed: str = ""  # media type as the first bytes say; "" when they say nothing
    size: int = 0  # bytes, decoded
    sha256: str = ""  # hex, of the decoded bytes
    inline: bool = False
    content_id: str = ""  # without angle brackets
    message: str = ""  # an attached mail: its id as a message of its own


class File(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A file that mails carry: one however many carry it, with the text that was drawn from it.

    States: it waits to be read; text was found; it was read and has none; it asks for a password; there is no reader
    for its kind; it is a mail, which is a message of its own; its reader failed.
    """

    sha256: str  # hex, of the decoded bytes
    size: int = 0
    media: str = ""  # media type as the content says, else as a mail declares it
    state: FileState = "waiting"
    code: str = ""  # why there is no text, or only a part of it: "timeout", "no-reader", "cut" …
    reason: str = ""  # a sentence for people
    text: str = ""


class Segment(Struct, frozen=True, omit_defaults=True, gc=False):
    """A stretch `text[start:end]` of a message's text, in code points.

    Own words, a quotation, the signature, a disclaimer (what a mail server or list puts below each mail), or a mark:
    what a release prints over a document, its header block as printed, a page's footer. The fields after `depth` are
    a quotation's: they say whom it quotes, as far as the lines that introduce it tell.
    """

    kind: SegmentKind
    start: int
    end: int
    depth: int = 0  # levels of quotation; 0 for all else
    who: str = ""  # the line that introduces it ("On 3 August Ann wrote:", of a header block From), as it stands
    words: int = 0  # where the quoted words begin, past the lines that introduce them; 0 where none do
    name: str = ""
    address: str = ""
    date: str = ""  # ISO 8601 as far as given: "2015", "2015-08-03", "2015-08-03T14:02", "2015-08-03T14:02:10+02:00"
    subject: str = ""
    message_id: str = ""  # where an attribution names it ("In article <…>, Ann wrote:")


class Note(Struct, frozen=True, omit_defaults=True):
    """What was assumed or repaired while reading a message, such as a charset."""

    code: str  # short and stable: "charset-assumed", "date-unreadable", "base64-damaged" …
    text: str  # a sentence for people
    part: str = ""  # the part concerned, "" for the message


class Message(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One message as read from its bytes. `id` is the SHA-256 of those bytes in hex; nothing else is identity."""

    id: str
    size: int  # of the raw bytes
    message_id: str = ""  # without angle brackets, as written
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # oldest first
    thread_index: str = ""  # Outlook's Thread-Index, as written (base64)
    subject: str = ""
    date: int | None = None  # seconds since 1970 UTC; may be negative; None when there is no usable date
    zone: int | None = None  # minutes east of UTC as the header gave them
    date_source: DateSource = "none"
    date_note: str = ""  # why the date is not the Date header's
    from_: tuple[Address, ...] = field(default=(), name="from")
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    list_id: str = ""  # "list.example.org", lower case, without brackets or phrase
    headers: tuple[tuple[str, str], ...] = ()  # every header in order, decoded for reading
    text: str = ""  # the body as readable text, line ends "\n"
    segments: tuple[Segment, ...] = ()  # cover `text` without a gap, in order
    html: str = ""  # number of the text/html part that shows the same body, "" when there is none
    attachments: tuple[Attachment, ...] = ()
    lang: str = ""  # ISO 639-1 of the own words, "" when it could not be told
    notes: tuple[Note, ...] = ()
    carrier: str = ""  # id of the message this one was attached to
    signatures: tuple[Signature, ...] = ()  # DKIM, in the order of the fields
    arc: tuple[ArcSet, ...] = ()  # by instance
    seals: tuple[Seal, ...] = ()  # what the writer signed or encrypted, from the outside inwards
    parser: str = ""  # which reader made this record
    labels: tuple[str, ...] = ()  # of Gmail, Thunderbird, or Keywords, as the header has them
    made: str = ""  # a key of `mappings.made.MADE` when the bytes are ours; "" for a mail as it came


class Hop(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One Received field: a server that passed the message on."""

    number: int  # 1 is the sender's end
    from_: str = field(default="", name="from")
    by: str = ""
    with_: str = field(default="", name="with")  # the protocol
    for_: str = field(default="", name="for")
    date: int | None = None  # seconds since 1970 UTC
    delay: int = 0  # seconds since the hop before
    odd: tuple[str, ...] = ()  # what does not fit the hop before: sentences
    text: str = ""  # the field as it stands


class Forensics(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a message travelled and what is odd about it, as mailparser reads it."""

    hops: tuple[Hop, ...] = ()  # in the order of travel
    sender_ip: str = ""  # "" when it can't be told
    defects: tuple[str, ...] = ()  # the standard library's names for what is malformed
    problem: str = ""  # why there is no more to say, "" when all went well


class Place(Struct, frozen=True, omit_defaults=True):
    """Where a copy of a message was found."""

    archive: str  # the file or folder that was given, as an absolute path
    member: str = ""  # inside it: "box.zip!mail/inbox.mbox"; a file's path below a folder; "…#2" for an attached mail
    offset: int = -1  # bytes from the start of the (unpacked) mbox; -1 where there is no such thing
    collection: str = ""
    flags: str = ""  # Maildir flags, mbox Status letters
    labels: tuple[str, ...] = ()
    number: str = ""  # what it was published under: "1234", "C05739545"


class MessageRow(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A message in a list or thread: what one line shows. A ghost is a mail that is referred to but not here."""

    id: str  # a ghost's id begins with "g"
    thread: str = ""  # id of the thread: that of its first message
    parent: str = ""  # id of the message or ghost it answers, "" for a thread's first
    depth: int = 0
    ghost: bool = False
    message_id: str = ""
    subject: str = ""
    from_: tuple[Address, ...] = field(default=(), name="from")
    to: tuple[Address, ...] = ()  # the first few of To and Cc
    recipients: int = 0  # how many To, Cc and Bcc name
    date: int | None = None
    zone: int | None = None
    date_source: DateSource = "none"
    size: int = 0
    attachments: int = 0
    collection: str = ""
    lang: str = ""
    preview: str = ""  # the first words of its own; of a ghost, as they were quoted
    written: str = ""  # a ghost's date as it was quoted: ISO 8601 as far as given
    copies: int = 0  # how many other messages are copies of this one
    places: int = 0  # how many places it and its copies were found in


class Thread(Struct, frozen=True, kw_only=True):
    """A conversation: its rows in reading order of the tree (parents before children), ghosts in place."""

    id: str
    subject: str
    rows: tuple[MessageRow, ...]
    first: int | None = None  # earliest and latest date, seconds
    last: int | None = None


class Ruling(Struct, frozen=True, kw_only=True):
    """What a person decided on the copies of a message; it goes before the rules, for good."""

    id: str  # the message
    cut: bool = False  # the rules don't make it a copy of any other
    joins: tuple[int, ...] = ()  # it is a copy of those who share one of these keys
    by: str = ""
    at: int = 0  # when, seconds since 1970


class Failure(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that could not be read, in full or in part."""

    archive: str
    member: str = ""
    offset: int = -1
    stage: str  # "open" | "split" | "parse" | "store" | "index" | "extract" | "article"
    code: str  # short and stable: "truncated", "not-mail", "too-deep" …
    reason: str  # a sentence for people
    collection: str = ""
    message: str = ""  # id of the message concerned when it was stored all the same
    file: str = ""  # SHA-256 of the attachment concerned
    at: int = 0  # when, seconds since 1970


class ArchiveState(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The ledger's line for one archive file: how far it was read, and counts: read = new + already + failed."""

    archive: str  # absolute path
    collection: str = ""
    size: int = 0
    modified: int = 0  # nanoseconds
    head: str = ""  # SHA-256 of what was read so far's first bytes: tells an appended file from a replaced one
    position: str = ""  # where to go on, the reader's own words; "" at the start
    done: bool = False
    kind: str = ""  # "mbox", "maildir", "message", "zip" …
    read: int = 0
    new: int = 0
    already: int = 0
    failed: int = 0


class Quoting(Struct, frozen=True, array_like=True):
    """What a reply that names no mail tells of the one it quotes: what that is looked for by."""

    sketch: tuple[int, ...]  # of the quoted words
    first: int  # seconds since 1970, earliest and latest, between which it was written
    last: int
    ghost: int  # key of the ghost that stands for it while it is not here, 0 for none


class Prepared(Struct, frozen=True, kw_only=True):
    """A message ready to be stored, with what threads and duplicates are found by. Keys are signed 64-bit hashes."""

    message: Message
    raw: bytes
    place: Place
    links: tuple[int, ...]  # its own key first (0 without a Message-ID), then those it refers to
    references: tuple[str, ...] = ()  # the mails it refers to, cleaned: oldest first, the one it answers last
    subject_key: int = 0  # of the subject without reply marks; 0 for none
    orphan: bool = False  # a reply by its subject that names no mail it answers
    copy_keys: tuple[int, ...] = ()  # those who share one are copies of one mail
    sketch: tuple[int, ...] = ()  # of its own words: who quotes them shares some of these numbers below 2^24
    quoting: Quoting | None = None  # of a reply that names no mail and quotes one
    record: bytes = b""  # `message` as msgpack, where another process has made it already


class Difference(Struct, frozen=True, kw_only=True):
    """Something stored that is laid out in another way than this version of the program asks for."""

    index: str  # an index of the cluster; a table of the folder, or its "index"
    what: str  # such as: field "date" is keyword, expected long
    remedy: str  # a sentence on what to do about it
    hinders: bool = False  # nothing can be written until then


class Status(Struct, frozen=True, kw_only=True):
    """What a corpus holds."""

    engine: str
    messages: int
    threads: int
    ghosts: int
    duplicates: int  # messages that are copies of another one
    places: int
    raw_bytes: int
    stored_bytes: int  # what the corpus takes on disk
    first: int | None
    last: int | None
    undated: int
    unindexed: int  # stored, not yet searchable
    failures: int
    archives: tuple[ArchiveState, ...]
    collections: dict[str, int]
    files: dict[str, int] = {}  # files that mails carry, by their state
    articles: int = 0
    citations: dict[str, int] = {}  # "shown", "probable", "silent"; "absent": shown, and not here
    marks: dict[str, int] = {}  # "tags", "stars", "notes" that people put on messages
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()  # sentences on what is not as usual
