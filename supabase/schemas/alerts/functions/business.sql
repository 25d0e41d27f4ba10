-- The reading of each rule. An index and a limit bound it: ten thousand dead-lettered events are as wrong
-- as a million.

create function farthing.period_text(p_period interval)
returns text
language sql immutable
set search_path = ''
as $$
  select case
    when p_period >= interval '2 days' then format('%s days', trim_scale(round(v.minutes / 1440, 1)))
    when p_period >= interval '2 hours' then format('%s hours', trim_scale(round(v.minutes / 60, 1)))
    else format('%s minutes', round(v.minutes))
  end
  from (select extract(epoch from p_period) / 60) v (minutes)
$$;
comment on function farthing.period_text(interval) is 'A period in words, for summaries.';

create function farthing.percent_text(p_share numeric)
returns text
language sql immutable
set search_path = ''
as $$
  select trim_scale(round(100 * p_share, 2)) || ' %'
$$;
comment on function farthing.percent_text(numeric) is 'A share in percent, for summaries.';

-- Events of Stripe's.

create function farthing.read_webhook_backlog(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), format(
    '%s from Stripe not applied for more than %s.', farthing.count_text(count(*), 'event'),
    farthing.period_text(p_rule.period)))
  from (select from farthing.inbox i
    where i.state in ('deferred', 'failed') and i.received_at < p_now - p_rule.period
      -- Payments of another app on the same Stripe account wait for ever, which is no problem.
      and not farthing.is_foreign_payment(i) limit 10000) waiting
$$;
comment on function farthing.read_webhook_backlog(farthing.alert_rules, timestamptz) is
  'The number of events that were received longer ago than period and are not applied yet.';

create function farthing.read_webhook_failure(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, f.dead + f.failed + f.unreadable, format(
    '%s from Stripe dead-lettered; %s failed of those received within %s; %s unreadable.',
    farthing.count_text(f.dead, 'event'), f.failed, farthing.period_text(p_rule.period), f.unreadable))
  from (select
    (select count(*) from (select from farthing.inbox where state = 'dead' limit 10000) d) as dead,
    (select count(*) from (select from farthing.inbox
      where state = 'failed' and received_at > p_now - p_rule.period limit 10000) e) as failed,
    (select unreadable from farthing.backfills) as unreadable) f
$$;
comment on function farthing.read_webhook_failure(farthing.alert_rules, timestamptz) is
  'The number of dead-lettered events of any age, of failed events received within period, and of events '
  'that the last backfill could not read.';

-- Money at Stripe.

create function farthing.read_charge_failures(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  -- Fewer than these are chance, whatever their share.
  c_least_failed constant int := 3;
  v_from timestamptz := p_now - p_rule.period;
  v_now record;
  v_usual numeric;
  v_reading farthing.alert_reading;
begin
  select * into v_now from farthing.charge_failure_rate(v_from, p_now);
  select rate into v_usual from farthing.charge_failure_rate(v_from - p_rule.baseline, v_from);
  v_reading := farthing.read_against(p_rule, v_now.rate, format(
    '%s of %s charges failed within %s, which is %s; within %s before %s did.', v_now.failed,
    v_now.attempts, farthing.period_text(p_rule.period), farthing.percent_text(v_now.rate),
    farthing.period_text(p_rule.baseline), farthing.percent_text(v_usual)));
  v_reading.threshold := greatest(p_rule.threshold, p_rule.factor * v_usual);
  v_reading.is_over := v_reading.is_over and v_now.rate >= p_rule.factor * v_usual
    and v_now.attempts >= p_rule.minimum and v_now.failed >= c_least_failed;
  v_reading.is_fine := v_reading.is_fine or v_now.rate < p_rule.factor * v_usual
    or v_now.attempts < p_rule.minimum;
  return v_reading;
end
$$;
comment on function farthing.read_charge_failures(farthing.alert_rules, timestamptz) is
  'The share of failed charges: over if it is above the threshold and factor times the usual share.';

create function farthing.read_payout_delay(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, late, format(
    '%s: late, or returned by the bank.', farthing.count_text(late, 'payout')))
  from farthing.late_payouts(p_now) late
$$;
comment on function farthing.read_payout_delay(farthing.alert_rules, timestamptz) is
  'The number of payouts that are late or were returned.';

create function farthing.read_mismatches(p_rule farthing.alert_rules)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, found, format('Our records and Stripe''s differ in %s.',
    farthing.count_text(found, 'place')))
  from farthing.open_mismatches() found
