-- The schedule of tasks. Tasks are rows, and one job of pg_cron runs the due tasks one after the
-- other (run_due_tasks.sql). One job per task would open 20 sessions in the same second, and write
-- 20,000 rows of run history a day in an idle project. Each subject's triggers.sql adds its tasks.
-- A task is a function of this schema that takes a moment, works through a bounded batch in a fixed
-- order, skips rows that another transaction has locked, and returns a number of items. A task that
-- works item by item uses work_off() (work_off.sql).

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
  'Adds the scheduled task farthing.<p_task>(moment).';

create function farthing.runner_silence(p_now timestamptz)
returns interval
language sql stable
set search_path = ''
as $$
  -- greatest() ignores ran_at while it is null, before the first run. A server that has just
  -- started has missed no run.
  select p_now - greatest(r.ran_at, r.installed_at, pg_postmaster_start_time()) from farthing.task_runner r
$$;
comment on function farthing.runner_silence(timestamptz) is
  'Returns for how long no scheduled task could run.';

create function farthing.unwatched_for(p_now timestamptz)
returns interval
language sql stable
set search_path = ''
as $$
  -- The task that evaluates alerts may fail, be disabled or get no time while other tasks run.
  select greatest(farthing.runner_silence(p_now),
    p_now - greatest(t.last_ok_at, r.installed_at, pg_postmaster_start_time()))
  from farthing.task_runner r left join farthing.tasks t on t.task = 'evaluate_alerts'
$$;
comment on function farthing.unwatched_for(timestamptz) is
  'Returns for how long no alert could open, because no scheduled task ran or the task that evaluates '
  'alerts did not succeed.';
