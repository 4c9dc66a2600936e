-- The built-in durable queue: what RabbitMQ or IBM MQ does in production, on a laptop. An item is
-- leased when taken and removed when acknowledged; the lease stands apart from the body, so that
-- taking rewrites few bytes.
--
-- Module of queue_item, queue_body: queue/builtin.

create table queue_item (
    id bigint primary key,
    queue text not null,
    lease_until bigint not null,
    n_taken bigint not null
);
create index queue_item_queue on queue_item (queue, id);

create table queue_body (
    id bigint primary key,
    body bytea not null
);
