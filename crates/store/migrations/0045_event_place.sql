-- Facts get a place in the order in which they were committed, so that who follows them misses none and sees none twice: ids
-- are made before their transaction commits, and one that is smaller may appear later. On PostgreSQL the place is the number of the
-- transaction (event_base is added to it: a database that is restored into another server begins to count anew); on SQLite, where
-- transactions come one after the other, the next number. What was there before has numbers below 0, in the order of its ids.
--
-- Who follows keeps how far he came under his name, in the transaction of what he derives.
--
-- Counters of the first pages and statistics are derived from facts of the kind exchange.tally, behind the steps, so that steps do
-- not wait for each other at the rows of a day.
--
-- Module of event, event_base, event_cursor: store/event.

alter table event rename to event_before;
drop index event_subject;

create table event (
    place bigint not null,
    id bigint not null,
    at_ms bigint not null,
    kind text not null,
    company_id bigint,
    subject_id bigint not null,
    detail text not null,
    primary key (place, id)
) /* clustered */;

insert into event (place, id, at_ms, kind, company_id, subject_id, detail)
select row_number() over (order by id) - 1 - (select count(*) from event_before),
    id, at_ms, kind, company_id, subject_id, detail from event_before order by id;

create index event_subject on event (subject_id, id);
drop table event_before;

create table event_base (
    one bigint primary key,
    base bigint not null
);
insert into event_base (one, base) values (1, 0);

create table event_cursor (
    reader text primary key,
    place bigint not null,
    id bigint not null,
    at_ms bigint not null
);
insert into event_cursor (reader, place, id, at_ms)
select 'exchange.counts', 0, coalesce(max(id), 0), coalesce(max(at_ms), 0) from event;
