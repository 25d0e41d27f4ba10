-- Refunds that Farthing requests for bookings, and the refunded and disputed amounts of a booking.

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
  'Records a refund of the remaining amount of a paid booking. The runner sends the refund at '
  'p_send_at or later. Returns null if nothing remains. The caller has locked the account.';

create function farthing.net_booking(p_booking_id uuid, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_before farthing.bookings;
  v_after farthing.bookings;
begin
  select * into v_before from farthing.bookings where booking_id = p_booking_id;
  update farthing.bookings b
  set amount_refunded = s.refunded, amount_disputed = s.disputed, updated_at = p_now,
    -- A booking whose whole amount is refunded before its completion is cancelled.
    status = case when b.status in ('paid', 'confirmed') and s.refunded = b.amount then 'cancelled'
      else b.status end,
    cancelled_at = case when b.status in ('paid', 'confirmed') and s.refunded = b.amount then p_now
      else b.cancelled_at end
  from (
    select k.booking_id,
      least(r.refunded, k.amount)::bigint as refunded, least(d.disputed, k.amount)::bigint as disputed
    from farthing.bookings k
    cross join lateral (select coalesce(sum(f.amount), 0) as refunded from farthing.refunds f
      where f.booking_id = k.booking_id and farthing.is_live_refund(f.status)) r
    cross join lateral farthing.disputed_of(row(k.account_id, null, k.booking_id, k.payment_intent_id,
      k.amount, k.currency)::farthing.payment, r.refunded) d
    where k.booking_id = p_booking_id) s
  where b.booking_id = s.booking_id
  returning b.* into v_after;
  perform farthing.net_transfers(v_after, p_now);
  -- If a bank held disputed money when the booking was cancelled, that money could not be refunded
  -- then. It is refunded once the bank has returned it.
  if v_after.status = 'cancelled' and v_after.amount_disputed < v_before.amount_disputed then
    perform farthing.refund_booking(v_after, 'dispute_won', p_now, p_now);
  end if;
end
$$;
comment on function farthing.net_booking(uuid, timestamptz) is
  'Updates the refunded and disputed amounts of a booking. A booking that is refunded in full before '
  'its completion is cancelled. If a bank returns money of a cancelled booking, that money is '
  'refunded. The caller has locked the account.';
