-- What engines cost, in billionths of a US dollar, and what a room may use. What was used counts from when the budget was
-- set. The same columns stand in migrations/sqlite.

ALTER TABLE usage ADD COLUMN tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage ADD COLUMN nanodollars BIGINT NOT NULL DEFAULT 0;

ALTER TABLE rooms ADD COLUMN budget_audio_ms BIGINT;
ALTER TABLE rooms ADD COLUMN budget_nanodollars BIGINT;
ALTER TABLE rooms ADD COLUMN used_audio_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN used_nanodollars BIGINT NOT NULL DEFAULT 0;
