-- What a back office is expected to have: the departments and posts of the agencies, the dictionaries
-- from which forms offer their choices, the parameters that may be changed while the platform runs,
-- the notices and who has read them, and indexes by which the logs of logins and acts are searched.
--
-- A department is a party of the kind 'agency': its name and what it belongs to stand there. That
-- nobody publishes the notice that he wrote himself is a constraint: no code path can forget it.
--
-- Module of department: registry/department. Module of post: back_office/post.
-- Module of dictionary, dictionary_entry: registry/dictionary.
-- Module of parameter, parameter_change: registry/parameter. Module of notice, notice_read: back_office/notice.

create table department (
    id bigint primary key references party (id),
    code text not null,
    place bigint not null,
    leader_id bigint references account (id),
    phone text not null,
    district text,
    created_at bigint not null,
    changed_at bigint not null
);
create unique index department_code on department (code);
create index party_parent on party (parent_id) where parent_id is not null;
create index account_department on account (department_id, id) where department_id is not null;
create index account_post on account (post_id, id) where post_id is not null;

create table post (
    id bigint primary key,
    code text not null,
    name text not null,
    place bigint not null,
    state text not null check (state in ('active', 'disabled')),
    remark text not null,
    created_at bigint not null,
    changed_at bigint not null
);
create unique index post_code on post (code);

create table dictionary (
    code text primary key,
    chinese text not null,
    english text not null,
    remark text not null,
    state text not null check (state in ('active', 'disabled')),
    is_own boolean not null,
    created_at bigint not null,
    changed_at bigint not null
);

create table dictionary_entry (
    id bigint primary key,
    dictionary text not null references dictionary (code),
    code text not null,
    chinese text not null,
    english text not null,
    place bigint not null,
    colour text not null,
    state text not null check (state in ('active', 'disabled')),
    remark text not null,
    created_at bigint not null,
    changed_at bigint not null
);
create unique index dictionary_entry_code on dictionary_entry (dictionary, code);

-- What notices are about; the platform itself asks for this dictionary, so it cannot be removed.
insert into dictionary (code, chinese, english, remark, state, is_own, created_at, changed_at)
    values ('notice_category', '公告类别', 'Category of notices', '公告管理使用', 'active', true, 0, 0);
insert into dictionary_entry (id, dictionary, code, chinese, english, place, colour, state, remark, created_at, changed_at)
    values (1, 'notice_category', 'maintenance', '系统维护', 'Maintenance', 1, 'orange', 'active', '', 0, 0),
    (2, 'notice_category', 'policy', '政策法规', 'Policy', 2, 'blue', 'active', '', 0, 0),
    (3, 'notice_category', 'business', '业务通知', 'Business', 3, 'green', 'active', '', 0, 0),
    (4, 'notice_category', 'duty', '值班安排', 'Duty', 4, 'grey', 'active', '', 0, 0);

-- The values that differ from the program's own; every change stands in the table after it.
create table parameter (
    name text primary key,
    value bigint not null,
    changed_at bigint not null
);

create table parameter_change (
    id bigint primary key,
    name text not null,
    value bigint,
    asked_by bigint not null,
    asked_name text not null,
    approved_by bigint,
    approved_name text not null,
    at_ms bigint not null,
    why text not null,
    check (approved_by is null or approved_by <> asked_by)
);
-- append only: parameter_change
create index parameter_change_name on parameter_change (name, id);

create table notice (
    id bigint primary key,
    title text not null,
    text text not null,
    category text not null,
    level text not null check (level in ('info', 'important', 'urgent')),
    audience text not null check (audience in
        ('public', 'all', 'staff', 'companies', 'customs', 'bureau', 'operator', 'admin')),
    from_at bigint not null,
    until_at bigint not null,
    is_pinned boolean not null,
    place bigint not null,
    state text not null check (state in ('draft', 'published', 'withdrawn')),
    author_id bigint not null references account (id),
    author_name text not null,
    created_at bigint not null,
    changed_at bigint not null,
    publisher_id bigint references account (id),
    publisher_name text,
    published_at bigint,
    withdrawn_by text,
    withdrawn_at bigint,
    withdrawn_why text,
    check (publisher_id is null or publisher_id <> author_id)
);
create index notice_valid on notice (until_at) where state = 'published';
create index notice_state on notice (state, id);

create table notice_read (
    notice_id bigint not null references notice (id),
    account_id bigint not null references account (id),
    id bigint not null,
    at_ms bigint not null,
    primary key (notice_id, account_id)
);
create index notice_read_place on notice_read (notice_id, id);

create index audit_address on audit (address, number);
create index audit_refused on audit (number) where result = 'refused';
