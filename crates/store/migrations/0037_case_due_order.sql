-- The list of cases by due date (办件按时限排序): the most urgent first, and at the end those that are closed, for which
-- nothing is due. The index that there was has no closed ones, so it can serve no list with all of them.

create index case_file_due_order on case_file ((coalesce(due_at, 9223372036854775807)), id);
