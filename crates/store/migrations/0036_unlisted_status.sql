-- Answers with a status that the standard does not have: few, and the documents of all of them are read again when
-- operators have said what the status means.
--
-- Module of receipt: exchange/receipt (0003).

create index receipt_unlisted on receipt (return_status, document_id) where return_status > 0 and return_status not in
    (1, 2, 3, 4, 99, 100, 120, 300, 399, 400, 500, 501, 502, 503, 505, 599, 600, 700, 800, 899);
