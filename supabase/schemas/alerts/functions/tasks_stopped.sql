-- The alert rule tasks_stopped. If no task runs, no task can report this. So each process that
-- reports its metrics also checks this rule (watch_runner).

create function farthing.read_silence(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, extract(epoch from s) / 60, format(
    'No scheduled task has run for %s.', farthing.period_text(s)))
  from farthing.runner_silence(p_now) s
$$;
comment on function farthing.read_silence(farthing.alert_rules, timestamptz) is
  'Reads the number of minutes since a scheduled task last ran.';

create function farthing.watch_runner(p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_silence interval;
  v_rule farthing.alert_rules;
  v_seen_at timestamptz;
  v_told boolean;
begin
  if farthing.runs_tasks(p_now) then
    return false;
  end if;
  v_silence := farthing.unwatched_for(p_now);
  select * into v_rule from farthing.alert_rules where rule = 'tasks_stopped' and enabled;
  -- Every process that reports metrics calls this function. One process does the work; the others
  -- return without waiting for the lock.
  if v_rule.rule is null or not pg_try_advisory_xact_lock(68, 0) then
    return false;
  end if;
  select last_seen_at into v_seen_at from farthing.incidents
  where rule = v_rule.rule and state <> 'resolved';
  perform farthing.note_reading(v_rule, farthing.read_against(v_rule, extract(epoch from v_silence) / 60,
    format('No scheduled task, or none that evaluates alerts, has run for %s.',
      farthing.period_text(v_silence))), p_now);
  v_told := farthing.queue_incidents(p_now) > 0;
  -- A scheduled task normally wakes the notification runner each minute, but that task may be
  -- stopped, too.
  if date_trunc('minute', v_seen_at) is distinct from date_trunc('minute', p_now) then
    perform farthing.wake_notification_runner_if_due(p_now);
  end if;
  return v_told;
exception when others then
  raise warning 'farthing: operators could not be notified that no scheduled task runs: %', sqlstate;
  return false;
end
$$;
comment on function farthing.watch_runner(timestamptz) is
  'Opens the incident tasks_stopped if no scheduled task runs, or if the tasks that run do not evaluate '
  'alerts. Until a task evaluates alerts again, also wakes the notification runner each minute. '
  'Returns true if operators are notified now.';
