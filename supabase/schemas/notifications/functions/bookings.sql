-- Notifications to the buyer of a booking. Refunds of bookings queue the same notification as
-- refunds of orders (receipts_refunds_disputes.sql).

create function farthing.booking_title(p_booking farthing.bookings)
returns text
language sql immutable
set search_path = ''
as $$
  select case when jsonb_typeof(p_booking.details -> 'title') = 'string'
    then nullif(left(p_booking.details ->> 'title', 200), '') end
$$;
comment on function farthing.booking_title(farthing.bookings) is
  'Returns the title of a booking (details.title); null if the app did not send one.';

create function farthing.notify_booking_payment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- The buyer's receipt does not contain the application fee, because that fee is between the
  -- provider and the platform.
  perform farthing.notify(new.account_id, 'booking_receipt', new.booking_id::text, jsonb_build_object(
    'booking_id', new.booking_id, 'title', farthing.booking_title(new), 'amount', new.amount,
    'currency', new.currency, 'paid_at', new.paid_at), new.paid_at);
  return null;
end
$$;
comment on function farthing.notify_booking_payment() is
  'Trigger: queues the receipt of a booking, once. A payment that arrives after the cancellation '
  'gets no receipt, because the payment is refunded.';

create function farthing.notify_booking_cancellation()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_refunded bigint;
  v_is_made boolean;
begin
  select coalesce(sum(r.amount), 0), coalesce(bool_and(r.status = 'succeeded'), false)
  into v_refunded, v_is_made
  from farthing.refunds r
  where r.account_id = new.account_id and r.booking_id = new.booking_id
    and r.status not in ('failed', 'canceled');
  perform farthing.notify(new.account_id, 'booking_cancelled', new.booking_id::text, jsonb_build_object(
    'booking_id', new.booking_id, 'title', farthing.booking_title(new), 'amount', new.amount,
    'currency', new.currency, 'payment', case
      when new.paid_at is null then case old.status when 'processing' then 'in_transit' else 'none' end
      when v_is_made then 'refunded' else 'paid' end,
    'refund_amount', v_refunded, 'cancelled_at', new.cancelled_at), new.cancelled_at);
  return null;
end
$$;
comment on function farthing.notify_booking_cancellation() is
  'Trigger: notifies the buyer, once, of a cancelled booking and of what happens to the money. The '
  'buyer of a booking without a payment intent is not notified: Stripe refused the payment, and '
  'the response to the booking request has already reported that.';
