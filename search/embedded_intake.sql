-- When mails came into the embedded corpus: made in an older corpus, too, where it is missing.
CREATE TABLE IF NOT EXISTS intakes (  -- messages from this number on were stored at that time, seconds since 1970
    num INTEGER PRIMARY KEY, at INTEGER NOT NULL
);
