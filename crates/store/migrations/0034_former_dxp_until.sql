-- Until when a company had a former DXP id. The id may be another company's by now, and an answer that comes to it
-- still be for the one that had it when its document was handed over, never for a document that came later.
-- Nothing where the id was given up before this was noted.
--
-- Module of company_former_dxp: registry/company (0030).

alter table company_former_dxp add column until_ms bigint;
