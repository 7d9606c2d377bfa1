-- The first schema. Times are milliseconds since 1970; ids, JSON and what was said are text. The same tables stand in
-- migrations/sqlite. Ids are compared byte by byte, whatever the language of the database, so that pages of both are
-- in the same order.

CREATE TABLE sessions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner TEXT COLLATE "C",
    config TEXT NOT NULL,
    data TEXT,
    private_room TEXT COLLATE "C" NOT NULL,
    -- The room it is in: that of its configuration, or its private one.
    room_id TEXT COLLATE "C" NOT NULL,
    cursor BIGINT NOT NULL,
    entered_at BIGINT,
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    holder TEXT COLLATE "C",
    fence BIGINT NOT NULL
);
-- By hash: an owner is what somebody else calls them, and may be longer than a tree takes.
CREATE INDEX sessions_by_owner ON sessions USING hash (owner);
CREATE INDEX sessions_by_holder ON sessions (holder) WHERE holder IS NOT NULL;
CREATE INDEX sessions_unheld ON sessions (active_at) WHERE holder IS NULL;

CREATE TABLE rooms (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT,
    private BOOLEAN NOT NULL,
    owner TEXT COLLATE "C",
    fence BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    opened_at BIGINT,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX rooms_by_owner ON rooms (owner) WHERE owner IS NOT NULL;
CREATE INDEX rooms_unheld ON rooms (used_at) WHERE owner IS NULL;

CREATE TABLE room_log (
    room_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    speaker TEXT COLLATE "C" NOT NULL,
    language TEXT,
    said_at BIGINT NOT NULL,
    frame TEXT NOT NULL,
    PRIMARY KEY (room_id, seq)
);
CREATE INDEX room_log_presences ON room_log (room_id, seq) WHERE kind IN ('present', 'left');
CREATE INDEX room_log_by_speaker ON room_log (speaker);
CREATE INDEX room_log_by_age ON room_log (said_at);

CREATE TABLE usage (
    room_id TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    engine TEXT COLLATE "C" NOT NULL,
    audio_ms BIGINT NOT NULL,
    PRIMARY KEY (room_id, day, engine)
);
CREATE INDEX usage_by_day ON usage (day);

CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    subject TEXT,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    outcome TEXT NOT NULL
);
CREATE INDEX audit_by_age ON audit (at);
