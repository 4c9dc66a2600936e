-- Who is who, as much as the exchange needs: the companies that declare, and the keys their
-- programs present. Only a hash of a key is kept: a copy of the database opens no door.
--
-- Module of company: registry/company. Module of api_key: registry/api_key. Module of event: store/event.

create table company (
    id bigint primary key,
    credit_code text not null,
    customs_code text not null,
    name text not null,
    dxp_id text not null,
    roles text not null,
    profile text not null,
    weight bigint not null,
    suspended boolean not null,
    created_at bigint not null
);
create unique index company_credit_code on company (credit_code);
create unique index company_customs_code on company (customs_code);
create unique index company_dxp_id on company (dxp_id);

create table api_key (
    id bigint primary key,
    company_id bigint not null references company (id),
    hash text not null,
    label text not null,
    created_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint
);
create unique index api_key_hash on api_key (hash);
create index api_key_company on api_key (company_id, id);

-- Facts that happened (事件): appended in the transaction of the change, read by higher floors.
-- subject_id is the message or company that the fact is about.
create table event (
    id bigint primary key,
    at_ms bigint not null,
    kind text not null,
    company_id bigint,
    subject_id bigint not null,
    detail text not null
);
create index event_subject on event (subject_id, id);
