-- How many answers of customs a row of the inbox holds: those of one company that were taken from the queue together
-- share a row, which spares two thirds of the bytes. None is one answer, as rows were before.
--
-- Module of receipt_inbox: exchange/inbox.

alter table receipt_inbox add column n_answers bigint;
