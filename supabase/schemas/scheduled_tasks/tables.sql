-- Scheduled tasks, the failures of their runs, the items that a task could not finish, and the
-- extensions for scheduling.

create extension if not exists pg_cron with schema pg_catalog;

create table farthing.tasks (
  task text primary key,
  task_nr int generated always as identity unique,
  every interval not null,
  phase interval not null,
  budget interval not null,
  enabled boolean not null default true,
  next_due_at timestamptz not null,
  started_at timestamptz,
  last_run_at timestamptz,
  last_ok_at timestamptz,
  last_ms int,
  last_count bigint,
  failures int not null default 0,
  last_error text,
  constraint tasks_named check (task ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint tasks_times check (every between '1 minute' and '1 day' and phase >= '0' and phase < every
    and budget between '1 second' and '5 minutes'),
  constraint tasks_errors check (failures >= 0 and (failures = 0) = (last_error is null)
    and length(last_error) <= 20)
) with (fillfactor = 50);
-- The fillfactor leaves free space in each page, so a run can write the new version of its task's
-- row to the same page.
comment on table farthing.tasks is
  'Scheduled tasks: farthing.<task>(p_now) runs once per interval (`every`), at the time `phase` '
  'after the start of the interval. budget: the time after which a task begins no new item; in '
  'PostgreSQL 17 and later, a task is ended after twice its budget. started_at: the start of a run '
  'that has not ended. failures: the number of failures in a row. last_error: a SQLSTATE, or '
  'session_lost.';

create table farthing.task_failures (
  failure_nr bigint generated always as identity primary key,
  task text not null,
  failed_at timestamptz not null,
  error text not null,
  took_ms int,
  constraint task_failures_bounded check (length(task) <= 40 and length(error) <= 20)
);
comment on table farthing.task_failures is
  'Failed runs of tasks, with the SQLSTATE, stored for a week. Successful runs have no history: '
  'farthing.tasks has only each task''s last run, and the time of its last success.';
create index task_failures_by_time on farthing.task_failures (failed_at);

create table farthing.parked_items (
  task text not null,
  item_kind text not null,
  item_id text not null,
  attempts int not null default 1,
  error text not null,
  parked_at timestamptz not null,
  next_attempt_at timestamptz not null,
  primary key (task, item_kind, item_id),
  constraint parked_items_bounded check (length(task) <= 40 and length(item_kind) <= 20
    and length(item_id) <= 255 and length(error) <= 20 and attempts >= 1)
);
comment on table farthing.parked_items is
  'Items that raised an error in a task. An item is retried at next_attempt_at, and its row is deleted '
  'when the item succeeds or is no longer due. error: a SQLSTATE. parked_at: the time of the first '
  'failure.';

alter table farthing.tasks enable row level security;
alter table farthing.task_failures enable row level security;
alter table farthing.parked_items enable row level security;
create policy tasks_none on farthing.tasks for select to authenticated using (false);
create policy task_failures_none on farthing.task_failures for select to authenticated using (false);
create policy parked_items_none on farthing.parked_items for select to authenticated using (false);

create table farthing.task_runner (
  one_row boolean primary key default true constraint task_runner_is_one_row check (one_row),
  installed_at timestamptz not null default now(),
  ran_at timestamptz,
  ran_before_at timestamptz
);
comment on table farthing.task_runner is
  'One row. ran_at: when the runner last looked for due tasks. ran_before_at: the previous value of '
  'ran_at.';
alter table farthing.task_runner enable row level security;
create policy task_runner_none on farthing.task_runner for select to authenticated using (false);
insert into farthing.task_runner default values;

do $$
begin
  if exists (select from pg_catalog.pg_available_extensions where name = 'pg_net') then
    create extension if not exists pg_net with schema extensions;
  end if;
end
$$;
