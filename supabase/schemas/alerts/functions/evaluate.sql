-- The evaluation of the alert rules, each minute. The rules and their default settings are in
-- alerts/tables/thresholds.sql. An operator changes a setting by POST /settings/alerts, or in the
-- database: update farthing.alert_rules set threshold = … where rule = ….

create function farthing.read_alert(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
begin
  return case p_rule.rule
    when 'webhook_backlog' then farthing.read_webhook_backlog(p_rule, p_now)
    when 'webhook_failure' then farthing.read_webhook_failure(p_rule, p_now)
    when 'charge_failure_rate' then farthing.read_charge_failures(p_rule, p_now)
    when 'payout_delay' then farthing.read_payout_delay(p_rule, p_now)
    when 'reconciliation_mismatch' then farthing.read_mismatches(p_rule)
    when 'prove_violation' then farthing.read_proof(p_rule, p_now)
    when 'error_rate' then farthing.read_error_rate(p_rule, p_now)
    when 'slow_answers' then farthing.read_slowness(p_rule, p_now)
    when 'budget_burn_fast' then farthing.read_budget(p_rule, p_now)
    when 'budget_burn_slow' then farthing.read_budget(p_rule, p_now)
    when 'limiter_open' then farthing.read_limiter(p_rule, p_now)
    when 'dead_jobs' then farthing.read_dead_jobs(p_rule, p_now)
    when 'dead_notifications' then farthing.read_dead_notifications(p_rule, p_now)
    when 'stripe_state_unknown' then farthing.read_unknown_states(p_rule, p_now)
    when 'stripe_setup' then farthing.read_stripe_setup(p_rule, p_now)
    when 'bookings_flagged' then farthing.read_flagged(p_rule, p_now)
    when 'overdue_work' then farthing.read_overdue(p_rule, p_now)
    when 'parked_items' then farthing.read_parked(p_rule)
    when 'task_failed' then farthing.read_failed_tasks(p_rule)
    when 'tasks_stopped' then farthing.read_silence(p_rule, p_now)
    when 'deep_check_failed' then farthing.read_deep_checks(p_rule, p_now)
    when 'ai_errors' then farthing.read_ai_errors(p_rule, p_now)
    when 'ai_slow' then farthing.read_ai_slowness(p_rule, p_now)
    when 'auth_failures' then farthing.read_auth_failures(p_rule, p_now)
    when 'credits_minted' then farthing.read_minted(p_rule, p_now)
    when 'welcome_ceiling' then farthing.read_welcome_ceiling(p_rule, p_now)
    when 'grant_above_ceiling' then farthing.read_high_grants(p_rule, p_now)
  end;
end
$$;
comment on function farthing.read_alert(farthing.alert_rules, timestamptz) is
  'Returns the reading of a rule at p_now; null for a rule without a reading function.';

create function farthing.attempt_rule(p_rule farthing.alert_rules, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_reading farthing.alert_reading;
begin
  v_reading := farthing.read_alert(p_rule, p_now);
  if v_reading.is_over is null then
    return 'has no reading';
  end if;
  perform farthing.note_reading(p_rule, v_reading, p_now);
  return null;
exception when query_canceled or others then
  -- The statement timeout cancels the evaluation of a rule that takes too long. Only the SQLSTATE
  -- is stored, because an error's text may quote user input.
  return 'failed with ' || sqlstate;
end
$$;
comment on function farthing.attempt_rule(farthing.alert_rules, timestamptz) is
  'Evaluates one rule. Returns null, or the reason why the evaluation failed; a failed evaluation writes '
  'nothing.';

create function farthing.note_failed_rule(p_rule text, p_problem text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_watch farthing.alert_rules;
begin
  select * into v_watch from farthing.alert_rules where rule = 'rule_failed' and enabled;
  if v_watch.rule is not null then
    perform farthing.note_reading(v_watch, row(p_rule, (p_problem is not null)::int, v_watch.threshold,
      p_problem is not null, p_problem is null, format('The rule %s %s.', p_rule, p_problem)), p_now);
  end if;
exception when others then
  raise warning 'farthing: the rule % was not evaluated: %', p_rule, p_problem;
end
$$;
comment on function farthing.note_failed_rule(text, text, timestamptz) is
  'Opens or refreshes the incident rule_failed of a rule that could not be evaluated; a null p_problem '
  'resolves the incident.';

create function farthing.evaluate_alerts(p_now timestamptz default now())
returns int
language plpgsql
set search_path = ''
-- A parallel evaluation holds its lock for a few seconds. If a lock is held longer, this evaluation
-- fails and the next minute's run evaluates again.
set lock_timeout = '10s'
as $$
declare
  -- The number of this advisory lock is arbitrary. No other lock uses it.
  c_alerts constant int := 68;
  v_rule farthing.alert_rules;
  v_problem text;
begin
  -- If two evaluations run at once, the second one waits here and then finds the incidents that the
  -- first one has opened.
  perform pg_advisory_xact_lock(c_alerts, 0);
  for v_rule in
    select * from farthing.alert_rules r where rule <> 'rule_failed' and enabled
    -- Rules whose previous evaluation failed are evaluated at the end, so that they cannot prevent
    -- the evaluation of the other rules.
    order by exists (select from farthing.incidents i
      where i.rule = 'rule_failed' and i.subject = r.rule and i.state <> 'resolved'), rule
  loop
    v_problem := farthing.attempt_rule(v_rule, p_now);
    perform farthing.note_failed_rule(v_rule.rule, v_problem, p_now);
    -- After a timeout no further rule is evaluated. The statement timeout fires only once in a
    -- statement, so it could not cancel a second rule that takes too long. Such a rule could
    -- prevent every notification of this evaluation.
    exit when v_problem = 'failed with 57014';
  end loop;
  -- The incidents of disabled and deleted rules are closed.
  delete from farthing.incidents i where state = 'pending' and not exists (
    select from farthing.alert_rules r where r.rule = i.rule and r.enabled);
  update farthing.incidents i set state = 'resolved', resolved_at = p_now
  where state in ('open', 'acknowledged') and (
    not exists (select from farthing.alert_rules r where r.rule = i.rule and r.enabled)
    or i.rule = 'rule_failed' and not exists (
      select from farthing.alert_rules r where r.rule = i.subject and r.enabled));
  return farthing.queue_incidents(p_now);
end
$$;
comment on function farthing.evaluate_alerts(timestamptz) is
  'Evaluates each enabled rule on its own. Returns the number of incidents whose notifications '
  'were queued.';
