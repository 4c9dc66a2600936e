-- Lanes are shared by processes: the companies of a direction are split into shards, and for each step a shard belongs to one
-- process at a time. Processes that work a step are listed with a number that grows when one of their shards is taken over: what a
-- process commits that was paused meanwhile is not kept.
--
-- Module of lane_shard, lane_worker: exchange/lane.

create table lane_shard (
    step text not null,
    shard bigint not null,
    owner text not null,
    until_ms bigint not null,
    primary key (step, shard)
) /* clustered */;

create table lane_worker (
    step text not null,
    owner text not null,
    fence bigint not null,
    until_ms bigint not null,
    primary key (step, owner)
) /* clustered */;
