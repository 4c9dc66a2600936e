-- With which key a living process seals: a key that one of them has is not given up. Empty without a key,
-- nothing while the release before has the number.
--
-- What a process has in hand in the built-in queue is found without looking at all that waits.
--
-- Module of node: store/node (0023). Module of queue_item: queue/builtin (0004).

alter table node add column key_id text;
create index queue_item_node on queue_item (node) where lease_until > 0;
