-- Tags, stars and notes of an embedded corpus (mappings/desk.py), in a file of their own, desk.sqlite: they are written
-- while an ingest holds the corpus.
CREATE TABLE IF NOT EXISTS marks (
    id TEXT PRIMARY KEY,
    message TEXT NOT NULL,   -- id of the message, which need not be here
    kind TEXT NOT NULL,
    key TEXT NOT NULL,       -- a tag's name, folded
    name TEXT NOT NULL,
    by TEXT NOT NULL,
    at INTEGER NOT NULL,     -- when it was made
    gone INTEGER NOT NULL,
    act TEXT NOT NULL,       -- of the last change
    words TEXT NOT NULL,     -- of a note, each between two spaces
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS marks_message ON marks (message);
CREATE INDEX IF NOT EXISTS marks_kind ON marks (kind, gone, key, message);
CREATE INDEX IF NOT EXISTS marks_at ON marks (kind, gone, at DESC, id);
CREATE INDEX IF NOT EXISTS marks_act ON marks (act);
