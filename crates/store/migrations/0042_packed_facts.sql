-- What is compared of documents (比对要素), packed: a quarter of the text that stood in `facts`, which is empty from now on.
--
-- How far each table has been packed that was filled before anything was packed: rows with ids up to last_id are, rows
-- above until_id came later.
--
-- Module of match_fact: exchange/matching (0015). Module of pack_place: store/repack.

alter table match_fact add column packed bytea;

create table pack_place (
    table_name text primary key,
    last_id bigint not null,
    until_id bigint not null
);
