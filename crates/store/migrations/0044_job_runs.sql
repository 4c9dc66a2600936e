-- One runner for all jobs of the platform, which may go on for hours: each claim of a job has a number that only grows,
-- so that a process that was paused past its lease cannot commit any more; a failed run is tried again after a pause; a
-- run can be asked to stop, and says how far it is.
--
-- Module of job, job_run, job_run_2: jobs/runner. Runs are copied into a table that knows one result more.

-- The schedule by which due_at was set: with a new release it may be another.
alter table job add column schedule text not null default '';
-- Grows with each claim; what a run writes proves it.
alter table job add column fence bigint not null default 0;
-- Who asked that the present run stops; empty when nobody did.
alter table job add column cancel_asked text not null default '';
-- Runs since the job was due by its schedule: from the second on they are retries.
alter table job add column attempt bigint not null default 0;
-- Runs that failed since one did not.
alter table job add column failed_n bigint not null default 0;

create table job_run_2 (
    id bigint primary key,
    job text not null,
    asked_by text not null,
    started_at bigint not null,
    ended_at bigint,
    result text check (result in ('done', 'failed', 'lost', 'cancelled')),
    detail text not null,
    done_n bigint,
    total_n bigint,
    attempt bigint,
    node bigint
);
insert into job_run_2 (id, job, asked_by, started_at, ended_at, result, detail)
    select id, job, asked_by, started_at, ended_at, result, detail from job_run;
drop table job_run;
alter table job_run_2 rename to job_run;
create index job_run_job on job_run (job, id);
