-- Customs changes its code tables without changing the message standard, and a platform must be able
-- to follow without a new release: newer versions of the tables, whole files as they were loaded. A
-- version is never changed or removed, because documents are judged by the table of their own day.
--
-- Module of code_table: registry/code_table.

create table code_table (
    id bigint primary key,
    name text not null,
    version bigint not null,
    effective text not null,
    is_complete boolean not null,
    source text not null,
    n_codes bigint not null,
    content text not null,
    loaded_by text not null,
    loaded_at bigint not null
);
-- append only: code_table
create unique index code_table_version on code_table (name, version);
