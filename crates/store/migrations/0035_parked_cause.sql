-- Why a parked receipt waits, apart from the sentence that people read: what is done with it when it comes again,
-- or is matched once more, depends on it (`undeclared`, `unsent`, `other`, `found`), and sentences are worded anew.
--
-- The index finds what waits, or was dismissed, under the key of an answer that comes again in another form.
--
-- Module of parked_receipt: exchange/receipt (0003).

alter table parked_receipt add column cause text not null default 'other';
update parked_receipt set cause = 'undeclared' where reason in
    ('没有找到对应的申报单证', '信封的接收方没有申报过该单证', '传输报文写明的接收方没有申报过该单证');
update parked_receipt set cause = 'unsent' where reason = '该主键的单证尚未发往海关，这份回执不会是给它的答复';

create index parked_receipt_key on parked_receipt (document_key);
