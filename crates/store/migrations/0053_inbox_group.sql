-- How many answers of customs a row of the inbox holds: those of one company that were taken from the queue together
-- share a row, which spares two thirds of the bytes. None is one answer, as rows were before.
--
-- Module of receipt_inbox: exchange/inbox.

alter table receipt_inbox add column n_answers bigint;
-- With all that a turn is chosen by: on SQLite the column stands behind the body, and to read it would be to read that.
drop index receipt_inbox_lane;
create index receipt_inbox_lane on receipt_inbox (direction, company_id, id, n_bytes, n_answers);
