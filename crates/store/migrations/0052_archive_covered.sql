-- Whether the proven parts behind a broken one have every row of it, as its manifest lists them: it is superseded (已替代) then.
-- Counts cannot tell, for a row that is gone and one that came late make the same number. It ceases when a part of the month breaks.
--
-- Module of archive_part: archive/part (0048).

alter table archive_part add column is_covered boolean not null default false;
