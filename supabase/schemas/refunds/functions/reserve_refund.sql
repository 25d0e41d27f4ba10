-- Refunds before Stripe's event: a refund is reserved and committed before Stripe is called. A
-- repeated request with the same Idempotency-Key continues the same refund. Only Stripe's event
-- moves credits.

create function farthing.lock_payment_of(p_order_id uuid, p_booking_id uuid)
returns farthing.payment
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- the same timeout as in lock_account()
as $$
declare
  v_payment farthing.payment;
begin
  if num_nonnulls(p_order_id, p_booking_id) <> 1 then
    perform farthing.fail('invalid_request', 'Send exactly one of order_id and booking_id.', null,
      'order_id');
  end if;
  if p_order_id is not null then
    select account_id, order_id, null::uuid, payment_ref, amount_total, currency into v_payment
    from farthing.orders where order_id = p_order_id;
  else
    select account_id, null::uuid, booking_id, case when paid_at is not null then payment_intent_id end,
      amount,
      currency into v_payment
    from farthing.bookings where booking_id = p_booking_id;
  end if;
  if v_payment.account_id is null then
    perform farthing.fail('not_found', 'There is no such order or booking.', null,
      case when p_order_id is not null then 'order_id' else 'booking_id' end);
  end if;
  perform from farthing.accounts where account_id = v_payment.account_id for no key update;
  -- The order may have been paid while this function waited for the lock.
  return case when v_payment.payment_id is null and p_order_id is not null
    then coalesce((select row(account_id, order_id, null, payment_ref, amount_total,
        currency)::farthing.payment
      from farthing.orders where account_id = v_payment.account_id and order_id = p_order_id), v_payment)
    else v_payment end;
end
$$;
comment on function farthing.lock_payment_of(uuid, uuid) is
  'Locks the account of an order or a booking and returns its payment, whose payment_id is null if '
  'nothing was paid yet. Fails with not_found, invalid_request.';

create function farthing.reserve_refund(
  p_payment farthing.payment, p_amount bigint, p_reason text, p_author text, p_key bytea,
  p_fingerprint bytea, p_now timestamptz)
returns farthing.refunds
language plpgsql
set search_path = ''
as $$
declare
  v_refund farthing.refunds;
begin
  -- An earlier request may have begun this refund without finishing it. Stripe is then called again
  -- with the refund's own idempotency key, but only within 23 hours, because Stripe may forget a
  -- key after 24 hours.
  select * into v_refund from farthing.refunds where origin_key = p_key
    and created_at > p_now - interval '23 hours';
  if v_refund.refund_id is null then
    perform farthing.refuse_refund(p_payment, p_amount);
    update farthing.refunds set origin_key = null where origin_key = p_key;
    insert into farthing.refunds (account_id, order_id, booking_id, amount, currency, reason, requested_by,
      origin_key, origin_fingerprint, next_attempt_at, created_at, updated_at)
    values (p_payment.account_id, p_payment.order_id, p_payment.booking_id,
      coalesce(p_amount, farthing.refundable(p_payment)), p_payment.currency, p_reason, p_author,
      -- If this request dies before it reaches Stripe, a runner sends the refund two minutes later.
      p_key, p_fingerprint, p_now + interval '2 minutes', p_now, p_now)
    returning * into v_refund;
  elsif v_refund.origin_fingerprint <> p_fingerprint then
    perform farthing.fail('idempotency_key_reused',
      'This Idempotency-Key was used with another request. Send a new key.');
  end if;
  return v_refund;
end
$$;
comment on function farthing.reserve_refund(
  farthing.payment, bigint, text, text, bytea, bytea, timestamptz) is
  'Reserves the amount of a refund in minor units, or the whole refundable amount if p_amount is null. '
  'Returns the unfinished refund of the same Idempotency-Key if one exists. The caller has locked the '
  'account. Fails with already_refunded, refund_too_large, idempotency_key_reused.';

create function farthing.request_refund(
  p_order_id uuid, p_booking_id uuid, p_amount text, p_reason text, p_author text, p_key bytea,
  p_fingerprint bytea, p_now timestamptz)
returns farthing.refunds
language plpgsql
set search_path = ''
as $$
declare
  v_payment farthing.payment;
begin
  perform farthing.require_operator(p_author);
  if p_amount !~ '^[1-9][0-9]{0,15}$' then
    perform farthing.fail('invalid_request',
      'amount must be a whole number above 0 with at most 16 digits, in the currency''s minor unit.', null,
      'amount');
  end if;
  v_payment := farthing.lock_payment_of(p_order_id, p_booking_id);
  perform farthing.refuse_own(p_author, v_payment.account_id);
  return farthing.reserve_refund(v_payment, p_amount::bigint, p_reason, p_author, p_key, p_fingerprint,
    p_now);
end
$$;
comment on function farthing.request_refund is
  'Checks a request for a refund, locks the account, and reserves the amount. Returns the refund. Fails with '
  'forbidden, not_found, invalid_request, already_refunded, refund_too_large, idempotency_key_reused.';
