-- Announcement 179 of 2018: customs asks a platform for the original data of a payment, and the
-- platform answers within minutes. What a company hands in is sealed, because it holds accounts, names
-- and what was bought; outside the seal stand the numbers by which customs asks, and what lists show.
-- A payment may pay for several orders, so an order leads to its payment by a table of its own. An
-- inquiry is answered once however often customs sends it: its session number is unique. What was
-- uploaded is kept as it was sent, to the byte. Nothing is removed before three years have passed.
--
-- Module of payment_data, payment_order, payment_inquiry: services/payment_inquiry.

create table payment_data (
    id bigint primary key,
    company_id bigint not null references company (id),
    transaction_no text not null,
    pay_code text not null,
    ebp_code text not null,
    total_amount text not null,
    currency text not null,
    trading_time text not null,
    n_orders bigint not null,
    hash bytea not null,
    sealed bytea not null,
    created_at bigint not null,
    changed_at bigint not null,
    keep_until bigint not null
);
create unique index payment_data_transaction on payment_data (company_id, pay_code, transaction_no);
create index payment_data_company on payment_data (company_id, id);
create index payment_data_keep on payment_data (keep_until);

create table payment_order (
    company_id bigint not null,
    order_no text not null,
    payment_id bigint not null references payment_data (id),
    primary key (company_id, order_no)
);
create index payment_order_payment on payment_order (payment_id);

create table payment_inquiry (
    id bigint primary key,
    company_id bigint not null references company (id),
    session_no text not null,
    order_no text not null,
    service_time text not null,
    received_at bigint not null,
    due_at bigint not null,
    state text not null check (state in ('waiting', 'uploaded', 'failed')),
    reason text not null,
    payment_id bigint,
    n_tries bigint not null,
    next_at bigint not null,
    sealed bytea,
    certificate_no text not null,
    method text not null,
    answer_code text not null,
    answer_text text not null,
    ended_at bigint
);
create unique index payment_inquiry_session on payment_inquiry (company_id, session_no);
create index payment_inquiry_company on payment_inquiry (company_id, id);
create index payment_inquiry_waiting on payment_inquiry (next_at) where state = 'waiting';
create index payment_inquiry_open on payment_inquiry (company_id) where state <> 'uploaded';
create index payment_inquiry_payment on payment_inquiry (payment_id) where payment_id is not null;
