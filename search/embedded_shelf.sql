-- Articles and citations of the embedded corpus: made in an older corpus, too, where they are missing.
-- Bodies are records of mappings/articles.py: of articles MessagePack compressed with zstd, else JSON.
CREATE TABLE IF NOT EXISTS articles (
    num INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    date TEXT NOT NULL, year TEXT NOT NULL, lang TEXT NOT NULL,
    outlet TEXT NOT NULL, outlet_key TEXT NOT NULL,  -- its words, folded
    added INTEGER NOT NULL,
    row TEXT NOT NULL,  -- what lists show, counts left out
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS articles_date ON articles (date);
CREATE INDEX IF NOT EXISTS articles_outlet ON articles (outlet_key);
CREATE VIRTUAL TABLE IF NOT EXISTS article_words USING fts5 (words, content='', detail='none');
CREATE TABLE IF NOT EXISTS article_keys (  -- addresses and texts as they are compared (search/article_keys.py)
    key TEXT PRIMARY KEY, article INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS article_keys_article ON article_keys (article);
CREATE TABLE IF NOT EXISTS captures (sha256 BLOB PRIMARY KEY, size INTEGER NOT NULL, data BLOB NOT NULL);  -- zstd
CREATE TABLE IF NOT EXISTS captured (
    article INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (article, sha256)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS captured_sha256 ON captured (sha256);
CREATE TABLE IF NOT EXISTS citations (
    num INTEGER PRIMARY KEY,
    article INTEGER NOT NULL,
    target INTEGER NOT NULL,  -- number of the message that it cites, 0 for what is not here
    message BLOB,             -- the message's id, NULL for a ghost's or none
    ghost INTEGER NOT NULL,   -- a ghost's key, else 0
    name TEXT NOT NULL,       -- the message's or ghost's id, else what the article calls it by
    absent TEXT NOT NULL,     -- what is not here has one name in all articles; '' for what is here
    ruled INTEGER NOT NULL,   -- 1 after a person's yes, -1 after a no
    best INTEGER NOT NULL,    -- of the article's citations of one message the most probable
    probability REAL NOT NULL,
    at INTEGER NOT NULL,      -- when it was confirmed, else found
    body TEXT NOT NULL,
    verdict TEXT              -- on it, as in the table of verdicts; NULL for none
);
CREATE INDEX IF NOT EXISTS citations_article ON citations (article);
CREATE INDEX IF NOT EXISTS citations_target ON citations (target, ghost);
CREATE TABLE IF NOT EXISTS verdicts (
    article BLOB NOT NULL, message TEXT NOT NULL,  -- its id, a ghost's, or what the article calls it by
    body TEXT NOT NULL,
    PRIMARY KEY (article, message)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cited_states (article INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS derived (name TEXT PRIMARY KEY, data BLOB NOT NULL);
