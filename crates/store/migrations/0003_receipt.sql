-- The documents inside a message with their keys, the receipts (回执) that answered them, and the
-- feed by which each company reads its receipts. A document's id is its message's id plus its
-- number in the message. A receipt of a whole message (CEB900) carries the message's id.
--
-- The feed number is given out under a lock on the company's row of feed, so that on every engine
-- a reader who has seen number n has seen all before it.
--
-- Module of document, receipt, parked_receipt: exchange/receipt. Module of feed: exchange/downlink.

create table document (
    id bigint primary key,
    company_id bigint not null,
    kind text not null,
    business_key text,
    order_no text,
    logistics_no text,
    invt_no text,
    cop_no text,
    pre_no text,
    status bigint,
    status_time text,
    is_final boolean not null
);
create index document_key on document (business_key, id) where business_key is not null;
create index document_order_no on document (company_id, order_no, id) where order_no is not null;
create index document_logistics_no on document (company_id, logistics_no, id)
    where logistics_no is not null;
create index document_invt_no on document (invt_no, id) where invt_no is not null;
create index document_cop_no on document (company_id, cop_no, id) where cop_no is not null;

create table feed (
    company_id bigint primary key,
    last bigint not null
);

create table receipt (
    company_id bigint not null,
    feed_no bigint not null,
    message_id bigint not null,
    document_id bigint not null,
    kind text not null,
    guid text not null,
    document_key text not null,
    return_status bigint not null,
    return_time text not null,
    return_info text not null,
    fingerprint bigint not null,
    received_at bigint not null,
    xml text not null,
    primary key (company_id, feed_no)
);
-- Customs answers at least once; the same answer is one receipt.
create unique index receipt_once on receipt (document_id, return_status, return_time, fingerprint);

-- Answers that fit no declaration we know: kept with an alarm, never guessed, never dropped.
create table parked_receipt (
    id bigint primary key,
    kind text not null,
    document_key text not null,
    reason text not null,
    fingerprint bigint not null,
    at_ms bigint not null,
    released_at bigint,
    body bytea not null
);
create unique index parked_receipt_once on parked_receipt (fingerprint);
