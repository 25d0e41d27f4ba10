-- The results of the paid checks, and their daily budget.

create table farthing.deep_budget (
  one_row boolean primary key default true constraint deep_budget_is_one_row check (one_row),
  daily_units int not null default 850,
  day date not null default '-infinity',
  spent int not null default 0,
  constraint deep_budget_bounded check (daily_units between 0 and 1000000 and spent >= 0)
);
comment on table farthing.deep_budget is
  'One row: the budget of the paid checks for one day (UTC), and the part that is spent, in units. A '
  'unit is about a hundredth of a cent; functions/health/deep-checks.ts has the cost of each check. The '
  'default is about twice the daily cost of the scheduled checks.';
alter table farthing.deep_budget enable row level security;
create policy deep_budget_none on farthing.deep_budget for select to authenticated using (false);
insert into farthing.deep_budget default values;

create table farthing.deep_checks (
  name text primary key,
  outcome text not null,
  duration_ms int not null,
  code text,
  checked_at timestamptz not null,
  ok_at timestamptz,
  figures jsonb not null default '{}',
  constraint deep_checks_named check (name ~ '^[a-z]{1,20}$'),
  constraint deep_checks_outcomes check (outcome in ('ok', 'failed')),
  constraint deep_checks_text_bounded check (length(code) <= 60),
  constraint deep_checks_figures_bounded check (jsonb_typeof(figures) = 'object'
    and octet_length(figures::text) <= 2000)
);
comment on table farthing.deep_checks is
  'The last result of each paid check, its time, and the time of the check''s last success. code: why '
  'the check failed. figures: numbers by name that the checked service reports.';
alter table farthing.deep_checks enable row level security;
create policy deep_checks_none on farthing.deep_checks for select to authenticated using (false);
