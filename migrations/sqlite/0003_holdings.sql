-- What this server has of other services that costs money until it is given back: what it is, its name here and there, and
-- the server process that has it. The same table stands in migrations/postgres.

CREATE TABLE holdings (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    handle TEXT NOT NULL,
    node TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX holdings_by_node ON holdings (node);
