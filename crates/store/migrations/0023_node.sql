-- Which processes share this database, each under a number of its own: two that make ids under one
-- number would make the same ids. A process says now and then that it lives, which is at the same
-- time the proof that a write works.
--
-- Module of node: store/node.

create table node (
    number bigint primary key,
    owner text not null,
    place text not null,
    told text not null,
    beat_at bigint not null,
    until_ms bigint not null
);
