-- The desks of people: lists over all companies and by every number that somebody may have on paper,
-- each answered by an index in the order of the list; and for whom personal data of a message are
-- shown, for how long.
--
-- Module of unmasking: exchange/unmask.

create index message_kind on message (company_id, kind, id);
create index message_kind_all on message (kind, id);

-- The same indexes as before with the number first, so that they answer a company and those who see
-- several: a number belongs to few messages, and every further index is paid for at each acceptance.
drop index message_guid;
create unique index message_guid on message (guid, company_id);
drop index document_order_no;
create index document_order_no on document (order_no, id) where order_no is not null;
drop index document_logistics_no;
create index document_logistics_no on document (logistics_no, id) where logistics_no is not null;
drop index document_cop_no;
create index document_cop_no on document (cop_no, id) where cop_no is not null;
create index document_pre_no on document (pre_no, id) where pre_no is not null;

-- Stuck messages are few: the company comes first for its own list, the state for everybody's.
drop index message_stuck;
create index message_stuck on message (state, id) where state in ('refused', 'held');
create index message_stuck_company on message (company_id, state, id)
    where state in ('refused', 'held');

create index parked_receipt_open on parked_receipt (id) where released_at is null;

create table unmasking (
    session_id bigint not null,
    message_id bigint not null,
    account_id bigint not null,
    at_ms bigint not null,
    until_ms bigint not null,
    primary key (session_id, message_id)
);
create index unmasking_account on unmasking (account_id, at_ms);
