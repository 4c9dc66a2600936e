-- Which process has taken a message, by its number: one that was killed is followed by another of the same
-- number, which gives back at once what the dead one had in hand. Nothing while nobody has taken it, or
-- when the release before has.
--
-- Module of queue_item: queue/builtin (0004).

alter table queue_item add column node bigint;
