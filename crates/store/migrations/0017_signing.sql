-- Signing for companies that ask the platform to sign. What a company wants of signatures is one row,
-- asked for by those who verify and by those who sign; a company without a row has the defaults. A key
-- is known here by the name that the settings of the machine give it: no secret, no path, no PIN ever
-- stands in the database, only the certificate that everybody may see. What was signed stands beside
-- what was received and never takes its place. Messages that wait for a key that cannot sign now are
-- a list of their own, so that trying again costs what waits and not what is stored.
--
-- Module of signing_policy, signing_key, signing_wait: exchange/signing.
-- Module of message_signed: exchange/message.

create table signing_policy (
    company_id bigint primary key references company (id),
    verify text not null default 'tolerated' check (verify in ('required', 'tolerated', 'off')),
    allow_old boolean not null default false,
    allow_tolerant_profiles boolean not null default true,
    platform_signs boolean not null default false,
    changed_at bigint not null
);

create table signing_key (
    id bigint primary key,
    company_id bigint not null references company (id),
    name text not null,
    provider text not null check (provider in ('file', 'pkcs11', 'usb_key')),
    family text not null check (family in ('rsa', 'sm2')),
    serial text not null,
    subject text not null,
    certificate bytea not null,
    valid_from bigint not null,
    valid_to bigint not null,
    state text not null check (state in ('active', 'removed')),
    added_name text not null,
    added_at bigint not null,
    removed_at bigint
);
create unique index signing_key_active on signing_key (company_id) where state = 'active';
create index signing_key_company on signing_key (company_id, id);

create table signing_wait (
    message_id bigint primary key,
    company_id bigint not null,
    reason text not null,
    n_tries bigint not null,
    since bigint not null,
    next_at bigint not null
);
create index signing_wait_next on signing_wait (next_at);

create table message_signed (
    message_id bigint primary key,
    key_id bigint not null,
    method text not null,
    body bytea not null,
    signed_at bigint not null
);
