-- What a company sent (报文), byte for byte, and how far it has come. The bytes stand apart from
-- the row that changes with every step, so that a step rewrites a hundred bytes and not four
-- thousand. The work lists of check and dispatch are the partial indexes: the state is the queue.
--
-- Module of message, message_body, message_finding, message_day: exchange/message.
-- Module of lane_lease: exchange/lane.

create table message (
    id bigint primary key,
    company_id bigint not null,
    key_id bigint not null,
    direction text not null,
    kind text not null,
    guid text not null,
    shape text not null,
    profile text not null,
    state text not null,
    n_bytes bigint not null,
    n_documents bigint not null,
    n_final bigint not null,
    hash bytea not null,
    received_at bigint not null,
    changed_at bigint not null
);
-- The one place where a duplicate is decided (step 2).
create unique index message_guid on message (company_id, guid);
create index message_company on message (company_id, id);
create index message_received on message (direction, company_id, id) where state = 'received';
create index message_checked on message (direction, company_id, id) where state = 'checked';
create index message_sent on message (id) where state = 'sent';
create index message_stuck on message (id) where state in ('refused', 'held');

create table message_body (
    message_id bigint primary key,
    body bytea not null
);

-- What is wrong with a message (校验问题), all of it at once.
create table message_finding (
    message_id bigint not null,
    number bigint not null,
    code text not null,
    severity text not null,
    path text not null,
    line bigint not null,
    value text not null,
    text text not null,
    advice text not null,
    primary key (message_id, number)
);

-- Counts by company, day (Beijing) and kind, kept by the steps, so that no page counts rows.
create table message_day (
    day text not null,
    company_id bigint not null,
    kind text not null,
    n_checked bigint not null,
    n_refused bigint not null,
    n_sent bigint not null,
    n_settled bigint not null,
    n_receipts bigint not null,
    primary key (day, company_id, kind)
);

-- Which process works the lanes of a direction; a lease, so that a dead process loses it.
create table lane_lease (
    name text primary key,
    owner text not null,
    until_ms bigint not null
);
