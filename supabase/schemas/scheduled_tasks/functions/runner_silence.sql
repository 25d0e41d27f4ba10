-- Two durations that the alert tasks_stopped and GET /health/ready read: how long ago the runner
-- last ran, and for how long no alert could open. If no alert could open for 5 minutes, scheduled
-- tasks count as stopped.

create function farthing.runner_silence(p_now timestamptz)
returns interval
language sql stable
set search_path = ''
as $$
  -- greatest() ignores ran_at while it is null, before the first run. The server's start counts as
  -- a run, because a server that has just started has missed no run.
  select p_now - greatest(r.ran_at, r.installed_at, pg_postmaster_start_time()) from farthing.task_runner r
$$;
comment on function farthing.runner_silence(timestamptz) is
  'Returns how long ago the runner last looked for due tasks.';

create function farthing.unwatched_for(p_now timestamptz)
returns interval
language sql stable
set search_path = ''
as $$
  -- Even if tasks run, the task that evaluates alerts may fail, be disabled, or get no time because
  -- of other tasks.
  select greatest(farthing.runner_silence(p_now),
    p_now - greatest(t.last_ok_at, r.installed_at, pg_postmaster_start_time()))
  from farthing.task_runner r left join farthing.tasks t on t.task = 'evaluate_alerts'
$$;
comment on function farthing.unwatched_for(timestamptz) is
  'Returns for how long no alert could open. This is the longer of two times: since the runner '
  'last looked for due tasks, and since the task that evaluates alerts last succeeded.';

create function farthing.runs_tasks(p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select farthing.unwatched_for(p_now) <= interval '5 minutes'
$$;
comment on function farthing.runs_tasks(timestamptz) is
  'Returns whether scheduled tasks have evaluated the alerts within the last 5 minutes. Otherwise '
  'GET /health/ready is degraded (scheduled_tasks), and watch_runner() opens the incident tasks_stopped.';
