-- Which message corrects which one that customs or the platform sent back. It is noted by the guid of
-- the new message before that is handed in, so that the two are linked in whatever order they arrive;
-- a guid without a message says nothing.
--
-- Module of correction: exchange/correction.

create table correction (
    company_id bigint not null,
    guid text not null,
    corrects bigint not null,
    made_at bigint not null,
    primary key (company_id, guid, corrects)
);
create index correction_corrects on correction (corrects);
