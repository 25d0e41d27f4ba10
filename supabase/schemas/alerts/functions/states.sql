-- An alert about Stripe's states: an unknown one, and a prevented dispute without its means. Why an alert
-- although nothing fails: credits frozen for such a state stay frozen until an operator looks.

create function farthing.unclear_states(p_from timestamptz, p_now timestamptz)
returns table (what text, seen_at timestamptz)
language sql stable
set search_path = ''
as $$
  select format('%s %s of %s', u.kind, u.state, u.subject), u.last_seen_at
  from farthing.unknown_states u where u.last_seen_at > p_from
  union all
  -- Neither this dispute nor a refund has paid the buyer yet.
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
  'Unknown states of Stripe''s objects seen after p_from, and prevented disputes of an order or a booking '
  'that still hold money after an hour, since their means of payment is unknown.';

create function farthing.read_unknown_states(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), left(format('%s of Stripe''s unknown here: %s.',
    farthing.count_text(count(*), 'state'), string_agg(s.what, ', ' order by s.seen_at desc, s.what)), 500))
  from farthing.unclear_states(p_now - p_rule.period, p_now) s
$$;
comment on function farthing.read_unknown_states(farthing.alert_rules, timestamptz) is
  'The number of unknown states that Stripe reported within period.';
