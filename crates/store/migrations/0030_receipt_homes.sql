-- What a receipt is attributed by, beyond its key.
--
-- A company's former DXP ids: customs answers to the one under which a declaration was handed over, which
-- may be another by now.
--
-- A document that was turned down as a duplicate takes nothing off the company's hands, and one that the
-- company has dismissed is not asked about again because of another.
--
-- A parked receipt keeps to whom its envelope was addressed (DXP ids, with a blank between them; nothing
-- when it had no envelope): whoever releases it, it is nobody else's. `released_at` is also when it was
-- dismissed; the record of the approval says which.
--
-- Module of company_former_dxp: registry/company. Module of document, parked_receipt: exchange/receipt (0003).

create table company_former_dxp (
    dxp_id text not null,
    company_id bigint not null,
    primary key (dxp_id, company_id)
);

alter table document add column is_duplicate boolean not null default false;
alter table document add column is_dismissed boolean not null default false;
update document set is_duplicate = true where outcome in ('rejected', 'faulty') and status in
    (-301010, -301011, -401007, -401008, -504012, -504015, -504016, -505012, -505015,
     -505016, -621004, -623009, -625022, -625033, -800003);

alter table parked_receipt add column receivers text not null default '';
