-- How far a standby that serves reads is behind the primary, told by what it has and not by anybody's clock: each process writes
-- a number every second that only grows, and reads it again from the standby. A row for each start of a process; old ones are
-- removed by those that come later.
--
-- Module of replica_beat: store/replica.

create table replica_beat (
    owner text primary key,
    number bigint not null,
    at_ms bigint not null
);
