-- Alert rules and their thresholds.

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
  'Alert rules. An operator may change their settings with an UPDATE. A rule is over while its '
  'figure is above threshold, and fires after the time fires_after. A rule is fine while its '
  'figure is at most fine_at and at most threshold; its incident is resolved after the time '
  'resolves_after. While a rule is neither over nor fine, its incident stays as it is. period: how '
  'far back the rule reads. minimum: the volume below which the rule does not fire. factor, '
  'baseline: a rule with a factor also compares its figure with factor times the usual value. The '
  'usual value is measured over an interval of length baseline that ends where period begins. '
  'runbook: a page of docs/runbooks, or a URL.';
alter table farthing.alert_rules enable row level security;
create policy alert_rules_none on farthing.alert_rules for select to authenticated using (false);

insert into farthing.alert_rules (rule, severity, threshold, fine_at, factor, minimum, period, baseline,
  fires_after, resolves_after, runbook)
select rule, severity, threshold, fine_at, factor, minimum, period::interval, baseline::interval,
  fires_after::interval, resolves_after::interval, format('docs/runbooks/%s.md', rule)
from (values
  -- The figure is a count: the threshold 0 means that one event fires the rule.
  ('webhook_backlog', 'warning', 0, 0, null, 0, '15 minutes', null, '0', '5 minutes'),
  -- An event that fails once is retried after a minute, before this rule fires.
  ('webhook_failure', 'critical', 0, 0, null, 0, '1 hour', null, '2 minutes', '5 minutes'),
  ('charge_failure_rate', 'critical', 0.005, 0.004, 2, 20, '1 hour', '7 days', '0', '15 minutes'),
  ('payout_delay', 'warning', 0, 0, null, 0, '1 day', null, '0', '0'),
  ('reconciliation_mismatch', 'critical', 0, 0, null, 0, '1 day', null, '0', '0'),
  -- Two days without a proof are as serious as a failed proof.
  ('prove_violation', 'critical', 0, 0, null, 0, '2 days', null, '0', '0'),
  ('error_rate', 'critical', 0.05, 0.04, null, 20, '5 minutes', null, '0', '5 minutes'),
  -- The figure is in ms.
  ('slow_answers', 'warning', 3000, 2500, null, 20, '5 minutes', null, '0', '5 minutes'),
  -- The figure is the burn rate divided by the factor of its windows in farthing.burn_windows().
  ('budget_burn_fast', 'critical', 1, 0.9, null, 50, '6 hours', null, '0', '5 minutes'),
  ('budget_burn_slow', 'warning', 1, 0.9, null, 50, '3 days', null, '0', '30 minutes'),
  -- The figure is a share of requests. The rule fires only if the rate limits of at least `minimum`
  -- requests were checked without Redis.
  ('limiter_open', 'warning', 0.05, 0.02, null, 10, '5 minutes', null, '0', '5 minutes'),
  ('dead_jobs', 'warning', 0, 0, null, 0, '1 hour', null, '0', '0'),
  -- A few dead-lettered emails are normal: an address that refuses email is not our fault.
  ('dead_notifications', 'warning', 3, 3, null, 0, '1 hour', null, '0', '0'),
  ('rule_failed', 'warning', 0, 0, null, 0, '1 hour', null, '2 minutes', '5 minutes')
) r (rule, severity, threshold, fine_at, factor, minimum, period, baseline, fires_after, resolves_after);

insert into farthing.alert_rules (rule, severity, threshold, fine_at, period, fires_after, resolves_after,
  runbook)
select rule, severity, threshold, fine_at, period::interval, fires_after::interval, '5 minutes',
  format('docs/runbooks/%s.md', rule)
from (values
  -- The figure is in minutes.
  ('overdue_work', 'critical', 15, 10, '15 minutes', '0'),
  -- An item that fails once is retried after a minute, before this rule fires.
  ('parked_items', 'warning', 0, 0, '1 hour', '2 minutes'),
  -- The figure is a number of failures in a row: the threshold 2 means that the third failure fires
  -- the rule.
  ('task_failed', 'critical', 2, 0, '1 hour', '0'),
  -- The figure is in minutes. A database that has just started runs tasks within one minute, so a
  -- restart does not fire the rule.
  ('tasks_stopped', 'critical', 5, 2, '5 minutes', '2 minutes')
) r (rule, severity, threshold, fine_at, period, fires_after);

insert into farthing.alert_rules (rule, severity, threshold, fine_at, minimum, period, fires_after,
  resolves_after, runbook)
select rule, severity, threshold, fine_at, minimum, period::interval, '0', resolves_after::interval,
  format('docs/runbooks/%s.md', rule)
from (values
  -- The paid checks of services run each hour, so a result that is two hours old says nothing about
  -- the current state.
  ('deep_check_failed', 'warning', 0, 0, 0, '2 hours', '0'),
  -- The figure is a share of calls. The rule fires only if at least `minimum` calls failed.
  ('ai_errors', 'critical', 0.2, 0.1, 5, '10 minutes', '5 minutes'),
  -- The figure is in ms: how long a model takes to answer, or to begin its stream.
  ('ai_slow', 'warning', 30000, 20000, 10, '10 minutes', '5 minutes'),
  -- The figure is a share of requests. The rule fires only if at least `minimum` requests were
  -- refused. The minimum is high, because a single page with an expired token may repeat its
  -- request many times.
  ('auth_failures', 'warning', 0.2, 0.1, 100, '10 minutes', '10 minutes')
) r (rule, severity, threshold, fine_at, minimum, period, resolves_after);

insert into farthing.alert_rules (rule, severity, threshold, fine_at, period, fires_after, resolves_after,
  runbook)
select rule, severity, threshold, fine_at, period::interval, '0', resolves_after::interval,
  format('docs/runbooks/%s.md', rule)
from (values
  -- The figure is the credits that all authors together have granted since midnight UTC.
  ('credits_minted', 'critical', 2000000, 2000000, '1 day', '5 minutes'),
  -- The figure is a count: the threshold 0 means that one grant fires the rule.
  ('grant_above_ceiling', 'warning', 0, 0, '1 day', '0'),
  -- The figure is a count: the threshold 0 means that the first new user without credits fires the
  -- rule.
  ('welcome_ceiling', 'warning', 0, 0, '1 day', '0')
) r (rule, severity, threshold, fine_at, period, resolves_after);

insert into farthing.alert_rules (rule, severity, threshold, fine_at, period, fires_after, resolves_after,
  runbook)
values ('bookings_flagged', 'warning', 0, 0, '1 day', '0', '5 minutes', 'docs/runbooks/bookings_flagged.md');

insert into farthing.alert_rules (rule, severity, threshold, fine_at, period, fires_after, resolves_after,
  runbook)
values ('stripe_state_unknown', 'critical', 0, 0, '7 days', '0', '5 minutes',
  'docs/runbooks/stripe_state_unknown.md'),
  -- The figure is a count: the threshold 0 means that one refused request fires the rule.
  ('stripe_setup', 'critical', 0, 0, '7 days', '0', '5 minutes', 'docs/runbooks/stripe_setup.md');
