-- What engines cost, in billionths of a US dollar, and what a room may use. What was used counts from when the budget was
-- set. The same columns stand in migrations/postgres.

ALTER TABLE usage ADD COLUMN tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage ADD COLUMN nanodollars INTEGER NOT NULL DEFAULT 0;

ALTER TABLE rooms ADD COLUMN budget_audio_ms INTEGER;
ALTER TABLE rooms ADD COLUMN budget_nanodollars INTEGER;
ALTER TABLE rooms ADD COLUMN used_audio_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN used_nanodollars INTEGER NOT NULL DEFAULT 0;
