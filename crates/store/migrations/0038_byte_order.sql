-- Login names and the codes of companies are sorted by their bytes, as SQLite does. A PostgreSQL database has the
-- order of its language instead: its lists would run otherwise than those of the other engine, and otherwise again
-- after an upgrade of the operating system's languages.
--
-- Module of account: registry/account. Module of company: registry/company.

-- by bytes: account.login_folded
-- by bytes: company.credit_code
-- by bytes: company.customs_code
