-- Who may do what: people, their accounts and second factors, the roles they hold and for whom, the
-- sessions in which they act, the queue of acts that need a second pair of eyes, and the audit of
-- all of it. Secrets stand here as hashes (what we only compare) or sealed (what we must read).
--
-- That one person holds only one of the three offices (三员分立), and that nobody approves what he
-- asked for himself, are constraints: no code path can forget them.
--
-- Module of party, account, password_old, activation: registry/account. Module of factor: registry/factor.
-- Module of session: registry/session. Module of role_grant, custom_role: registry/role.
-- Module of approval: registry/approval. Module of audit, audit_head: registry/audit.
-- Module of bootstrap: identity/bootstrap.

create table party (
    id bigint primary key,
    kind text not null check (kind in ('person', 'enterprise', 'agency', 'service')),
    name text not null,
    company_id bigint references company (id),
    parent_id bigint references party (id),
    created_at bigint not null
);
create unique index party_company on party (company_id) where company_id is not null;

create table account (
    id bigint primary key,
    party_id bigint not null references party (id),
    login text not null,
    login_folded text not null,
    kind text not null check (kind in ('staff', 'company')),
    state text not null check (state in ('invited', 'active', 'disabled')),
    password_hash text,
    password_at bigint not null,
    must_change boolean not null,
    n_failed bigint not null,
    locked_until bigint not null,
    last_login_at bigint,
    phone_sealed bytea,
    email_sealed bytea,
    department_id bigint,
    post_id bigint,
    language text not null,
    created_at bigint not null,
    changed_at bigint not null
);
create unique index account_login on account (login_folded);
create index account_party on account (party_id);

create table password_old (
    account_id bigint not null references account (id),
    at_ms bigint not null,
    hash text not null,
    primary key (account_id, at_ms)
);

-- A one-time link by which a person sets the first password, or a new one after a reset.
create table activation (
    hash text primary key,
    account_id bigint not null references account (id),
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);

create table factor (
    id bigint primary key,
    account_id bigint not null references account (id),
    kind text not null check (kind in ('totp', 'passkey', 'recovery')),
    label text not null,
    secret_sealed bytea,
    hash text,
    last_step bigint not null,
    confirmed boolean not null,
    created_at bigint not null,
    used_at bigint
);
create index factor_account on factor (account_id, kind);

create table session (
    id bigint primary key,
    hash text not null,
    account_id bigint not null references account (id),
    stage text not null check (stage in ('second', 'enrol', 'password', 'full')),
    methods text not null,
    company_id bigint references company (id),
    authenticated_at bigint not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    address text not null,
    agent text not null,
    ended_at bigint,
    ended_why text
);
create unique index session_hash on session (hash);
create index session_account on session (account_id, id);
create index session_open on session (seen_at) where ended_at is null;

create table role_grant (
    id bigint primary key,
    account_id bigint not null references account (id),
    party_id bigint not null references party (id),
    role text not null,
    company_id bigint references company (id),
    district text,
    sight text not null check (sight in ('company', 'subtree', 'district', 'all', 'nothing')),
    granted_by bigint,
    approved_by bigint,
    granted_at bigint not null,
    expires_at bigint,
    revoked_at bigint,
    check (granted_by is null or approved_by is null or granted_by <> approved_by)
);
create index role_grant_account on role_grant (account_id) where revoked_at is null;
create index role_grant_company on role_grant (company_id, id) where revoked_at is null;
create unique index role_grant_once on role_grant (account_id, role, coalesce(company_id, 0))
    where revoked_at is null;
create unique index role_grant_officer on role_grant (party_id)
    where revoked_at is null and role in ('system_admin', 'security_admin', 'audit_admin');

create table custom_role (
    name text primary key,
    chinese text not null,
    operations text not null,
    created_at bigint not null,
    changed_at bigint not null
);

create table approval (
    id bigint primary key,
    kind text not null,
    title text not null,
    payload text not null,
    company_id bigint,
    state text not null check (state in ('pending', 'done', 'rejected', 'withdrawn')),
    asked_by bigint not null,
    asked_name text not null,
    asked_at bigint not null,
    why text not null,
    decided_by bigint,
    decided_name text,
    decided_at bigint,
    reason text,
    check (decided_by is null or state = 'withdrawn' or decided_by <> asked_by)
);
create index approval_state on approval (state, id);

create table audit (
    number bigint primary key,
    at_ms bigint not null,
    actor_kind text not null,
    actor_id bigint,
    actor_name text not null,
    company_id bigint,
    act text not null,
    object text not null,
    result text not null,
    address text not null,
    request_id text not null,
    detail text not null,
    previous text not null,
    hash text not null
);
-- append only: audit
create index audit_act on audit (act, number);
create index audit_actor on audit (actor_id, number);
create index audit_object on audit (object, number);
create index audit_company on audit (company_id, number);

create table audit_head (
    id bigint primary key,
    number bigint not null,
    hash text not null
);
insert into audit_head (id, number, hash) values (1, 0, '');

create table bootstrap (
    hash text primary key,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
