-- The directory of people in the embedded corpus: made in an older corpus, too, where it is missing.
CREATE TABLE IF NOT EXISTS sightings (  -- how mails name people, mappings/persons.py
    num INTEGER PRIMARY KEY,
    handle TEXT NOT NULL, name TEXT NOT NULL,
    person INTEGER NOT NULL DEFAULT 0,  -- number of the person, 0 while nobody knows
    UNIQUE (handle, name)
);
CREATE INDEX IF NOT EXISTS sightings_person ON sightings (person);
CREATE TABLE IF NOT EXISTS parts (  -- who takes part in a message: 0 writes it, 1 gets it, 2 is its mailing list
    message INTEGER NOT NULL, part INTEGER NOT NULL, sighting INTEGER NOT NULL,
    PRIMARY KEY (message, part, sighting)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS person_decisions (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS person_handles (
    id TEXT PRIMARY KEY,  -- as mappings/persons.py makes it
    handle TEXT NOT NULL UNIQUE,
    person INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS person_handles_person ON person_handles (person);
CREATE TABLE IF NOT EXISTS persons (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,   -- its words, folded, to sort by
    words TEXT NOT NULL,  -- of all names and addresses, a blank before each
    wrote INTEGER NOT NULL, got INTEGER NOT NULL,
    row TEXT NOT NULL,    -- what lists show
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS persons_mails ON persons (wrote + got DESC, id);
