-- Lists by an outcome that is rare where it is asked for: what waits is little once the rest is done, and
-- a company that declares no lists has nothing that was released. The other outcomes have theirs in 0020.
--
-- Files that people took away with personal data in full, to count them against the limit of the hour.
--
-- Where the walk stands that seals what was stored before: one row a column, with the key that seals and
-- the key of the last row that was looked at (its second number is 0 where it has one).
--
-- A draft (暂存, appStatus 1) is no declaration: it replaces none that was turned down.
--
-- Which documents of a message a correction is about: others in it may still come back.
--
-- Module of correction_document: exchange/correction.
-- Module of unmask_file: exchange/unmask. Module of reseal: store/reseal.

create index message_undecided on message (id) where outcome = 'waiting';
create index message_undecided_company on message (company_id, id) where outcome = 'waiting';
create index message_accepted_company on message (company_id, id) where outcome = 'accepted';
create index message_released_company on message (company_id, id) where outcome = 'released';

create table unmask_file (
    id bigint primary key,
    account_id bigint not null,
    at_ms bigint not null,
    n_messages bigint not null
);
create index unmask_file_account on unmask_file (account_id, at_ms);

create table reseal (
    column_name text primary key,
    key_id text not null,
    first_no bigint not null,
    second_no bigint not null
);

alter table document add column is_draft boolean not null default false;

create table correction_document (
    company_id bigint not null,
    guid text not null,
    document_id bigint not null,
    made_at bigint not null,
    primary key (company_id, guid, document_id)
);
create index correction_document_corrects on correction_document (document_id);
