-- Guesses are counted before anything is compared, and by name and address together: what a stranger
-- guesses elsewhere does not lock out the person at the desk. A second row with an empty address counts
-- the guesses of all addresses. The name stands as a keyed hash: people type passwords into the wrong
-- field, and a name that nobody has is counted as one that somebody has. The columns n_failed and
-- locked_until of account are not read any more; the release before still writes them.
--
-- Module of login_attempt: identity/login.

create table login_attempt (
    name text not null,
    address text not null,
    kind text not null check (kind in ('password', 'code')),
    n_tried bigint not null,
    until_at bigint not null,
    passed_at bigint not null,
    primary key (name, kind, address)
);
create index login_attempt_until on login_attempt (until_at);

-- The refresh token that a refresh token followed: a client that lost an answer asks once more with the
-- predecessor, and gets a second successor.
alter table oidc_token add column predecessor text;
create index oidc_token_predecessor on oidc_token (predecessor) where predecessor is not null;
