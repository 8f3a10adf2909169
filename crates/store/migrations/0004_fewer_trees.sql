-- Fewer trees for a trade: no statement asks for a member's trades. On SQLite trade and once are their primary keys from now
-- on, instead of a table with an index beside it; migrate.rs has the step.
DROP INDEX trade_of_member;
