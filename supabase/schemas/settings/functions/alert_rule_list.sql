-- The list of alert rules, with the unit and the meaning of each rule's threshold.

create function farthing.alert_rule_list()
returns setof farthing.setting_kind
language sql immutable
set search_path = ''
as $$
  select l.rule, 'decimal', l.unit, null::numeric, null::numeric, null::text[], l.description
  from (values
    ('webhook_backlog', 'events',
      'Stripe''s events about our payments that have waited longer than the period.'),
    ('webhook_failure', 'events', 'Events from Stripe that are dead-lettered, fail or cannot be read.'),
    ('charge_failure_rate', 'share of charges',
      'Card charges that fail. A factor also requires at least that many times the usual share.'),
    ('payout_delay', 'payouts', 'Payouts that are late, or that the bank returned.'),
    ('reconciliation_mismatch', 'mismatches', 'Unresolved differences between our records and Stripe''s.'),
    ('prove_violation', 'violations', 'Violations that the proof of the ledger has found.'),
    ('stripe_state_unknown', 'objects', 'Objects at Stripe in a state that Farthing does not know.'),
    ('stripe_setup', 'faults',
      'Setup faults at Stripe: a refused API key, unknown customers, or no Stripe Tax.'),
    ('error_rate', 'share of requests', 'Requests that end in a server error, on all routes or on one.'),
    ('slow_answers', 'milliseconds', 'The 95th percentile of the duration of a route''s requests.'),
    ('budget_burn_fast', 'times the limit',
      'The speed at which the error budget is spent within hours, in multiples of the allowed speed.'),
    ('budget_burn_slow', 'times the limit',
      'The speed at which the error budget is spent within days, in multiples of the allowed speed.'),
    ('limiter_open', 'share of requests', 'Requests that were limited without Redis.'),
    ('dead_jobs', 'jobs', 'Jobs that were dead-lettered.'),
    ('dead_notifications', 'notifications', 'Notifications that did not arrive, or may not have arrived.'),
    ('overdue_work', 'minutes', 'The time by which the oldest item of a scheduled task is overdue.'),
    ('parked_items', 'items', 'Items that a scheduled task could not finish.'),
    ('task_failed', 'failures', 'Failures in a row of one scheduled task.'),
    ('tasks_stopped', 'minutes', 'The time for which due tasks have not run.'),
    ('deep_check_failed', 'checks', 'Paid checks of external services that failed when they last ran.'),
    ('ai_errors', 'share of calls', 'Calls to models that fail.'),
    ('ai_slow', 'milliseconds', 'The 95th percentile of the duration of calls to models.'),
    ('auth_failures', 'share of requests', 'Requests that are refused for their credentials.'),
    ('credits_minted', 'credits', 'Credits that were granted without a payment since midnight UTC.'),
    ('grant_above_ceiling', 'grants', 'Grants above a ceiling of the policy.'),
    ('welcome_ceiling', 'users', 'New users without welcome credits, because of the ceiling of the day.'),
    ('bookings_flagged', 'bookings', 'Bookings whose buyer and provider share data.'),
    ('rule_failed', 'rules', 'Rules that cannot be evaluated.')) l (rule, unit, description)
$$;
comment on function farthing.alert_rule_list() is
  'Returns the unit and the meaning of each rule''s threshold.';