$$;
comment on function farthing.read_mismatches(farthing.alert_rules) is
  'The number of open differences from Stripe''s records.';

-- The ledger.

create function farthing.read_proof(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  v_last farthing.proof_runs;
  v_found farthing.proof_runs;
  v_reading farthing.alert_reading;
begin
  select * into v_last from farthing.proof_runs order by run_nr desc limit 1;
  -- An incremental proof does not check again what an earlier one found: only a whole proof without a
  -- violation shows that it is fixed.
  select * into v_found from farthing.proof_runs r where r.violations > 0 and r.run_nr > coalesce((
    select max(w.run_nr) from farthing.proof_runs w where w.is_whole and w.violations = 0), 0)
  order by r.run_nr desc limit 1;
  v_reading := farthing.read_against(p_rule, coalesce(v_found.violations, v_last.violations), format(
    'The ledger''s proof of %s found %s: %s.', v_found.finished_at,
    farthing.count_text(v_found.violations, 'violation'), v_found.detail));
  -- Before the first proof, which runs within minutes, nothing counts as wrong.
  if (select max(r.finished_at) from farthing.proof_runs r where r.is_done) < p_now - p_rule.period
    or (v_last.run_nr is not null and v_last.violations is null) then
    v_reading.is_over := true;
    v_reading.is_fine := false;
    v_reading.summary := format('The ledger was not proved: the last run, of %s, %s.', v_last.finished_at,
      case when v_last.violations is null then v_last.detail
        when v_last.is_done then 'is too long ago' else 'had no time for all new entries' end);
  end if;
  return v_reading;
end
$$;
comment on function farthing.read_proof(farthing.alert_rules, timestamptz) is
  'The violations of the last proof that found any, unless a whole proof found none since; also over if '
  'the last proof failed or is older than period.';

-- Metrics of the functions' processes.

create function farthing.read_error_rate(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  -- Fewer than these are chance, whatever their share.
  c_least_errors constant int := 3;
  v_worst record;
begin
  -- All requests together, and each route with enough requests: a rare route must not be outvoted.
  select r.route, r.requests, r.errors, r.errors::numeric / r.requests as share into v_worst
  from farthing.requests_between(p_now - p_rule.period, p_now) r
  where r.requests >= greatest(p_rule.minimum, 1) order by share desc, r.requests desc limit 1;
  return farthing.read_against(p_rule,
    case when v_worst.errors >= c_least_errors then v_worst.share end, format(
    '%s of %s requests to %s ended in an error of ours within %s, which is %s.', v_worst.errors,
    v_worst.requests, coalesce(v_worst.route, 'all routes together'), farthing.period_text(p_rule.period),
    farthing.percent_text(v_worst.share)));
end
$$;
comment on function farthing.read_error_rate(farthing.alert_rules, timestamptz) is
  'The share of requests that ended in an error of ours: of all, or of the worst route.';

create function farthing.read_slowness(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  -- Models and runners may take long.
  c_slow_by_nature constant text :=
    '^POST /(ai/|job-runner|payment-runner|notification-runner|health/deep|webhook-events/)';
  v_worst record;
begin
  select r.route, r.requests, r.p95 into v_worst
  from farthing.requests_between(p_now - p_rule.period, p_now) r
  where r.route !~ c_slow_by_nature and r.requests >= greatest(p_rule.minimum, 1)
  order by r.p95 desc nulls last limit 1;
  return farthing.read_against(p_rule, v_worst.p95, format(
    '5 %% of %s requests to %s took longer than %s ms within %s.', v_worst.requests, v_worst.route,
    round(v_worst.p95), farthing.period_text(p_rule.period)));
end
$$;
comment on function farthing.read_slowness(farthing.alert_rules, timestamptz) is
  'The p95 in milliseconds of the slowest route that neither waits for a model nor is a runner.';

create function farthing.core_coverage(p_window interval, p_now timestamptz)
returns interval
language sql stable
set search_path = ''
as $$
  select count(*) * case g.grain when 'minute' then interval '1 minute' else interval '1 hour' end
  -- Minutes are stored for a day.
  from (select case when p_window <= interval '6 hours' then 'minute' else 'hour' end as grain) g
  left join farthing.metrics m on m.grain = g.grain and m.name = 'core_requests'
    and m.starts_at > p_now - p_window and m.starts_at <= p_now
  group by g.grain
$$;
comment on function farthing.core_coverage(interval, timestamptz) is
  'The part of a window, in minutes or hours, with requests to core routes.';

create function farthing.read_budget(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  -- A window with few data says little: the first minutes of a day, or of a project.
  v_seen interval[] := array(select w.long_window from farthing.burn_windows() w
    where (w.long_window > interval '6 hours') = (p_rule.rule = 'budget_burn_slow')
      and farthing.core_coverage(w.long_window, p_now)
        >= greatest(w.long_window / 24, interval '15 minutes'));
  v_worst record;
begin
  if v_seen = '{}' then
    return farthing.read_against(p_rule, null, '');
  end if;
  select b.*, least(b.long_burn, b.short_burn) / b.factor as times into v_worst
  from farthing.budget_burns(p_now) b
  where b.long_window = any (v_seen) and b.requests >= p_rule.minimum
  order by times desc, b.long_window limit 1;
  return farthing.read_against(p_rule, v_worst.times, format(
    'The error budget (%s) is spent %s times too fast within %s and %s times within %s.', v_worst.slo,
    trim_scale(round(v_worst.long_burn, 2)), farthing.period_text(v_worst.long_window),
    trim_scale(round(v_worst.short_burn, 2)), farthing.period_text(v_worst.short_window)));
end
$$;
comment on function farthing.read_budget(farthing.alert_rules, timestamptz) is
  'The burn rate of the error budget in both of two windows, in multiples of their factor.';

-- Dead-lettered work.

create function farthing.read_dead_jobs(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), format('%s given up within %s.',
    farthing.count_text(count(*), 'job'), farthing.period_text(p_rule.period)))
  from (select from farthing.jobs
    -- A job lives at most a day, and rows are in order of creation.
    where created_at > p_now - p_rule.period - interval '1 day' and status = 'failed'
      and completed_at > p_now - p_rule.period
      and (attempts >= max_attempts or error_code in ('job_lost', 'job_expired')) limit 10000) dead
$$;
comment on function farthing.read_dead_jobs(farthing.alert_rules, timestamptz) is
  'The number of jobs that were lost, expired, or failed in each of their attempts. A refused job does not '
  'count.';

create function farthing.read_dead_notices(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), format(
    '%s within %s: given up, or perhaps not delivered.', farthing.count_text(count(*), 'notification'),
    farthing.period_text(p_rule.period)))
  from (select from farthing.notices
    where state in ('dead', 'uncertain') and finished_at > p_now - p_rule.period
      -- A project without a configured address, webhook or mail service wants no such alert.
      and last_error not in ('no_recipient', 'not_tried') limit 10000) dead
$$;
comment on function farthing.read_dead_notices(farthing.alert_rules, timestamptz) is
  'The number of notifications that ended as dead or uncertain.';

create function farthing.read_flagged(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), left(format(
    '%s flagged, since buyer and provider share something: %s.', farthing.count_text(count(*), 'booking'),
    string_agg(format('%s (%s)', f.booking_id, f.reasons), ', ' order by f.booking_id)), 500))
  from (select d.booking_id, string_agg(distinct r, ', ' order by r) as reasons
    from farthing.fraud_decisions d, unnest(d.reasons) r
    where d.outcome = 'flag' and d.decided_at > p_now - p_rule.period group by 1) f
$$;
comment on function farthing.read_flagged(farthing.alert_rules, timestamptz) is
  'The number of bookings flagged within the period.';
