-- The runner of scheduled tasks: pg_cron starts one job each minute, which runs each due task in a
-- transaction of its own. The runner is a procedure, because only a procedure may commit between
-- tasks. A procedure with a SET clause cannot commit, so this one sets no search_path, and every
-- name in it is qualified. A lock lets only one session run tasks. pg_cron starts the next run
-- after the last has ended, so long runs do not pile up. A task is bounded by its batch, by its
-- time budget (after which it begins no new item) and by lock_timeout. In PostgreSQL 17 and later,
-- transaction_timeout also bounds a task: this timeout ends the session, and the next run records a
-- failure of the task. The runner cannot set a statement_timeout: PostgreSQL starts that timer when
-- the CALL begins. When the role's own statement_timeout (2 minutes on the platform) is reached,
-- the running task ends with an error.

create function farthing.note_failure(p_task text, p_error text, p_took_ms int, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  -- A task that keeps failing runs less often, to leave time for other tasks, but at least every 15
  -- minutes.
  update farthing.tasks
  set failures = failures + 1, last_error = p_error, started_at = null, last_run_at = p_now,
    last_ms = p_took_ms, last_count = null,
    next_due_at = least(p_now + interval '15 minutes', farthing.next_run(every, phase,
      p_now + least(every * (2 ^ least(failures, 10) - 1), '14 minutes')))
  where task = p_task;
  insert into farthing.task_failures (task, failed_at, error, took_ms)
  values (p_task, p_now, p_error, p_took_ms);
$$;
comment on function farthing.note_failure(text, text, int, timestamptz) is
  'Records a failed run of a task, and when the next run is due.';

create function farthing.begin_run(p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.task_runner set ran_at = p_now, ran_before_at = ran_at where one_row;
  -- If the server's clock was ahead and was set back, the stored due times are far in the future.
  -- Without this update no task would run until then.
  update farthing.tasks set next_due_at = p_now where next_due_at > p_now + every + interval '15 minutes';
  -- Only one session runs tasks at a time, so if a task is still marked as started here, its
  -- session has ended.
  select farthing.note_failure(task, 'session_lost', null, p_now) from farthing.tasks
  where started_at is not null
$$;
comment on function farthing.begin_run(timestamptz) is
  'Records the start of a run, and the failure of a task whose session ended before the task did.';

create function farthing.next_task(p_now timestamptz, p_left interval default null)
returns text
language sql
set search_path = ''
as $$
  update farthing.tasks set started_at = p_now where task = (
    select t.task from farthing.tasks t cross join farthing.task_runner r
    where t.enabled and t.next_due_at <= p_now and (p_left is null or t.budget <= p_left)
    -- The tasks for which the last run had no time come first, the longest overdue first. The
    -- others follow by budget, the smallest first; at equal budgets, in the order in which they
    -- were added.
    order by case when t.next_due_at <= r.ran_before_at then t.next_due_at end nulls last, t.budget,
      t.task_nr limit 1)
  returning task
$$;
comment on function farthing.next_task(timestamptz, interval) is
  'Returns the name of the next due task that fits into the remaining time, and marks the task as '
  'started.';

create function farthing.run_task(p_task text, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_began timestamptz := clock_timestamp();
  v_count bigint;
  v_error text;
  v_took_ms int;
begin
  begin
    execute format('select farthing.%I($1)::int', p_task) into v_count using p_now;
  exception when query_canceled or others then
    -- Only the SQLSTATE is stored: an error's text may quote user input.
    v_error := sqlstate;
    raise warning 'farthing: the task % failed: % %', p_task, sqlstate, sqlerrm;
  end;
  v_took_ms := 1000 * extract(epoch from clock_timestamp() - v_began);
  if v_error is not null then
    perform farthing.note_failure(p_task, v_error, v_took_ms, p_now);
    return false;
  end if;
  update farthing.tasks
  set failures = 0, last_error = null, started_at = null, last_run_at = p_now, last_ok_at = p_now,
    last_ms = v_took_ms, last_count = v_count, next_due_at = farthing.next_run(every, phase, p_now)
  where task = p_task;
  return true;
end
$$;
comment on function farthing.run_task(text, timestamptz) is
  'Runs one task, and records its result. Returns false if the task failed; the writes of a failed task '
  'are undone.';

create function farthing.limit_run(p_task text)
returns void
language sql
set search_path = ''
as $$
  -- All three settings end with the transaction.
  select set_config('farthing.deadline', (clock_timestamp() + t.budget)::text, true),
    set_config('lock_timeout', '5s', true),
    case when current_setting('transaction_timeout', true) is not null
      then set_config('transaction_timeout', (2000 * extract(epoch from t.budget))::int::text, true) end
  from farthing.tasks t where t.task = p_task
$$;
comment on function farthing.limit_run(text) is
  'Bounds this transaction by the time budget of a task.';

create procedure farthing.run_due_tasks(p_now timestamptz default null)
language plpgsql
as $$
declare
  -- The number of the runner's advisory lock, which no other lock uses; it is arbitrary.
  c_runner constant int := 75;
  v_began timestamptz := pg_catalog.clock_timestamp();
  -- statement_timeout applies to the whole CALL; 0 means no limit.
  v_timeout interval := nullif(pg_catalog.current_setting('statement_timeout')::pg_catalog.interval, '0');
  v_left interval;
  v_task text;
begin
  if not pg_catalog.pg_try_advisory_lock(c_runner, 0) then
    return;
  end if;
  perform farthing.begin_run(coalesce(p_now, pg_catalog.now()));
  loop
    -- now() is the moment at which a transaction began, so it differs for each task.
    v_task := farthing.next_task(coalesce(p_now, pg_catalog.now()), v_left);
    commit;
    exit when v_task is null;
    perform farthing.limit_run(v_task);
    perform farthing.run_task(v_task, coalesce(p_now, pg_catalog.now()));
    commit;
    -- A task that might not end within the timeout is not started. The next run begins with such
    -- tasks.
    v_left := v_timeout - (pg_catalog.clock_timestamp() - v_began);
    exit when pg_catalog.clock_timestamp() > v_began + '50 seconds'::pg_catalog.interval;
  end loop;
  perform pg_catalog.pg_advisory_unlock(c_runner, 0);
end
$$;
comment on procedure farthing.run_due_tasks(timestamptz) is
  'Runs the due tasks, each in a transaction of its own. Does nothing if another session runs tasks.';
