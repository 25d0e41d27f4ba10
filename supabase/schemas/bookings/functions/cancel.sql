-- Cancelling a booking: if unpaid, its payment is cancelled at Stripe; if paid, it is refunded. Why a
-- refund is only recorded here: Stripe is asked outside any transaction, by this request or, if it dies, by
-- the runner. A payment that is faster than its cancellation is refunded in the same way.

create function farthing.refund_booking(
  p_booking farthing.bookings, p_requested_by text, p_send_at timestamptz, p_now timestamptz)
returns farthing.refunds
language plpgsql
set search_path = ''
as $$
declare
  v_payment farthing.payment := row(p_booking.account_id, null, p_booking.booking_id,
    p_booking.payment_intent_id, p_booking.amount, p_booking.currency)::farthing.payment;
  v_refundable bigint := farthing.refundable(v_payment);
  v_refund farthing.refunds;
begin
  if v_refundable > 0 then
    insert into farthing.refunds (account_id, booking_id, amount, currency, reason, requested_by,
      next_attempt_at, created_at, updated_at)
    values (p_booking.account_id, p_booking.booking_id, v_refundable, p_booking.currency,
      'requested_by_customer', p_requested_by, p_send_at, p_now, p_now)
    returning * into v_refund;
  end if;
  return v_refund;
end
$$;
comment on function farthing.refund_booking is
  'Records a refund of all that is left of a paid booking; the runner sends it from p_send_at on. Null if '
  'nothing is left. The account is locked by the caller.';

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
  'Cancels a booking and returns its new state; the caller refunds its money.';

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
  'A cancelled booking in the contract''s form, with its newest refund, if any.';
