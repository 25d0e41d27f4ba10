-- Alert rules about Stripe: events that are not applied, failed charges, payouts, mismatches,
-- unknown states, and setup faults. An index and a limit bound the rows that each rule
-- reads: an alert about 10,000 dead-lettered events says as much as an alert about a million.

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
      -- Events of foreign payments wait for ever and need no alert.
      and not farthing.is_foreign_payment(i) limit 10000) waiting
$$;
comment on function farthing.read_webhook_backlog(farthing.alert_rules, timestamptz) is
  'Reads the number of deferred and failed events that were received longer ago than the rule''s '
  'period. Events of foreign payments do not count.';

create function farthing.read_webhook_failure(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, f.dead + f.failed + f.unreadable, format(
    '%s from Stripe dead-lettered; %s that arrived within %s failed; %s unreadable.',
    farthing.count_text(f.dead, 'event'), f.failed, farthing.period_text(p_rule.period), f.unreadable))
  from (select
    (select count(*) from (select from farthing.inbox where state = 'dead' limit 10000) d) as dead,
    (select count(*) from (select from farthing.inbox
      where state = 'failed' and received_at > p_now - p_rule.period limit 10000) e) as failed,
    (select unreadable from farthing.backfills) as unreadable) f
$$;
comment on function farthing.read_webhook_failure(farthing.alert_rules, timestamptz) is
  'Reads the sum of three numbers: the dead-lettered events of any age, the failed events received '
  'within the rule''s period, and the events that the last backfill could not read.';

create function farthing.read_charge_failures(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  -- Below this number of failed charges, even a high share can be chance.
  c_least_failed constant int := 3;
  v_from timestamptz := p_now - p_rule.period;
  v_now record;
  v_usual numeric;
  v_reading farthing.alert_reading;
begin
  select * into v_now from farthing.charge_failure_rate(v_from, p_now);
  select rate into v_usual from farthing.charge_failure_rate(v_from - p_rule.baseline, v_from);
  v_reading := farthing.read_against(p_rule, v_now.rate, format(
    '%s of %s charges failed within %s, which is %s. In the %s before that, %s failed.', v_now.failed,
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
  'Reads the share of card charges at Stripe that failed. A share above the threshold counts only '
  'under three more conditions: it is at least the rule''s factor times the usual share, at least '
  'three charges failed, and there were at least as many charges as the rule''s minimum.';

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
  'Reads the number of payouts that are late or were returned by the bank.';

create function farthing.read_mismatches(p_rule farthing.alert_rules)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, found, format('Our records and Stripe''s differ in %s%s.',
    farthing.count_text(found, 'place'),
    coalesce(' (amounts in minor units): ' || farthing.newest_mismatches(3), '')))
  from farthing.open_mismatches() found
$$;
comment on function farthing.read_mismatches(farthing.alert_rules) is
  'Reads the number of open mismatches with Stripe''s records; the summary lists the newest three.';

create function farthing.unclear_states(p_from timestamptz, p_now timestamptz)
returns table (what text, seen_at timestamptz)
language sql stable
set search_path = ''
as $$
  select format('%s %s of %s', u.kind, u.state, u.subject), u.last_seen_at
  from farthing.unknown_states u where u.last_seen_at > p_from
  union all
  -- A prevented dispute needs an alert as long as it freezes credits or a provider's share. If
  -- Stripe has moved money because of the dispute, no alert is needed.
  select format('dispute prevented of %s', d.dispute_id), d.updated_at
  from farthing.disputes d
  where d.status = 'prevented' and d.updated_at <= p_now - interval '1 hour'
    and (exists (select from farthing.lots l where l.account_id = d.account_id and l.order_id = d.order_id
        and l.frozen)
      or exists (select from farthing.bookings b where b.account_id = d.account_id
        and b.booking_id = d.booking_id and (farthing.disputed_of(row(b.account_id, null, b.booking_id,
          b.payment_intent_id, b.amount, b.currency)::farthing.payment, b.amount_refunded)).is_open))
    and not exists (select from farthing.dispute_movements m
      where m.account_id = d.account_id and m.dispute_id = d.dispute_id)
$$;
comment on function farthing.unclear_states(timestamptz, timestamptz) is
  'Returns the states that Farthing does not know, if Stripe reported them for an object after '
  'p_from. Also returns each prevented dispute that still freezes credits or a provider''s share '
  'after an hour: Stripe has not said how the buyer gets the money back.';

create function farthing.read_unknown_states(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), left(format('%s reported by Stripe and unknown here: %s.',
    farthing.count_text(count(*), 'state'), string_agg(s.what, ', ' order by s.seen_at desc, s.what)), 500))
  from farthing.unclear_states(p_now - p_rule.period, p_now) s
$$;
comment on function farthing.read_unknown_states(farthing.alert_rules, timestamptz) is
  'Reads the number of unknown states that Stripe reported within the rule''s period. An alert is needed '
  'although nothing fails: such a state may have frozen credits. They stay frozen until an operator '
  'decides.';

create function farthing.read_stripe_setup(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), left(concat_ws(' ',
    case when count(*) filter (where f.fault = 'key_refused') > 0
      then 'Stripe refuses STRIPE_SECRET_KEY, so nothing can be paid.' end,
    case when count(*) filter (where f.fault = 'tax_not_set_up') > 0
      then 'Stripe Tax is not set up, so Stripe opens no checkout.' end,
    case when count(*) filter (where f.fault = 'other_account') > 0
      then format('Stripe does not know %s: STRIPE_SECRET_KEY belongs to another account or mode.',
        farthing.count_text(count(*) filter (where f.fault = 'other_account'), 'customer')) end,
    format('Stripe''s last answer: %s',
      (array_agg(f.detail order by f.last_seen_at desc, f.subject))[1])), 500))
  from (select * from farthing.stripe_faults s
    where farthing.stripe_fault_matters(s, p_now - p_rule.period) limit 10000) f
$$;
comment on function farthing.read_stripe_setup(farthing.alert_rules, timestamptz) is
  'Reads the number of setup faults at Stripe, and quotes Stripe''s last answer.';
