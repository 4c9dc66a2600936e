-- What documents say together (三单对碰). Of every document the few elements that are compared are kept
-- beside the message, personal ones as a mask and a keyed hash, so that a document that arrives is
-- compared with its partners by four indexes and without reading a message. A list may wait for its
-- partners, if its company wants it so. What a person has bought in a year is a running total under
-- the year and the keyed hash of the identity number: the number itself stands nowhere.
--
-- Amounts are hundred-thousandths of a yuan. `counted` is what of a list stands in the total now, so that
-- a step that runs twice adds nothing.
--
-- Module of match_fact, match_policy, match_hold, personal_total: exchange/matching.

create table match_fact (
    document_id bigint primary key,
    company_id bigint not null,
    kind text not null,
    own_key text,
    order_key text,
    waybill_key text,
    bill_key text,
    list_no text,
    status bigint,
    status_time text,
    is_withdrawn boolean not null,
    person_key text,
    amount bigint not null,
    given_back bigint not null,
    counted bigint not null,
    facts text not null
);
create index match_fact_own on match_fact (own_key) where own_key is not null;
create index match_fact_order on match_fact (order_key) where order_key is not null;
create index match_fact_waybill on match_fact (waybill_key) where waybill_key is not null;
create index match_fact_bill on match_fact (bill_key) where bill_key is not null;
create index match_fact_list on match_fact (list_no) where list_no is not null;

create table match_policy (
    company_id bigint primary key,
    policy text not null check (policy in ('off', 'warn', 'hold')),
    changed_at bigint not null
);

create table match_hold (
    message_id bigint primary key,
    company_id bigint not null,
    direction text not null,
    until_ms bigint not null,
    why text not null
);
create index match_hold_until on match_hold (direction, until_ms);

create table personal_total (
    person_key text primary key,
    amount bigint not null,
    n_lists bigint not null
);

create index message_waiting on message (company_id, id) where state = 'waiting';
