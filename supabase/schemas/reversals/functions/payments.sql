-- The paid order or booking that a refund, a dispute or a fraud warning is about.

create function farthing.find_payment(p_payment_id text)
returns farthing.payment
language plpgsql
set search_path = ''
as $$
declare
  v_payment farthing.payment;
begin
  perform farthing.lock_subject(p_payment_id);
  select account_id, order_id, null::uuid, payment_ref, amount_total, currency into v_payment
  from farthing.orders where payment_ref = p_payment_id;
  if v_payment.account_id is null then
    select account_id, null::uuid, booking_id, payment_intent_id, amount, currency into v_payment
    from farthing.bookings where payment_intent_id = p_payment_id and paid_at is not null;
  end if;
  -- The account is locked first. Every change of the order or booking waits for that lock.
  perform from farthing.accounts where account_id = v_payment.account_id for no key update;
  return v_payment;
end
$$;
comment on function farthing.find_payment(text) is
  'Returns the paid order or booking of a payment intent, with its account locked; all fields are null '
  'if the payment has not arrived.';

create function farthing.net_payment(
  p_payment farthing.payment, p_cause jsonb, p_author text, p_now timestamptz)
returns farthing.clawback
language plpgsql
set search_path = ''
as $$
begin
  if p_payment.order_id is not null then
    return farthing.net_order(p_payment.account_id, p_payment.order_id, p_cause, p_author, p_now);
  end if;
  perform farthing.net_booking(p_payment.booking_id, p_now);
  return row(0, 0)::farthing.clawback; -- a booking is paid in money, not for credits
end
$$;
comment on function farthing.net_payment is
  'Brings an order''s credits, or a booking''s amounts, in line with the part of its payment that was '
  'returned.';
