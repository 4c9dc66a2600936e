-- Whether a company has handed in a guid before (重复报文判定), in a table of its own: sixteen bytes of the guid's SHA-256, so
-- that the large table of messages has no index over random texts, and can be cut by time. Who declares the same guid
-- twice meets the primary key here, before anything else is written. Rows older than intake.duplicate_days go.
--
-- Corrections know their new message by its guid before it is there.
--
-- Module of message_guid: exchange/message/guid. Module of correction, correction_document: exchange/correction (0027).

drop index message_guid;

create table message_guid (
    guid bytea not null,
    company_id bigint not null,
    message_id bigint not null,
    primary key (guid, company_id)
) /* clustered */;

insert into message_guid (guid, company_id, message_id)
select substr(sha256(convert_to(guid, 'UTF8')), 1, 16), company_id, id from message order by 1, 2;

alter table correction add column guid_key bytea;
update correction set guid_key = substr(sha256(convert_to(guid, 'UTF8')), 1, 16);
alter table correction_document add column guid_key bytea;
update correction_document set guid_key = substr(sha256(convert_to(guid, 'UTF8')), 1, 16);
