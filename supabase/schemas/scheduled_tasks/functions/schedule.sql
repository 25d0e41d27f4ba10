-- The schedule of tasks. Tasks are rows, and one job of pg_cron runs the due tasks one after the
-- other (run_due_tasks.sql). One job per task would open 20 sessions in the same second, and write
-- 20,000 rows of run history a day in an idle project. Each subject's triggers.sql adds its tasks.
-- A task is a function of this schema that takes the time of the run and returns a number of items.
-- Each call works through a bounded batch in a fixed order, and skips rows that another transaction
-- has locked. A task that works item by item uses work_off() (parked_items.sql).

create function farthing.next_run(p_every interval, p_phase interval, p_after timestamptz)
returns timestamptz
language sql immutable
set search_path = ''
as $$
  select date_bin(p_every, p_after - p_phase, timestamptz '2000-01-01 00:00:00+00') + p_every + p_phase
$$;
comment on function farthing.next_run(interval, interval, timestamptz) is
  'Returns the first moment after p_after at which a task is due. Due times are aligned, so that a late '
  'run does not delay the runs after it.';

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
  'Adds the function farthing.<p_task>(p_now) as a scheduled task.';
