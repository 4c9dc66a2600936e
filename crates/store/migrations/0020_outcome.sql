-- What became of each document and message (办理结果), beside how far it has come: a document that
-- customs has finished with may have been rejected, and then its company must act. Kept in the
-- transaction that changes the status, so that lists, counts and to-dos are answered by an index.
-- `needs_action` is true until a later document with the same key was declared or the company has
-- dismissed it. A refused document keeps its key apart (`refused_key`), where no receipt finds it.
-- `guid` is the declared document's own: receipts name it.
--
-- Messages are counted by outcome under the day (Beijing, days since 1970-01-01) on which they were
-- accepted; a message that is checked again moves from one count to the other.
--
-- Module of message_outcome: exchange/outcome.

alter table document add column guid text;
alter table document add column app_type text;
alter table document add column refused_key text;
alter table document add column outcome text not null default 'waiting';
alter table document add column needs_action boolean not null default false;
alter table message add column outcome text not null default 'waiting';
alter table message add column needs_action boolean not null default false;

create table message_outcome (
    day_no bigint not null,
    company_id bigint not null,
    kind text not null,
    outcome text not null,
    n_messages bigint not null,
    primary key (day_no, company_id, kind, outcome)
);
create index message_outcome_company on message_outcome (company_id, day_no);

-- What is there already.
update document set outcome = case
    when status < 0 or status in (4, 501, 502, 503, 599, 700) then 'faulty'
    when status = 100 then 'rejected'
    when status in (120, 399) then 'accepted'
    when status in (800, 899) then 'released'
    else 'waiting' end
where status < 0 or status in (4, 100, 120, 399, 501, 502, 503, 599, 700, 800, 899);

-- A whole message that customs' format check turned down has a CEB900 and no status of its own.
update document set outcome = 'faulty'
where status is null and exists (
    select 1 from receipt r join message m on m.id = r.document_id
    where r.document_id = document.id - document.id % 128 and r.kind = 'CEB900'
    and m.state <> 'refused');

update document set outcome = 'refused'
where id - id % 128 in (select id from message where state = 'refused');

-- What was declared again since needs no action. A refused document had no key.
update document set needs_action = true
where outcome in ('rejected', 'faulty', 'refused')
and not exists (
    select 1 from document later where later.business_key = document.business_key
    and later.company_id = document.company_id and later.id > document.id)
and not exists (
    select 1 from document later where document.business_key is null
    and later.order_no = document.order_no and later.kind = document.kind
    and later.company_id = document.company_id and later.id > document.id)
and not exists (
    select 1 from document later where document.business_key is null
    and document.order_no is null and later.cop_no = document.cop_no
    and later.kind = document.kind
    and later.company_id = document.company_id and later.id > document.id);

create index document_action on document (business_key) where needs_action;
create index document_action_refused on document (refused_key) where needs_action;

update message set outcome = 'refused', needs_action = (
    select count(*) = 0 or sum(case when d.needs_action then 1 else 0 end) > 0 from document d
    where d.id > message.id and d.id <= message.id + 127)
where state = 'refused';

update message set needs_action = exists (
    select 1 from document d where d.id > message.id and d.id <= message.id + 127
    and d.needs_action)
where state in ('answered', 'settled', 'held') and exists (
    select 1 from document d where d.id > message.id and d.id <= message.id + 127
    and d.needs_action);

update message set outcome = coalesce((
    select case min(case
        when d.outcome = 'rejected' and d.needs_action then 1
        when d.outcome = 'faulty' and d.needs_action then 2
        when d.outcome = 'waiting' then 3
        when d.outcome = 'rejected' then 5
        when d.outcome = 'faulty' then 6
        when d.outcome = 'accepted' then 7
        else 8 end)
        when 1 then 'rejected' when 2 then 'faulty' when 3 then 'waiting' when 5 then 'rejected'
        when 6 then 'faulty' when 7 then 'accepted' when 8 then 'released' end
    from document d where d.id > message.id and d.id <= message.id + 127), 'waiting')
where state in ('answered', 'settled', 'held');

-- What was turned down is little beside the rest. Each outcome has indexes of its own, because SQLite
-- sees that an index serves only where the query repeats its condition.
create index message_action on message (outcome, id) where needs_action;
create index message_action_id on message (id) where needs_action;
create index message_action_company on message (company_id, outcome, id) where needs_action;
create index message_action_company_id on message (company_id, id) where needs_action;
create index message_rejected on message (id) where outcome = 'rejected';
create index message_rejected_company on message (company_id, id) where outcome = 'rejected';
create index message_faulty on message (id) where outcome = 'faulty';
create index message_faulty_company on message (company_id, id) where outcome = 'faulty';
create index message_refused on message (id) where outcome = 'refused';
create index message_refused_company on message (company_id, id) where outcome = 'refused';

insert into message_outcome (day_no, company_id, kind, outcome, n_messages)
select (received_at + 28800000) / 86400000, company_id, kind, outcome, count(*) from message
where outcome <> 'waiting'
group by (received_at + 28800000) / 86400000, company_id, kind, outcome;

-- Answers of customs that name no kind of declaration were counted as one.
delete from message_day where kind in ('CEB900', 'CEB816', 'CEB818', 'CEB792');
