-- One door for the systems of the city: who may send people to log in here (relying parties), and
-- the tickets that they get. Tickets in force stand here as hashes; the text of a service ticket is
-- kept only when it has been used up, because single logout must name it.
--
-- Module of relying_party: identity/relying_party. Module of cas_ticket, cas_visit, cas_slip, cas_warned:
-- identity/cas.

create table relying_party (
    id bigint primary key,
    name text not null,
    kind text not null check (kind in ('cas', 'oidc')),
    title text not null,
    urls text not null,
    logout_url text,
    attributes text not null,
    secret_hash text,
    grants text not null,
    may_proxy boolean not null,
    proxies text not null,
    company_id bigint references company (id),
    changed_at bigint not null
);
create unique index relying_party_name on relying_party (name);

-- Service tickets, proxy tickets and proxy-granting tickets.
create table cas_ticket (
    hash text primary key,
    kind text not null check (kind in ('ST', 'PT', 'PGT')),
    session_id bigint not null,
    relying_party_id bigint not null,
    service text not null,
    is_fresh boolean not null,
    proxies text not null,
    issued_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create index cas_ticket_expires on cas_ticket (expires_at);
create index cas_ticket_granting on cas_ticket (session_id) where kind = 'PGT';

-- A service that a session has visited, with the used ticket by which the service knows it.
create table cas_visit (
    id bigint primary key,
    session_id bigint not null,
    relying_party_id bigint not null,
    service text not null,
    ticket text not null,
    told_at bigint
);
create index cas_visit_session on cas_visit (session_id) where told_at is null;

-- One-time slips of login pages that were used; the slips themselves are sealed texts.
create table cas_slip (
    hash text primary key,
    expires_at bigint not null
);
create index cas_slip_expires on cas_slip (expires_at);

-- Sessions whose person wants to be asked before every service.
create table cas_warned (
    session_id bigint primary key
);

-- Work of single logout is found by the time at which sessions ended.
create index session_ended on session (ended_at, id) where ended_at is not null;
