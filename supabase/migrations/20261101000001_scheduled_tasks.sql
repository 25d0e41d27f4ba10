-- Scheduled tasks: what time does by itself, as rows, and the items that a task could not finish.
-- Why rows: one job of pg_cron runs what is due, one task after the other (75_task_runner). A job each would
-- open 20 sessions in the same second, and write 20,000 rows of run history a day on an idle project.
-- Each subject's migration adds its tasks. A task is a function of this schema that takes a moment, works off
-- a bounded batch in a fixed order, skips what another transaction has locked, and returns how much it did.
-- A task that works item by item does it by work_off(): what can't be finished is parked, and holds up
-- nothing.

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
  last_ms int,
  last_count bigint,
  failures int not null default 0,
  last_error text,
  constraint tasks_named check (task ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint tasks_times check (every between '1 minute' and '1 day' and phase >= '0' and phase < every
    and budget between '1 second' and '5 minutes'),
  constraint tasks_errors check (failures >= 0 and (failures = 0) = (last_error is null)
    and length(last_error) <= 20)
) with (fillfactor = 50); -- each run updates its row in place, each minute
comment on table farthing.tasks is
  'Scheduled tasks: farthing.<task>(moment) runs every so often, phase after the interval begins. budget: '
  'after it no new item is begun, and from PostgreSQL 17 on twice of it ends the task. started_at: a run is '
  'under way. failures: in a row; last_error: a SQLSTATE, or session_lost.';

create table farthing.task_failures (
  failure_nr bigint generated always as identity primary key,
  task text not null,
  failed_at timestamptz not null,
  error text not null,
  took_ms int,
  constraint task_failures_bounded check (length(task) <= 40 and length(error) <= 20)
);
comment on table farthing.task_failures is
  'Runs of tasks that failed, with the SQLSTATE. Kept a week. A run that went well is in no history: tasks '
  'has the last one.';
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
  'Items that raised an error when a task worked on them: tried again at next_attempt_at, gone once they '
  'succeed or are no longer due. error: a SQLSTATE. parked_at: the first failure.';

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
  'One row. ran_at: when due tasks were last looked for; ran_before_at: the time before.';
alter table farthing.task_runner enable row level security;
create policy task_runner_none on farthing.task_runner for select to authenticated using (false);
insert into farthing.task_runner default values;

create function farthing.runner_silence(p_now timestamptz)
returns interval
language sql stable
set search_path = ''
as $$
  -- greatest() ignores the null before the first run. A server that has just started has not missed a run.
  select p_now - greatest(r.ran_at, r.installed_at, pg_postmaster_start_time()) from farthing.task_runner r
$$;
comment on function farthing.runner_silence(timestamptz) is
  'For how long no scheduled task could run.';

create function farthing.next_run(p_every interval, p_phase interval, p_after timestamptz)
returns timestamptz
language sql immutable
set search_path = ''
as $$
  select date_bin(p_every, p_after - p_phase, timestamptz '2000-01-01 00:00:00+00') + p_every + p_phase
$$;
comment on function farthing.next_run(interval, interval, timestamptz) is
  'The first moment after p_after at which a task is due. Aligned, so that a late run moves no later one.';

create function farthing.add_task(p_task text, p_every interval, p_phase interval default '0',
  p_budget interval default '10 seconds')
returns void
language sql
set search_path = ''
as $$
  insert into farthing.tasks (task, every, phase, budget, next_due_at)
  values (p_task, p_every, p_phase, p_budget, farthing.next_run(p_every, p_phase, now()))
$$;
comment on function farthing.add_task(text, interval, interval, interval) is
  'Schedules farthing.<p_task>(moment).';

create function farthing.is_parked(p_task text, p_kind text, p_id text, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.parked_items
    where task = p_task and item_kind = p_kind and item_id = p_id and next_attempt_at > p_now)
$$;
comment on function farthing.is_parked(text, text, text, timestamptz) is
  'Whether an item failed and its next attempt is later: a task leaves it out of what it works off.';

create function farthing.park_item(p_task text, p_kind text, p_id text, p_error text, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  -- 1, 2, 4 … 64 minutes: what an operator mends is worked off within the hour.
  insert into farthing.parked_items as p (task, item_kind, item_id, error, parked_at, next_attempt_at)
  values (p_task, p_kind, p_id, p_error, p_now, p_now + interval '1 minute')
  on conflict (task, item_kind, item_id) do update
  set attempts = p.attempts + 1, error = excluded.error,
    next_attempt_at = p_now + interval '1 minute' * 2 ^ least(p.attempts, 6)
$$;
comment on function farthing.park_item(text, text, text, text, timestamptz) is
  'Puts an item aside that raised an error; each time for longer.';

create function farthing.work_batch(p_task text, p_kind text, p_ids text[], p_work text, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_count bigint;
  v_error text;
begin
  begin
    execute format('select coalesce(sum(farthing.%I(i.id, $2)), 0) from unnest($1) i (id)', p_work)
    into v_count using p_ids, p_now;
    return v_count;
  exception
    when lock_not_available or deadlock_detected or serialization_failure then
      v_error := null; -- another transaction is in the way: the next run meets the item again
    when others then
      v_error := sqlstate;
  end;
  if cardinality(p_ids) > 1 then
    select sum(farthing.work_batch(p_task, p_kind, array[i.id], p_work, p_now)) into v_count
    from unnest(p_ids) i (id);
    return v_count;
  end if;
  if v_error is not null then
    perform farthing.park_item(p_task, p_kind, p_ids[1], v_error, p_now);
  end if;
  return 0;
end
$$;
comment on function farthing.work_batch(text, text, text[], text, timestamptz) is
  'Works on items in one subtransaction; where one of them fails, on each in a subtransaction of its own.';

create function farthing.work_off(p_task text, p_kind text, p_ids text[], p_work text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  -- A subtransaction costs little, but with more than 64 in one transaction every snapshot of every session
  -- gets slower; so items share one while nothing fails.
  c_batch constant int := 100;
  v_deadline timestamptz := nullif(current_setting('farthing.deadline', true), '')::timestamptz;
  v_fresh text[];
  v_failed text[];
  v_count bigint := 0;
begin
  select array_agg(i.id order by i.nr) filter (where p.item_id is null),
    array_agg(i.id order by i.nr) filter (where p.item_id is not null)
  into v_fresh, v_failed
  from unnest(p_ids) with ordinality i (id, nr)
  left join farthing.parked_items p on (p.task, p.item_kind, p.item_id) = (p_task, p_kind, i.id);
  for v_from in 1 .. coalesce(cardinality(v_fresh), 0) by c_batch loop
    v_count := v_count
      + farthing.work_batch(p_task, p_kind, v_fresh[v_from : v_from + c_batch - 1], p_work, p_now);
    exit when clock_timestamp() > v_deadline;
  end loop;
  for v_nr in 1 .. coalesce(cardinality(v_failed), 0) loop
    exit when clock_timestamp() > v_deadline;
    v_count := v_count + farthing.work_batch(p_task, p_kind, v_failed[v_nr : v_nr], p_work, p_now);
  end loop;
  -- What failed again has a later attempt by now; what succeeded, or was not due any more, has not.
  delete from farthing.parked_items
  where task = p_task and item_kind = p_kind and next_attempt_at <= p_now;
  return v_count;
end
$$;
comment on function farthing.work_off(text, text, text[], text, timestamptz) is
  'Calls farthing.<p_work>(id, moment) for each item, in order, as far as the time budget goes; what raises '
  'an error is parked and the others go on. Returns the sum of what the calls return.';
