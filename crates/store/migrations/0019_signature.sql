-- What checking a signature found, one row for each message that has one, beside its findings: which
-- profile passed, with which method and certificate. Only the serial number of a certificate is kept;
-- the rest of it names people.
--
-- Module of message_signature: exchange/signature.

create table message_signature (
    message_id bigint primary key,
    outcome text not null check (outcome in ('passed', 'failed', 'unsupported', 'unsigned')),
    profile text not null,
    method text not null,
    serial text not null,
    valid_to bigint,
    checked_at bigint not null
);
