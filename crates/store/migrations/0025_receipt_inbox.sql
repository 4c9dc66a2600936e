-- What customs has answered and the platform has not yet worked off, when there is more of it than one
-- turn takes: kept by the company to which each answer is addressed (0 when nobody can tell), so that
-- the answers of all companies go home in turns. In quiet times nothing comes here.
--
-- Module of receipt_inbox: exchange/inbox.

create table receipt_inbox (
    id bigint primary key,
    direction text not null,
    company_id bigint not null,
    n_bytes bigint not null,
    body bytea not null
);
-- With the bytes, so that what is kept is added up from the index alone.
create index receipt_inbox_lane on receipt_inbox (direction, company_id, id, n_bytes);
