-- A rehearsal passes over what is damaged, and tells of how many messages it says nothing.
--
-- Module of coming_standard: exchange/rehearsal (0016).

alter table coming_standard add column n_unreadable bigint not null default 0;
