-- Cancelling a booking: the payment of an unpaid booking is cancelled at Stripe, and a paid booking
-- is refunded. These functions only record the refund, because Stripe is called outside of any
-- transaction. Afterwards the request that cancels the booking sends the refund, or the runner does
-- if that request dies. If the payment succeeds before Stripe cancels it, the money is refunded,
-- too.

create function farthing.begin_cancelling(
  p_booking farthing.bookings, p_user_id uuid, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_refund farthing.refunds;
begin
  if p_booking.status = 'completed' then
    perform farthing.fail('booking_not_cancellable',
      'A completed booking cannot be cancelled. Ask an operator for a refund.',
      jsonb_build_object('status', p_booking.status), 'id');
  end if;
  if p_booking.status in ('paid', 'confirmed') then
    if p_booking.amount_disputed > 0 then
      perform farthing.fail('booking_not_cancellable',
        'The payment is disputed, so the booking can''t be cancelled. Wait until the bank has decided.',
        jsonb_build_object('status', p_booking.status, 'amount_disputed', p_booking.amount_disputed), 'id');
    end if;
    -- The request sends the refund. If the request dies, the runner sends the refund two minutes
    -- later.
    v_refund := farthing.refund_booking(p_booking, case farthing.booking_role(p_booking, p_user_id)
      when 'buyer' then 'owner' else 'provider' end, p_now + interval '2 minutes', p_now);
    p_booking := farthing.cancel_booking(p_booking, p_now);
    if v_refund.refund_id is not null then
      return jsonb_build_object('step', 'refund', 'refund', farthing.refund_to_send(v_refund));
    end if;
  elsif p_booking.status <> 'cancelled' and p_booking.payment_intent_id is not null then
    return jsonb_build_object('step', 'cancel_payment', 'payment_intent_id', p_booking.payment_intent_id,
      'booking_id', p_booking.booking_id);
  else
    p_booking := farthing.cancel_booking(p_booking, p_now);
  end if;
  return jsonb_build_object('step', 'done', 'data', farthing.cancelled_answer(p_booking));
end
$$;
comment on function farthing.begin_cancelling(farthing.bookings, uuid, timestamptz) is
  'Cancels a booking, unless its payment must be cancelled at Stripe first. Returns the next step: '
  '"done" with the answer as data, "refund" (the booking is cancelled, and its refund is to be sent), or '
  '"cancel_payment" (the payment is to be cancelled at Stripe first). The caller has locked the account. '
  'Fails with booking_not_cancellable.';

create function farthing.cancel_booking(p_booking farthing.bookings, p_now timestamptz)
returns farthing.bookings
language sql
set search_path = ''
as $$
  update farthing.bookings set status = 'cancelled', cancelled_at = p_now, updated_at = p_now
  where account_id = p_booking.account_id and booking_id = p_booking.booking_id and status <> 'cancelled';
  select * from farthing.bookings
  where account_id = p_booking.account_id and booking_id = p_booking.booking_id;
$$;
comment on function farthing.cancel_booking(farthing.bookings, timestamptz) is
  'Cancels a booking, and returns its new state. The caller refunds its money.';

create function farthing.cancelled_answer(p_booking farthing.bookings)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('booking_id', p_booking.booking_id, 'status', p_booking.status,
    'refund', (select jsonb_build_object('refund_id', r.refund_id, 'amount', r.amount,
        'currency', r.currency, 'status', case r.status when 'requested' then 'pending' else r.status end)
      from farthing.refunds r
      where r.account_id = p_booking.account_id and r.booking_id = p_booking.booking_id
      order by r.created_at desc, r.refund_id desc limit 1))
$$;
comment on function farthing.cancelled_answer(farthing.bookings) is
  'Returns a cancelled booking in the API''s form, with its newest refund, if any.';
