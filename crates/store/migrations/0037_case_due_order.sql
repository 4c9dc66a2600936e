-- The list of cases by due date (办件按时限排序): the most urgent first, and at the end those that are closed, for which
-- nothing is due. The index that there was has no closed ones, so it can serve no list with all of them.

create index case_file_due_order on case_file ((coalesce(due_at, 9223372036854775807)), id);
-- One company's or one person's cases are few among all: without these, a page of theirs would read everybody's.
create index case_file_company_due on case_file (company_id, (coalesce(due_at, 9223372036854775807)), id);
create index case_file_applicant_due on case_file (applied_by, (coalesce(due_at, 9223372036854775807)), id);
