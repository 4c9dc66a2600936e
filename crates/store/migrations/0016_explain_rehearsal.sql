-- Codes of receipts that the dictionary does not have are collected, so that operators see them and
-- write down once what they mean: the answer is then part of every explanation of that code, of old
-- receipts too. The text kept as a sample has no personal data.
--
-- A coming version of the message standard is an overlay of differences on the built-in one. While it
-- is loaded, messages that were checked are checked once more under it, in the background: `cursor`
-- says how far, and what would break is counted by company, kind, code and element. Dropping the
-- version removes what was counted.
--
-- Module of unknown_code: exchange/unknown_code.
-- Module of coming_standard, rehearsal_finding: exchange/rehearsal.

create table unknown_code (
    id bigint primary key,
    code text not null,
    kind text not null,
    n_seen bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    sample text not null,
    meaning text,
    advice text,
    resubmit text,
    answered_by text,
    answered_at bigint
);
create unique index unknown_code_code on unknown_code (code, kind);
create index unknown_code_open on unknown_code (id) where answered_at is null;

create table coming_standard (
    id text primary key,
    name text not null,
    effective text not null,
    overlay text not null,
    loaded_by text not null,
    loaded_at bigint not null,
    cursor bigint not null,
    n_rehearsed bigint not null,
    n_broken bigint not null
);

create table rehearsal_finding (
    standard text not null references coming_standard (id) on delete cascade,
    company_id bigint not null references company (id),
    kind text not null,
    code text not null,
    element text not null,
    severity text not null,
    text text not null,
    n_messages bigint not null,
    example bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    primary key (standard, company_id, kind, code, element)
);
