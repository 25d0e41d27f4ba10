-- The proof of bookings: refunds, fees and payments agree with Stripe's events (rules 9 and 10).

create function farthing.prove_bookings()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 10, b.account_id, format('booking %s: %s refunded, its refunds say %s', b.booking_id,
    b.amount_refunded, r.refunded)
  from farthing.bookings b
  cross join lateral (select least(coalesce(sum(f.amount), 0), b.amount)::bigint as refunded
    from farthing.refunds f where f.account_id = b.account_id and f.booking_id = b.booking_id
      and farthing.is_live_refund(f.status)) r
  -- A refund that has not succeeded yet may be missing from amount_refunded, because only the
  -- refund's first event from Stripe adds it.
  where b.amount_refunded > r.refunded or b.amount_refunded < (
    select least(coalesce(sum(f.amount), 0), b.amount) from farthing.refunds f
    where f.account_id = b.account_id and f.booking_id = b.booking_id and f.status = 'succeeded')
  union all
  select 10, b.account_id, format('booking %s: the fee is %s, Stripe collected %s', b.booking_id,
    b.application_fee_amount, b.fee_collected)
  from farthing.bookings b where b.fee_collected <> b.application_fee_amount
  union all
  select 9, b.account_id, format('booking %s: a fee of %s and no payment', b.booking_id, b.fee_collected)
  from farthing.bookings b where b.fee_collected is not null and b.paid_at is null
  union all
  select 9, b.account_id, format('booking %s was paid by %s, and no event says so', b.booking_id,
    b.payment_intent_id)
  from farthing.bookings b
  where b.paid_at is not null and not exists (select from farthing.inbox i
    where i.state = 'processed' and i.type = 'payment_intent.succeeded'
      and lower(i.facts ->> 'booking_id') = b.booking_id::text
      and i.facts ->> 'payment_id' = b.payment_intent_id
      and (i.facts ->> 'amount')::bigint = b.amount and i.facts ->> 'currency' = b.currency);
end
$$;
comment on function farthing.prove_bookings() is
  'Rules 9 and 10 for bookings: a paid booking has a Stripe event for its amount, its refunded '
  'amount agrees with its refunds, and the collected fee is the agreed fee.';
