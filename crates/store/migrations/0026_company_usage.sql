-- What each company has handed in on a day (Beijing): messages and bytes, so that one company cannot fill
-- the platform's disk. Written in the transaction that stores the messages.
--
-- Module of company_usage: exchange/quota.

create table company_usage (
    day text not null,
    company_id bigint not null,
    n_messages bigint not null,
    n_bytes bigint not null,
    primary key (day, company_id)
);
