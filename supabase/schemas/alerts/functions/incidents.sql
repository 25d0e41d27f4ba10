-- Incidents: an alert rule that is over its threshold opens an incident. Alerts are in the database
-- because the watched data is there, and because pg_cron evaluates the rules each minute even if no
-- Edge Function runs. Operators are notified once about each incident: its notifications are queued
-- in the transaction in which the incident fires. If queuing fails, a later evaluation queues them.
-- A summary does not name persons: it has figures, ids, error codes, and names such as those of
-- routes and tasks.

create function farthing.open_incident(
  p_rule farthing.alert_rules, p_reading farthing.alert_reading, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_incident farthing.incidents;
begin
  insert into farthing.incidents as i (rule, subject, severity, runbook, state, value, threshold, summary,
    first_seen_at, last_seen_at)
  values (p_rule.rule, p_reading.subject, p_rule.severity, p_rule.runbook, 'pending', p_reading.value,
    p_reading.threshold, left(p_reading.summary, 500), p_now, p_now)
  on conflict (rule, subject) where state <> 'resolved' do update
  set value = excluded.value, threshold = excluded.threshold, summary = excluded.summary,
    seen_count = i.seen_count + 1, last_seen_at = greatest(i.last_seen_at, p_now), fine_since = null
  returning * into v_incident;
  if v_incident.state <> 'pending' or p_now - v_incident.first_seen_at < p_rule.fires_after then
    return false;
  end if;
  update farthing.incidents set state = 'open', fired_at = p_now
  where incident_nr = v_incident.incident_nr;
  return true;
end
$$;
comment on function farthing.open_incident is
  'Opens the incident of a rule that is over its threshold, or refreshes an existing incident. Returns '
  'true if the incident fires now.';

create function farthing.close_incident(
  p_rule farthing.alert_rules, p_reading farthing.alert_reading, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from farthing.incidents
  where rule = p_rule.rule and subject = p_reading.subject and state = 'pending';
  -- This prevents flapping: an incident is resolved only after its rule was fine for resolves_after
  -- without a break.
  update farthing.incidents set fine_since = case when p_reading.is_fine
    then least(fine_since, p_now) end
  where rule = p_rule.rule and subject = p_reading.subject and state in ('open', 'acknowledged');
  update farthing.incidents set state = 'resolved', resolved_at = p_now
  where rule = p_rule.rule and subject = p_reading.subject and state in ('open', 'acknowledged')
    and fine_since <= p_now - p_rule.resolves_after;
end
$$;
comment on function farthing.close_incident is
  'Closes the incident of a rule that is not over its threshold. A pending incident is deleted at '
  'once. An open or acknowledged one is resolved after the rule has been fine for the time '
  'resolves_after.';

create function farthing.note_reading(
  p_rule farthing.alert_rules, p_reading farthing.alert_reading, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if p_reading.is_over then
    return farthing.open_incident(p_rule, p_reading, p_now);
  end if;
  perform farthing.close_incident(p_rule, p_reading, p_now);
  return false;
end
$$;
comment on function farthing.note_reading is
  'Opens, refreshes or resolves the incident of a rule and subject. Returns true if an incident fires '
  'now.';

create function farthing.queue_incidents(p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_incident farthing.incidents;
  v_count int := 0;
begin
  for v_incident in
    -- If an incident's notifications could not be queued, each evaluation tries again until the
    -- incident is resolved.
    select * from farthing.incidents
    where state in ('open', 'acknowledged') and queued_at is null order by incident_nr
  loop
    if farthing.notify_operators('alert', v_incident.incident_id::text, jsonb_build_object(
      'incident_id', v_incident.incident_id, 'rule', v_incident.rule, 'severity', v_incident.severity,
      'summary', v_incident.summary, 'value', trim_scale(v_incident.value)::text,
      'threshold', trim_scale(v_incident.threshold)::text, 'runbook', v_incident.runbook,
      'fired_at', v_incident.fired_at), p_now) then
      update farthing.incidents set queued_at = p_now where incident_nr = v_incident.incident_nr;
      v_count := v_count + 1;
    end if;
  end loop;
  return v_count;
end
$$;
comment on function farthing.queue_incidents(timestamptz) is
  'Queues the notifications of each fired incident once, by email and webhook. Returns the number of '
  'incidents.';

create function farthing.delete_old_incidents(p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  -- There are few incidents, so no index is needed.
  select farthing.delete_older('incidents', 'incident_nr', 'resolved_at', p_now - interval '1 year', p_limit)
$$;
comment on function farthing.delete_old_incidents(timestamptz, int) is
  'Deletes incidents a year after they were resolved, and returns their number.';

create function farthing.incident_answer(p_incident farthing.incidents)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('id', p_incident.incident_id, 'rule', p_incident.rule,
    'subject', nullif(p_incident.subject, ''), 'severity', p_incident.severity, 'state', p_incident.state,
    'summary', p_incident.summary, 'value', trim_scale(p_incident.value)::text,
    'threshold', trim_scale(p_incident.threshold)::text, 'runbook', p_incident.runbook,
    'count', p_incident.seen_count, 'fired_at', p_incident.fired_at,
    'last_seen_at', p_incident.last_seen_at, 'acknowledged_at', p_incident.acknowledged_at,
    'acknowledged_by', p_incident.acknowledged_by, 'resolved_at', p_incident.resolved_at)
$$;
comment on function farthing.incident_answer(farthing.incidents) is
  'Returns an incident in the API''s form. count: the number of evaluations in which the rule was over '
  'its threshold.';
