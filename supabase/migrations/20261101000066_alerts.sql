-- Alerts: what is watched, by rows, and what became of each time that it was wrong.
-- Why in the database: what is watched is here, and pg_cron asks each minute whether or not any function
-- runs. A rule only says when; how its figure is read is a function (67_alert_rules). An incident is told of
-- once, when it opens: its delivery is queued in the transaction that opens it.
-- proof_runs: prove() reads the whole ledger, so it has a slower clock and its result is kept.
-- No personal data: a summary is made of counts, shares and names of routes.

create table farthing.alert_rules (
  rule text primary key,
  severity text not null,
  threshold numeric(20, 6) not null,
  fine_at numeric(20, 6) not null,
  factor numeric(20, 6),
  minimum int not null default 0,
  period interval not null,
  baseline interval,
  fires_after interval not null default '0',
  resolves_after interval not null default '5 minutes',
  runbook text not null,
  enabled boolean not null default true,
  constraint alert_rules_named check (rule ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint alert_rules_severities check (severity in ('critical', 'warning')),
  constraint alert_rules_figures check (threshold >= 0 and fine_at >= 0 and factor > 0 and minimum >= 0),
  constraint alert_rules_times check (period between '1 minute' and '30 days'
    and baseline between period and interval '30 days' and fires_after between '0' and interval '1 day'
    and resolves_after between '0' and interval '1 day'),
  constraint alert_rules_runbooks check (length(runbook) between 1 and 500)
);
comment on table farthing.alert_rules is
  'What is watched; figures may be changed by update. Over: above the threshold, for fires_after. Fine: at '
  'most fine_at (or the threshold, where that is less), for resolves_after; in between an incident stays as '
  'it is. period: what is looked at. minimum: the volume below which nothing is said. factor, baseline: how '
  'many times what was usual within the time before. runbook: a page of docs/runbooks, or an address.';
alter table farthing.alert_rules enable row level security;
create policy alert_rules_none on farthing.alert_rules for select to authenticated using (false);

create table farthing.incidents (
  incident_nr bigint generated always as identity primary key,
  incident_id uuid not null unique default gen_random_uuid(),
  rule text not null,
  subject text not null default '',
  severity text not null,
  runbook text not null,
  state text not null,
  value numeric(20, 6) not null,
  threshold numeric(20, 6) not null,
  summary text not null,
  seen_count int not null default 1,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  fired_at timestamptz,
  queued_at timestamptz,
  fine_since timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz,
  constraint incidents_text_bounded check (length(subject) <= 60 and length(summary) between 1 and 500
    and length(runbook) <= 500 and length(acknowledged_by) <= 255),
  constraint incidents_seen check (seen_count >= 1 and last_seen_at >= first_seen_at),
  constraint incidents_acknowledged check ((acknowledged_at is null) = (acknowledged_by is null)),
  constraint incidents_states check (case state
    when 'pending' then fired_at is null and queued_at is null and resolved_at is null
      and acknowledged_at is null
    when 'open' then fired_at is not null and resolved_at is null and acknowledged_at is null
    when 'acknowledged' then fired_at is not null and resolved_at is null and acknowledged_at is not null
    when 'resolved' then fired_at is not null and resolved_at is not null
    else false end)
);
comment on table farthing.incidents is
  'Times that a rule was over: pending (over, not long enough) → open → acknowledged → resolved. value, '
  'threshold and summary are of when it was last over. queued_at: its notices are in the outbox. fine_since: '
  'fine, not long enough.';
-- One at a time, whoever evaluates.
create unique index incidents_unresolved on farthing.incidents (rule, subject) where state <> 'resolved';
alter table farthing.incidents enable row level security;
create policy incidents_none on farthing.incidents for select to authenticated using (false);

create type farthing.alert_reading as (
  subject text, value numeric, threshold numeric, is_over boolean, is_fine boolean, summary text);
comment on type farthing.alert_reading is
  'What a rule has read. Neither over nor fine: an incident that is open stays, and none is opened.';

create function farthing.in_numbers(p_count bigint, p_thing text)
returns text
language sql immutable
set search_path = ''
as $$
  select format('%s %s%s', p_count, p_thing, case when p_count <> 1 then 's' end)
$$;
comment on function farthing.in_numbers(bigint, text) is
  'So many things as summaries say it: 1 place, 2 places.';

create function farthing.read_against(p_rule farthing.alert_rules, p_value numeric, p_summary text)
returns farthing.alert_reading
language sql immutable
set search_path = ''
as $$
  -- Nothing to read, such as a share of nothing, is fine. As many digits as a threshold has, so that a
  -- threshold set to a value is not below it.
  select '', coalesce(v.value, 0), p_rule.threshold, coalesce(v.value > p_rule.threshold, false),
    coalesce(v.value <= least(p_rule.fine_at, p_rule.threshold), true), p_summary
  from (select round(p_value, 6) as value) v
$$;
comment on function farthing.read_against(farthing.alert_rules, numeric, text) is
  'A reading of a figure beside its rule''s threshold: over where it is above, not where it is equal.';

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
  'A rule is over: opens its incident, or refreshes the one there is; true where it has fired now.';

create function farthing.close_incident(
  p_rule farthing.alert_rules, p_reading farthing.alert_reading, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from farthing.incidents
  where rule = p_rule.rule and subject = p_reading.subject and state = 'pending';
  -- Against flapping: fine for a while without a break, or it is the same incident still.
  update farthing.incidents set fine_since = case when p_reading.is_fine
    then least(fine_since, p_now) end
  where rule = p_rule.rule and subject = p_reading.subject and state in ('open', 'acknowledged');
  update farthing.incidents set state = 'resolved', resolved_at = p_now
  where rule = p_rule.rule and subject = p_reading.subject and state in ('open', 'acknowledged')
    and fine_since <= p_now - p_rule.resolves_after;
end
$$;
comment on function farthing.close_incident is
  'A rule is not over: resolves its incident once it has been fine for resolves_after.';

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
  'Opens, refreshes or resolves the incident of a rule and subject; true where one has fired now.';

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
    -- What could not be queued before is tried again, while it is news.
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
  'Puts what has fired into the outbox, for e-mail and webhook, once per incident; returns how many.';

create function farthing.sweep_incidents(p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  with due as (
    -- Incidents are few: about the order in which they are made, and no index for it.
    select incident_nr from farthing.incidents where resolved_at <= p_now - interval '1 year'
    order by incident_nr limit p_limit for update skip locked
  ), swept as (
    delete from farthing.incidents i using due where i.incident_nr = due.incident_nr returning 1
  )
  select count(*)::int from swept
$$;
comment on function farthing.sweep_incidents(timestamptz, int) is
  'Forgets incidents a year after they were resolved; returns how many.';
select farthing.add_task('sweep_incidents', '1 hour', '23 minutes');

create table farthing.proof_runs (
  run_nr bigint generated always as identity primary key,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  violations bigint,
  is_whole boolean not null default true,
  is_done boolean not null default true,
  detail text not null,
  constraint proof_runs_in_time check (finished_at >= started_at),
  constraint proof_runs_bounded check (violations >= 0 and length(detail) <= 500)
);
comment on table farthing.proof_runs is
  'What prove() has found: how many violations, of which rules; violations is null where it could not be '
  'run; is_whole: it read every entry, and not just new ones; is_done: there was time for all of them. Kept '
  '90 days.';
alter table farthing.proof_runs enable row level security;
create policy proof_runs_none on farthing.proof_runs for select to authenticated using (false);

create function farthing.prove_if_due(p_now timestamptz default now())
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  -- Any number that no other lock has.
  c_proofs constant int := 67;
  v_began timestamptz := clock_timestamp();
  v_last farthing.proof_runs;
  v_rules int[];
  v_detail text;
  v_is_done boolean := false;
  v_is_whole boolean;
begin
  select * into v_last from farthing.proof_runs order by run_nr desc limit 1;
  -- After a finding the next one is whole, for no other can say that it is mended. A whole proof that was cut
  -- off is tried again a day later: meanwhile what is new is proved.
  v_is_whole := coalesce(v_last.violations > 0, false)
    or not exists (select from farthing.proof_runs r where r.is_whole and r.started_at
      > p_now - case when r.violations is null then interval '1 day' else interval '7 days' end);
  -- Each hour, or by the next run where the last one left something; and never more than a twentieth
  -- of the time, however much there is to prove. One of the future is of a clock that was wrong.
  if p_now between v_last.finished_at and v_last.finished_at + greatest(
      case when v_last.is_done or v_last.violations is null then interval '1 hour' end,
      20 * (v_last.finished_at - v_last.started_at))
    or not pg_try_advisory_xact_lock(c_proofs, 0) then
    return false;
  end if;
  begin
    select * into v_rules, v_is_done from farthing.prove_by(v_is_whole);
    v_detail := coalesce((select string_agg(distinct format('rule %s', r), ', ') from unnest(v_rules) r), '');
  exception when query_canceled or others then
    -- Cut off by a statement_timeout, too: or nobody would hear that it never ends.
    v_detail := 'the proof failed with ' || sqlstate;
  end;
  insert into farthing.proof_runs (started_at, finished_at, violations, is_whole, is_done, detail)
  values (p_now, p_now + (clock_timestamp() - v_began), cardinality(v_rules), v_is_whole, v_is_done,
    v_detail);
  -- What was found is kept until it counts no more: read_proof().
  delete from farthing.proof_runs where started_at <= p_now - interval '90 days' and run_nr < (
    select max(run_nr) from farthing.proof_runs where is_whole and violations = 0);
  return true;
end
$$;
comment on function farthing.prove_if_due(timestamptz) is
  'Proves the ledger where the last proof is an hour old, or twenty times as old as it took, and keeps the '
  'result; true where it did. Once a week, and after a finding, the whole of it, else what is new, and soon '
  'again where that was too much for one run.';
-- Of the tasks that are due those with the largest budgets run last.
select farthing.add_task('prove_if_due', '10 minutes', p_budget => '100 seconds');
