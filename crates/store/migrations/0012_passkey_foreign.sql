-- Two more ways to be known. A passkey is a row of the table factor whose hash is that of its
-- credential id: one credential belongs to one account, whatever two requests do at the same time.
-- The name by which authenticators know a person is random, so that it tells nothing and stays the
-- same when the login name changes. A person of a foreign source of identity is
-- bound to one account and the account to one person there. Pages carry sealed slips; the
-- ones that came back are noted until they would have expired, so that none works twice.
--
-- Module of passkey_handle: identity/passkey. Module of foreign_identity: identity/foreign.
-- Module of slip: identity/slip.

create unique index factor_passkey on factor (hash) where kind = 'passkey';

create table passkey_handle (
    account_id bigint primary key references account (id),
    handle text not null
);
create unique index passkey_handle_once on passkey_handle (handle);

create table foreign_identity (
    id bigint primary key,
    source text not null,
    external text not null,
    account_id bigint not null references account (id),
    created_at bigint not null,
    used_at bigint
);
create unique index foreign_identity_external on foreign_identity (source, external);
create unique index foreign_identity_account on foreign_identity (account_id, source);

create table slip (
    hash text primary key,
    expires_at bigint not null
);
create index slip_expires on slip (expires_at);
