-- Documents of which customs' latest status is one that the standard does not have: few, and all of them are read again
-- when operators have said what the status means.
--
-- Room of document: exchange/receipt (0003).

create index document_unlisted on document (status, id) where status > 0 and status not in
    (1, 2, 3, 4, 99, 100, 120, 300, 399, 400, 500, 501, 502, 503, 505, 599, 600, 700, 800, 899);
