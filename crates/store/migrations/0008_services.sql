-- Whom the platform deals with, and on whose word: the case files (办件) in which companies apply for
-- something and the bureau decides, and what comes of them: the contracts (业务角色) of a company, the
-- agents (代理报关) that act for it, and how far its docking (对接进度) is.
--
-- That the one who proposes does not decide, that a company code is in one open application only, and
-- that a company has one contract for a role are constraints. What is personal in a form is sealed.
--
-- Module of case_file, case_step, attachment, attachment_body: services/case_file.
-- Module of registration: services/registration. Module of ledger, contract: services/company_ledger.
-- Module of agent, agent_member: services/agent. Module of docking, docking_step: services/docking.

create table case_file (
    id bigint primary key,
    kind text not null,
    title text not null,
    state text not null check (state in ('applied', 'accepted', 'supplementing', 'approving', 'done',
        'returned', 'withdrawn')),
    company_id bigint references company (id),
    subject text not null,
    form text not null,
    private_sealed bytea,
    applied_by bigint not null references account (id),
    applied_name text not null,
    applied_at bigint not null,
    proposed_by bigint,
    decided_by bigint,
    changed_at bigint not null,
    due_at bigint,
    n_days_left bigint not null,
    n_steps bigint not null,
    n_attachments bigint not null,
    check (decided_by is null or proposed_by is null or decided_by <> proposed_by),
    check (proposed_by is null or proposed_by <> applied_by),
    check (decided_by is null or decided_by <> applied_by)
);
create index case_file_company on case_file (company_id, id);
create index case_file_applicant on case_file (applied_by, id);
create index case_file_state on case_file (state, id);
create index case_file_due on case_file (due_at) where due_at is not null;
-- One open case of a kind about one thing: a double click makes one case.
create unique index case_file_open on case_file (kind, subject) where due_at is not null;

create table case_step (
    case_id bigint not null references case_file (id),
    number bigint not null,
    at_ms bigint not null,
    act text not null,
    from_state text not null,
    to_state text not null,
    side text not null,
    account_id bigint not null,
    name text not null,
    remark text not null,
    primary key (case_id, number)
);

create table attachment (
    id bigint primary key,
    case_id bigint not null references case_file (id),
    document text not null,
    name text not null,
    media text not null,
    n_bytes bigint not null,
    hash text not null,
    added_by bigint not null,
    added_at bigint not null
);
create index attachment_case on attachment (case_id, id);

create table attachment_body (
    attachment_id bigint primary key references attachment (id),
    body bytea not null
);

create table registration (
    case_id bigint primary key references case_file (id),
    credit_code text not null,
    customs_code text not null,
    dxp_id text not null,
    is_open boolean not null,
    address text not null,
    created_at bigint not null
);
create unique index registration_credit_code on registration (credit_code) where is_open = true;
create unique index registration_customs_code on registration (customs_code) where is_open = true;
create index registration_address on registration (address, created_at);

-- What the ledger knows of a company beside its codes. The number of changes is also the lock by
-- which everything about one company's people, keys and agents happens one after the other.
create table ledger (
    company_id bigint primary key references company (id),
    contact_sealed bytea,
    case_id bigint,
    n_changes bigint not null,
    changed_at bigint not null
);

create table contract (
    id bigint primary key,
    company_id bigint not null references company (id),
    role text not null,
    state text not null check (state in ('active', 'suspended', 'ended')),
    since_ms bigint not null,
    until_ms bigint,
    case_id bigint,
    changed_at bigint not null
);
create unique index contract_once on contract (company_id, role) where state <> 'ended';
create index contract_role on contract (role, company_id) where state <> 'ended';

create table agent (
    id bigint primary key,
    principal_id bigint not null references company (id),
    agent_id bigint not null references company (id),
    directions text not null,
    kinds text not null,
    since_ms bigint not null,
    until_ms bigint not null,
    case_id bigint,
    ended_at bigint,
    ended_by bigint,
    check (principal_id <> agent_id)
);
create unique index agent_once on agent (principal_id, agent_id) where ended_at is null;
create index agent_agent on agent (agent_id, id);
create index agent_principal on agent (principal_id, id);

-- Which people of the agent hold which role for the principal because of an appointment.
create table agent_member (
    agent_id bigint not null references agent (id),
    account_id bigint not null references account (id),
    grant_id bigint not null,
    since_ms bigint not null,
    ended_at bigint,
    primary key (agent_id, account_id, since_ms)
);
create unique index agent_member_once on agent_member (agent_id, account_id) where ended_at is null;

create table docking (
    company_id bigint not null references company (id),
    channel text not null check (channel in ('http', 'mq', 'excel')),
    stage text not null check (stage in ('registered', 'materials', 'developing', 'testing', 'trial',
        'live')),
    person text not null,
    next_step text not null,
    due_day text not null,
    changed_at bigint not null,
    n_changes bigint not null,
    primary key (company_id, channel)
);
create index docking_stage on docking (stage, company_id);

create table docking_step (
    company_id bigint not null,
    channel text not null,
    number bigint not null,
    at_ms bigint not null,
    from_stage text not null,
    to_stage text not null,
    account_id bigint not null,
    name text not null,
    note text not null,
    primary key (company_id, channel, number)
);


-- Companies that were registered before there was a ledger get their rows: an id leaves its lowest
-- seven bits free, so that the company's own id plus a number is nobody else's.
insert into ledger (company_id, n_changes, changed_at) select id, 0, created_at from company;
insert into party (id, kind, name, company_id, created_at)
    select id, 'enterprise', name, id, created_at from company
    where not exists (select 1 from party known where known.company_id = company.id);
insert into contract (id, company_id, role, state, since_ms, changed_at)
    select id + 1, id, 'ebc', 'active', created_at, created_at from company
    where replace(',' || roles || ',', ',ebc,', '') <> ',' || roles || ',';
insert into contract (id, company_id, role, state, since_ms, changed_at)
    select id + 2, id, 'ebp', 'active', created_at, created_at from company
    where replace(',' || roles || ',', ',ebp,', '') <> ',' || roles || ',';
insert into contract (id, company_id, role, state, since_ms, changed_at)
    select id + 3, id, 'pay', 'active', created_at, created_at from company
    where replace(',' || roles || ',', ',pay,', '') <> ',' || roles || ',';
insert into contract (id, company_id, role, state, since_ms, changed_at)
    select id + 4, id, 'logistics', 'active', created_at, created_at from company
    where replace(',' || roles || ',', ',logistics,', '') <> ',' || roles || ',';
insert into contract (id, company_id, role, state, since_ms, changed_at)
    select id + 5, id, 'agent', 'active', created_at, created_at from company
    where replace(',' || roles || ',', ',agent,', '') <> ',' || roles || ',';
insert into contract (id, company_id, role, state, since_ms, changed_at)
    select id + 6, id, 'operator', 'active', created_at, created_at from company
    where replace(',' || roles || ',', ',operator,', '') <> ',' || roles || ',';
