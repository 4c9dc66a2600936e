-- Rows of the audit that were written in the transaction of an act and wait for their number: the chain has one head, and
-- submissions of all companies would wait for each other at it. A second later they stand in the chain (exchange.projector).
-- An act whose row cannot be written here does not happen.
--
-- Module of audit_waiting: registry/audit.

create table audit_waiting (
    id bigint primary key,
    at_ms bigint not null,
    actor_kind text not null,
    actor_id bigint,
    actor_name text not null,
    company_id bigint,
    act text not null,
    object text not null,
    result text not null,
    address text not null,
    request_id text not null,
    detail text not null
);
