-- Up to which moment ids of a number may have been made: who has the number next begins after it, whatever the clocks have done.
-- How far the clock of the process is ahead of the database server's, as it has measured. Nothing in both while the release before
-- has the number.
--
-- Module of node: store/node (0023).

alter table node add column ids_ms bigint;
alter table node add column clock_ahead_ms bigint;
