-- The first schema. Times are milliseconds since 1970; ids, JSON and what was said are text. The same tables stand in
-- migrations/postgres.

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT,
    config TEXT NOT NULL,
    data TEXT,
    private_room TEXT NOT NULL,
    -- The room it is in: that of its configuration, or its private one.
    room_id TEXT NOT NULL,
    cursor INTEGER NOT NULL,
    entered_at INTEGER,
    created_at INTEGER NOT NULL,
    active_at INTEGER NOT NULL,
    holder TEXT,
    fence INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_owner ON sessions (owner) WHERE owner IS NOT NULL;
CREATE INDEX sessions_by_holder ON sessions (holder) WHERE holder IS NOT NULL;
CREATE INDEX sessions_unheld ON sessions (active_at) WHERE holder IS NULL;

CREATE TABLE rooms (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT,
    private INTEGER NOT NULL,
    owner TEXT,
    fence INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    opened_at INTEGER,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rooms_by_owner ON rooms (owner) WHERE owner IS NOT NULL;
CREATE INDEX rooms_unheld ON rooms (used_at) WHERE owner IS NULL;

-- Not clustered by its key: what is appended then lies at the end of the file whichever room it is of, so a group of
-- writes touches few pages.
CREATE TABLE room_log (
    room_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    speaker TEXT NOT NULL,
    language TEXT,
    said_at INTEGER NOT NULL,
    frame TEXT NOT NULL,
    PRIMARY KEY (room_id, seq)
) STRICT;
CREATE INDEX room_log_presences ON room_log (room_id, seq) WHERE kind IN ('present', 'left');
CREATE INDEX room_log_by_speaker ON room_log (speaker);
CREATE INDEX room_log_by_age ON room_log (said_at);

CREATE TABLE usage (
    room_id TEXT NOT NULL,
    day TEXT NOT NULL,
    engine TEXT NOT NULL,
    audio_ms INTEGER NOT NULL,
    PRIMARY KEY (room_id, day, engine)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_by_day ON usage (day);

CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    subject TEXT,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_age ON audit (at);
