-- The archive (归档): which months of which class were written to the archive store, what was proven of them, and how far
-- each was removed from this database. A month may have several parts: rows that came or changed after the first one
-- was written go into the next. The number of a part is given once.
--
-- How far each company has read its feed of receipts is noted, so that nothing is removed that it has not fetched.
--
-- Module of archive_part, archive_purge, archive_clock: archive/part. Module of feed_cursor: exchange/downlink.

create table archive_part (
    id bigint primary key,
    class text not null check (class in ('payload', 'trade', 'log', 'evidence')),
    month text not null,
    number bigint not null,
    state text not null check (state in ('writing', 'written', 'verified', 'broken', 'purging', 'purged')),
    began_at bigint not null,
    -- What the manifest says, and its own hash.
    n_rows bigint not null default 0,
    n_bytes bigint not null default 0,
    n_unreadable bigint not null default 0,
    manifest_hash text not null default '',
    -- The key that sealed it; empty for none.
    key_id text not null default '',
    written_at bigint,
    -- What the last proof found: rows that are the same here, that have changed since, that are gone.
    verified_at bigint,
    n_same bigint not null default 0,
    n_changed bigint not null default 0,
    n_gone bigint not null default 0,
    -- What was removed here so far, and what the last pass kept, and why.
    purged_at bigint,
    next_at bigint not null default 0,
    n_purged bigint not null default 0,
    n_kept bigint not null default 0,
    kept_why text not null default '',
    -- Whether rows of the month are in no part yet, so that a further one is due.
    wants_more boolean not null default false,
    -- Whether somebody asked that it is proven again.
    proof_asked boolean not null default false,
    -- Why it is broken; empty when it is not.
    fault text not null default ''
);
create unique index archive_part_once on archive_part (class, month, number);

create table archive_purge (
    part_id bigint not null,
    table_name text not null,
    first_no bigint not null,
    second_no bigint not null,
    n_removed bigint not null,
    n_absent bigint not null,
    kept text not null,
    is_done boolean not null,
    primary key (part_id, table_name)
);

-- The day up to which periods have passed, as the last purge has seen it: a clock that was set years ahead moves it by two days.
create table archive_clock (
    one bigint primary key,
    at_ms bigint not null
);

create table feed_cursor (
    company_id bigint primary key,
    feed_no bigint not null,
    at_ms bigint not null
);
