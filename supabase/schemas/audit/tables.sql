-- The audit, which records each change of data that decides about money. Also three lists: the
-- audited tables, the triggers that must exist, and who read which customer's data.

create table farthing.audit (
  audit_nr bigint generated always as identity primary key,
  changed_at timestamptz not null default now(),
  author text not null,
  reason text,
  table_name text not null,
  row_key jsonb not null,
  before jsonb,
  after jsonb,
  constraint audit_bounded check (length(author) between 1 and 300 and length(reason) <= 500
    and length(table_name) <= 63),
  constraint audit_says_something check (num_nonnulls(before, after) > 0)
);
comment on table farthing.audit is
  'Changes of data that decides about money. Append-only. before: null for a new row; after: null for a '
  'deleted row. author: as in entries; sql:<role> is a person at an SQL prompt.';
create index audit_by_row on farthing.audit (table_name, row_key, audit_nr desc);
-- The report of authors (reports/api/actors.sql) uses this index. The index leaves out accounts,
-- customers, providers and top_ups, because their rows change much more often: users change them
-- themselves.
create index audit_by_time on farthing.audit (changed_at) where table_name in ('blocks', 'mismatches',
  'inbox', 'notifications', 'fraud_warnings', 'jobs', 'booking_transfers', 'spend_caps', 'policy', 'packages',
  'rates', 'alert_rules', 'tasks', 'features', 'accounting_policies', 'journal_accounts',
  'welcome_blocked_domains', 'welcome_grants');
alter table farthing.audit enable row level security;
create policy audit_none on farthing.audit for select to authenticated using (false);

create table farthing.audited (
  table_name text primary key,
  key_columns text[] not null,
  columns text[] not null,
  needs_reason boolean not null,
  has_rows boolean not null
);
comment on table farthing.audited is
  'Tables whose changes are audited, and the audited columns. needs_reason: a change without a reason is '
  'refused. has_rows: added and deleted rows are audited, too.';
alter table farthing.audited enable row level security;
create policy audited_none on farthing.audited for select to authenticated using (false);

create table farthing.guards (
  table_name text not null,
  trigger_name text not null,
  primary key (table_name, trigger_name)
);
comment on table farthing.guards is
  'Triggers that protect data about money from changes. Each trigger must exist and must be set to '
  'ENABLE ALWAYS (prove_guards).';
alter table farthing.guards enable row level security;
create policy guards_none on farthing.guards for select to authenticated using (false);

create table farthing.customer_reads (
  read_nr bigint generated always as identity primary key,
  read_at timestamptz not null,
  author text not null,
  route text not null,
  account_id bigint,
  user_id uuid,
  query text,
  request_id text,
  correlation_id text,
  constraint customer_reads_text_bounded check (length(author) <= 300 and length(route) <= 100
    and length(query) <= 255 and length(request_id) <= 64 and length(correlation_id) <= 255),
  constraint customer_reads_of_one check (num_nonnulls(account_id, user_id) <= 1)
);
comment on table farthing.customer_reads is
  'Reads of a customer''s data by operators, and by secret keys on /customers. Append-only for a year. '
  'user_id: set only if the user has no account yet. A row with neither account_id nor user_id records '
  'a search without a match. query: the searched text, masked unless it is an id.';
create index customer_reads_by_account on farthing.customer_reads (account_id, read_nr desc)
  where account_id is not null;
create index customer_reads_by_user on farthing.customer_reads (user_id, read_nr desc)
  where user_id is not null;
create index customer_reads_by_time on farthing.customer_reads (read_at);
alter table farthing.customer_reads enable row level security;
create policy customer_reads_none on farthing.customer_reads for select to authenticated using (false);
