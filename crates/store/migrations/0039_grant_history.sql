-- Whoever acts for several companies and has chosen none acts for the first of them: a look at all roles that the account
-- has or had, with every request. The indexes of grants have only those that are not revoked.
--
-- Module of role_grant: registry/role.

create index role_grant_history on role_grant (account_id, company_id, id);
