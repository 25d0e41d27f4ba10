-- Stripe's events about the payment of a booking and about our fee.

create function farthing.pay_booking(p_booking farthing.bookings, p_facts jsonb, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings := p_booking;
begin
  update farthing.bookings
  set status = case status when 'cancelled' then status else 'paid' end, paid_at = p_now, updated_at = p_now,
    payment_intent_id = p_facts ->> 'payment_id', charge_id = p_facts ->> 'charge_id'
  where account_id = p_booking.account_id and booking_id = p_booking.booking_id;
  perform farthing.flag_booking(p_booking, p_now);
  perform farthing.apply_waiting(p_facts ->> 'payment_id', p_now, p_facts ->> 'charge_id');
  if p_booking.status = 'cancelled' then
    -- The money for a cancelled booking is refunded, less the part that is already refunded.
    v_booking.payment_intent_id := p_facts ->> 'payment_id';
    perform farthing.refund_booking(v_booking, 'late_payment', p_now, p_now);
  end if;
end
$$;
comment on function farthing.pay_booking is
  'Records the payment of a locked, unpaid booking, and applies the events that waited for it. The money '
  'for a cancelled booking is refunded.';

create function farthing.apply_booking_event(p_type text, p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings;
  v_at timestamptz := (p_facts ->> 'occurred_at')::timestamptz;
  v_status text := case p_type when 'payment_intent.processing' then 'processing'
    when 'payment_intent.payment_failed' then 'payment_failed'
    when 'payment_intent.canceled' then 'cancelled' end;
begin
  if coalesce(p_facts ->> 'booking_id', '') !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return 'ignored because it names no booking of ours';
  end if;
  v_booking := farthing.lock_booking((p_facts ->> 'booking_id')::uuid);
  if v_booking.booking_id is null then
    return farthing.outcome_without_row(p_facts, 'booking');
  end if;
  if p_facts ->> 'payment_id' <> v_booking.payment_intent_id then
    raise exception 'booking % is already linked to a different payment', v_booking.booking_id;
  end if;
  if (p_facts ->> 'amount')::bigint is distinct from v_booking.amount
    or p_facts ->> 'currency' is distinct from v_booking.currency
  then
    raise exception 'booking % costs % %, but the payment is of % %', v_booking.booking_id, v_booking.amount,
      v_booking.currency, p_facts ->> 'amount', p_facts ->> 'currency';
  end if;
  if p_type = 'payment_intent.succeeded' then
    if v_booking.paid_at is null then
      perform farthing.pay_booking(v_booking, p_facts, p_now);
    end if;
    return 'processed';
  end if;
  -- An older state never overwrites a newer one. If a failure and a `processing` event occurred in
  -- the same second, the failure is taken as the later event. A payment that was cancelled at
  -- Stripe stays cancelled, whatever arrives later.
  if v_status is null or v_booking.status not in ('payment_pending', 'processing', 'payment_failed')
    or v_status <> 'cancelled' and (v_booking.payment_event_at > v_at
      or v_booking.payment_event_at = v_at and v_status = 'processing')
  then
    return 'processed';
  end if;
  update farthing.bookings
  set status = v_status, payment_event_at = v_at, payment_intent_id = p_facts ->> 'payment_id',
    cancelled_at = case v_status when 'cancelled' then p_now end, updated_at = p_now
  where account_id = v_booking.account_id and booking_id = v_booking.booking_id;
  return 'processed';
end
$$;
comment on function farthing.apply_booking_event is
  'Applies an event about the payment of a booking. Returns processed, deferred or ignored; raises if '
  'the facts do not fit the booking.';

create function farthing.apply_fee_event(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_booking_id uuid;
  v_booking farthing.bookings;
begin
  perform farthing.lock_subject(p_facts ->> 'charge_id');
  v_booking_id := (select booking_id from farthing.bookings where fee_id = p_facts ->> 'fee_id'
    union all select booking_id from farthing.bookings where charge_id = p_facts ->> 'charge_id'
    union all select booking_id from farthing.bookings where payment_intent_id = p_facts ->> 'payment_id'
      and paid_at is not null limit 1);
  if v_booking_id is null then
    return 'deferred'; -- the event of a fee may come before the event of its payment
  end if;
  v_booking := farthing.lock_booking(v_booking_id);
  if v_booking.fee_id <> p_facts ->> 'fee_id' or p_facts ->> 'currency' is distinct from v_booking.currency
    then
    raise exception 'booking %: the fee''s id or currency differs from the stored one', v_booking.booking_id;
  end if;
  -- The refunded part of a fee only grows. So the largest value is the newest, in whatever order the
  -- events arrive.
  update farthing.bookings set fee_id = p_facts ->> 'fee_id', fee_collected = (p_facts ->> 'amount')::bigint,
    fee_refunded = greatest(fee_refunded, (p_facts ->> 'amount_refunded')::bigint), updated_at = p_now
  where account_id = v_booking.account_id and booking_id = v_booking.booking_id;
  return 'processed';
end
$$;
comment on function farthing.apply_fee_event is
  'Records our fee of a booking as Stripe reports it: the collected and the refunded amount. Returns '
  'processed, or deferred until the payment has arrived.';
