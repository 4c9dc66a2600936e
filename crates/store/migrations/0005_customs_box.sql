-- The customs simulator (海关模拟器) remembers what was declared to it, which uploads it has played,
-- and which answers are due. It usually has a database of its own. Names and identity numbers are
-- kept as fingerprints only; answers that wait hold the elements of one receipt each.
--
-- Module of box_upload, box_document, box_due, box_number: exchange/customs_box.

-- Uploads that were played: sender and CopMsgId, so that a repetition is played once.
create table box_upload (
    key text primary key,
    at_ms bigint not null
);
create index box_upload_at on box_upload (at_ms);

-- Declared documents by business key. link finds them by another number: the payment by its order,
-- the list by its waybill, the part by the document that was split.
create table box_document (
    id bigint primary key,
    kind text not null,
    key text not null,
    link text,
    invt_no text,
    status bigint not null,
    app_time text not null,
    receiver text not null,
    head text not null,
    facts text not null
);
create unique index box_document_key on box_document (kind, key);
create index box_document_link on box_document (kind, link) where link is not null;
create index box_document_invt_no on box_document (invt_no) where invt_no is not null;

-- Answers and tasks that are due at a time.
create table box_due (
    id bigint primary key,
    due_at bigint not null,
    direction text not null,
    receiver text not null,
    task text not null,
    body text not null
);
create index box_due_at on box_due (due_at, id);

-- The serial numbers that are given out next.
create table box_number (
    name text primary key,
    next bigint not null
);
insert into box_number (name, next) values ('serial', 1);
