-- The XML of receipts (回执原文), packed, apart from the feed's rows, which lists and the duplicate check read: a row of the
-- feed is a tenth of what it was. Those that were recorded before stand in the column `xml` of `receipt` until the job
-- `message.pack` has moved them; an empty text there means that they stand here.
--
-- Module of receipt_xml: exchange/receipt.

create table receipt_xml (
    company_id bigint not null,
    feed_no bigint not null,
    xml bytea not null,
    primary key (company_id, feed_no)
) /* clustered */;
