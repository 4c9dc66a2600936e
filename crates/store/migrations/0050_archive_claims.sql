-- What keeps the archive right beside processes that are paused, rows that come late and companies with several programs:
-- under which claim to its job a part is written (its folder has it in its name, 0 for none), how many rows its month had, those that
-- were removed with them, when it was last gone through (-1 where nobody noted it), and how far each key has read its company's feed
-- of receipts. The one key of a company has read what its company has; where there were several, they tell with their next
-- question. Nobody reads feed_cursor any more: a later release drops it.
--
-- Module of feed_reader: exchange/downlink.

alter table archive_part add column claim bigint not null default 0;
alter table archive_part add column n_counted bigint not null default -1;

create table feed_reader (
    key_id bigint primary key,
    company_id bigint not null,
    feed_no bigint not null,
    at_ms bigint not null
);
create index feed_reader_company on feed_reader (company_id);
insert into feed_reader (key_id, company_id, feed_no, at_ms)
select k.id, c.company_id, c.feed_no, c.at_ms
from feed_cursor c join api_key k on k.company_id = c.company_id
where (select count(*) from api_key other where other.company_id = c.company_id) = 1;
