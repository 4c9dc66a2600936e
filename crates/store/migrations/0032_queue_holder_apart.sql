-- Which process has taken a message stands apart from it: whoever puts a message into the queue by hand, as
-- docs/operating says, gives what a message has and knows nothing of processes. A row may outlive the lease
-- that it was written with; each claim writes it anew.
--
-- Module of queue_holder: queue/builtin. Module of queue_item: queue/builtin (0004).

create table queue_holder (
    id bigint primary key,
    node bigint not null
);
create index queue_holder_node on queue_holder (node);
insert into queue_holder (id, node)
    select id, node from queue_item where node is not null and lease_until > 0;
drop index queue_item_node;
alter table queue_item drop column node;
