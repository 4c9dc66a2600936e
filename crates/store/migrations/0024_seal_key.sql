-- The keys that have sealed what is stored in this database (bodies of messages, receipts), each with a
-- value by which a missing or wrong key is found out before anything is read or written with it.
--
-- Module of seal_key: store/vault.

create table seal_key (
    id text primary key,
    proof bytea not null
);
