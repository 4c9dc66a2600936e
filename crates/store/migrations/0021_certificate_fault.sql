-- A signature whose value is right says nothing while its certificate is revoked, expired or another
-- company's. The codes of what is wrong with the certificate stand beside the outcome; rows of before
-- have none.
--
-- Module of message_signature: exchange/signature.

alter table message_signature add column certificate_fault text;
