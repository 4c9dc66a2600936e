-- Other systems log people in by OpenID Connect as well. What they hold stands here as hashes: a code
-- (in its grant), access tokens, refresh tokens. All that one consent of the session led to hangs on
-- one grant, so that a code or refresh token that comes twice ends the whole family with one update.
-- Nothing outlives the session: a token counts only while the session of its grant is in force.
-- Signing keys are sealed; of a retired one only the public half stays.
--
-- Module of oidc_key, oidc_grant, oidc_token, oidc_visit: identity/oidc.

-- Where a browser may be sent after a logout, exactly.
alter table relying_party add column logout_redirects text not null default '';

create table oidc_key (
    kid text primary key,
    state text not null check (state in ('active', 'retired')),
    sealed bytea,
    modulus text not null,
    exponent text not null,
    created_at bigint not null,
    retired_at bigint
);
create unique index oidc_key_active on oidc_key (state) where state = 'active';

-- That a person went on to a client; its code works once.
create table oidc_grant (
    id bigint primary key,
    code_hash text not null,
    relying_party_id bigint not null,
    account_id bigint not null,
    session_id bigint not null,
    sid text not null,
    scope text not null,
    nonce text,
    redirect_uri text not null,
    challenge text not null,
    methods text not null,
    authenticated_at bigint not null,
    issued_at bigint not null,
    code_expires_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    revoked_at bigint
);
create unique index oidc_grant_code on oidc_grant (code_hash);
create index oidc_grant_session on oidc_grant (session_id);
create index oidc_grant_expires on oidc_grant (expires_at);

-- Access and refresh tokens of a grant, and access tokens of a program, which has none: they count
-- as long as the client's secret is the one that they were given for.
create table oidc_token (
    hash text primary key,
    kind text not null check (kind in ('access', 'refresh', 'machine')),
    grant_id bigint,
    relying_party_id bigint not null,
    scope text not null,
    secret_hash text,
    issued_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    revoked_at bigint
);
create index oidc_token_expires on oidc_token (expires_at);

-- A client that must be told when a session ends, and the name by which it knows the session.
create table oidc_visit (
    id bigint primary key,
    sid text not null,
    session_id bigint not null,
    relying_party_id bigint not null,
    account_id bigint not null,
    made_at bigint not null,
    told_at bigint
);
create unique index oidc_visit_sid on oidc_visit (sid);
create unique index oidc_visit_open on oidc_visit (session_id, relying_party_id) where told_at is null;
create index oidc_visit_made on oidc_visit (made_at);
