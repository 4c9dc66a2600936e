-- The work that is done by itself: which jobs are due, who works on each until when, how their runs
-- ended; and how far the audit was copied to another machine.
--
-- Module of job, job_run: back_office/job. Module of audit_cursor: registry/audit.

-- One row a job: when it is due, and who works on it until when.
create table job (
    name text primary key,
    due_at bigint not null,
    lease_until bigint not null,
    owner text not null,
    run_id bigint not null,
    asked_by text not null
);

create table job_run (
    id bigint primary key,
    job text not null,
    asked_by text not null,
    started_at bigint not null,
    ended_at bigint,
    result text check (result in ('done', 'failed', 'lost')),
    detail text not null
);
create index job_run_job on job_run (job, id);

create table audit_cursor (
    reader text primary key,
    number bigint not null,
    at_ms bigint not null
);
