-- The embedded corpus but for the compressed blocks, which stand in a file beside it: appended to, never changed,
-- valid as far as the table `blocks` says. `messages` is narrow, for joins and scans.
-- Keys are signed 64-bit hashes (mappings.keys); a label is the number of some message of the thread.
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE messages (
    num INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    label INTEGER NOT NULL,
    parent INTEGER NOT NULL DEFAULT 0,  -- number of a message; minus that of a ghost; 0 for a thread's first
    depth INTEGER NOT NULL DEFAULT 0,
    pos INTEGER NOT NULL DEFAULT 0,     -- place in the thread's reading order
    date INTEGER,
    own_key INTEGER NOT NULL,
    subject_key INTEGER NOT NULL,
    orphan INTEGER NOT NULL,
    copy_key INTEGER NOT NULL DEFAULT 0,  -- number of its group of copies, 0 for none; found where threads are arranged
    carrier INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL,              -- of the raw bytes as they came
    recipients INTEGER NOT NULL,
    block INTEGER NOT NULL,             -- holds its record and, behind all records, its raw bytes
    raw_at INTEGER NOT NULL, raw_size INTEGER NOT NULL,  -- in the form of search/base64_runs.py
    record_at INTEGER NOT NULL, record_size INTEGER NOT NULL,
    slim_block INTEGER NOT NULL, slim_at INTEGER NOT NULL, slim_size INTEGER NOT NULL  -- what lists show
);
CREATE INDEX messages_label ON messages (label);
CREATE INDEX messages_own_key ON messages (own_key) WHERE own_key <> 0;
CREATE INDEX messages_copy_key ON messages (copy_key) WHERE copy_key <> 0;
CREATE INDEX messages_subject ON messages (subject_key, date) WHERE subject_key <> 0;
CREATE INDEX messages_orphans ON messages (subject_key, date) WHERE orphan = 1;
CREATE INDEX messages_carrier ON messages (carrier) WHERE carrier <> 0;
CREATE TABLE blocks (  -- zstd frames in the file beside: offset, size, and how much of it holds the records
    block INTEGER PRIMARY KEY, size INTEGER NOT NULL, head INTEGER NOT NULL
);
CREATE TABLE links (key INTEGER PRIMARY KEY, label INTEGER NOT NULL);
CREATE TABLE joins (label INTEGER PRIMARY KEY, target INTEGER NOT NULL);  -- labels that were absorbed by others
CREATE TABLE sketches (  -- of the own words of a batch of messages, of which num is the first
    num INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,  -- dates
    sketches BLOB NOT NULL  -- MessagePack: number, date, sketch of each that has a date; 3 bytes a number of the sketch
);
CREATE TABLE quotings (  -- replies that name no mail: what they quote is sought by its sketch between two dates
    num INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, sketch BLOB NOT NULL,
    ghost INTEGER NOT NULL  -- key of the ghost of what they quote, 0 for none
);
CREATE INDEX quotings_ghost ON quotings (ghost) WHERE ghost <> 0;
CREATE TABLE loose (label INTEGER PRIMARY KEY);  -- threads to arrange anew
CREATE TABLE stale (num INTEGER PRIMARY KEY, generation INTEGER NOT NULL);  -- documents to index anew; ghosts' + 2^40
CREATE TABLE threads (label INTEGER PRIMARY KEY, first INTEGER NOT NULL, subject TEXT NOT NULL);
CREATE TABLE ghosts (
    num INTEGER PRIMARY KEY,
    key INTEGER NOT NULL UNIQUE,
    ghost TEXT NOT NULL,  -- all that is known of it, as JSON
    label INTEGER NOT NULL,
    parent INTEGER NOT NULL, depth INTEGER NOT NULL, pos INTEGER NOT NULL
);
CREATE INDEX ghosts_label ON ghosts (label);
CREATE TABLE rulings (  -- what people decided on copies: a JSON record for each message
    id TEXT PRIMARY KEY, ruling TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE archives (
    num INTEGER PRIMARY KEY,
    archive TEXT NOT NULL,
    collection TEXT NOT NULL,
    size INTEGER NOT NULL, modified INTEGER NOT NULL,
    head TEXT NOT NULL, position TEXT NOT NULL, done INTEGER NOT NULL, kind TEXT NOT NULL,
    read INTEGER NOT NULL, new INTEGER NOT NULL, already INTEGER NOT NULL, failed INTEGER NOT NULL,
    UNIQUE (archive, collection)
);
CREATE TABLE places (
    message INTEGER NOT NULL, archive INTEGER NOT NULL, member TEXT NOT NULL, offset INTEGER NOT NULL,
    flags TEXT NOT NULL, labels TEXT NOT NULL,
    number TEXT NOT NULL COLLATE NOCASE,  -- that it was published under, '' for none
    PRIMARY KEY (message, archive, member, offset)
) WITHOUT ROWID;
CREATE INDEX places_number ON places (number) WHERE number <> '';
CREATE TABLE keys (  -- that signatures are checked with; the body is the record as JSON
    id TEXT PRIMARY KEY, body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE later (  -- what was found out about a message after it was stored, as MessagePack
    message INTEGER PRIMARY KEY, body BLOB NOT NULL
);
CREATE TABLE failures (
    num INTEGER PRIMARY KEY AUTOINCREMENT,
    archive TEXT NOT NULL, collection TEXT NOT NULL, member TEXT NOT NULL, offset INTEGER NOT NULL,
    stage TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL, at INTEGER NOT NULL,
    file TEXT NOT NULL
);
CREATE TABLE files (  -- that mails carry, each once
    num INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL, media TEXT NOT NULL, state TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
    text BLOB  -- zstd; NULL for none
);
CREATE INDEX files_state ON files (state);
CREATE TABLE carried (file INTEGER NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (file, message)) WITHOUT ROWID;
