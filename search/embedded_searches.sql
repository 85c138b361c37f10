-- Searches that people keep (mappings/saved.py), in desk.sqlite.
CREATE TABLE IF NOT EXISTS searches (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
