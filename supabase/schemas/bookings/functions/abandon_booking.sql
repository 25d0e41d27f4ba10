-- Bookings without a payment are cancelled: by the request that Stripe refused, by a new booking
-- under the same idempotency key, or by a scheduled task.

create function farthing.unanswered_booking_life()
returns interval
language sql immutable
set search_path = ''
as $$
  -- Stripe stores its response to an idempotency key for 24 hours. A later request under the same
  -- key could make a second payment.
  select interval '24 hours'
$$;
comment on function farthing.unanswered_booking_life() is
  'Returns how long a request may continue a booking for which Stripe has made no payment.';

create function farthing.give_up_booking(p_booking farthing.bookings, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.bookings
  set origin_key = null, updated_at = p_now,
    status = case when payment_intent_id is null and status = 'payment_pending' then 'cancelled' else status
      end,
    cancelled_at = case when payment_intent_id is null and status = 'payment_pending' then p_now
      else cancelled_at end
  where account_id = p_booking.account_id and booking_id = p_booking.booking_id
$$;
comment on function farthing.give_up_booking(farthing.bookings, timestamptz) is
  'Cancels a booking for which Stripe made no payment, and frees its idempotency key. If the '
  'booking has a payment, only frees the key. The caller has locked the account.';

create function farthing.cancel_unanswered_booking(p_booking_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings;
begin
  select * into v_booking from farthing.bookings where booking_id = p_booking_id::uuid;
  -- The scheduled task cancels bookings in the order of time, but locks on several accounts must be
  -- taken in the order of the accounts' ids (docs/reference/rules.md, rule 4). Waiting for a lock
  -- could cause a deadlock, so this function skips a booking whose account is locked.
  perform from farthing.accounts where account_id = v_booking.account_id for no key update skip locked;
  if not found then
    return 0;
  end if;
  perform farthing.give_up_booking(v_booking, p_now);
  return 1;
end
$$;
comment on function farthing.cancel_unanswered_booking(text, timestamptz) is
  'Cancels one booking for which Stripe made no payment. Returns 1, or 0 if the account is locked.';

create function farthing.cancel_unanswered_bookings(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('cancel_unanswered_bookings', 'booking', array(
    select b.booking_id::text from farthing.bookings b
    where b.status = 'payment_pending' and b.payment_intent_id is null
      and b.created_at <= p_now - farthing.unanswered_booking_life()
      and not farthing.is_parked('cancel_unanswered_bookings', 'booking', b.booking_id::text, p_now)
    order by b.created_at limit p_limit), 'cancel_unanswered_booking', p_now)
$$;
comment on function farthing.cancel_unanswered_bookings(timestamptz, int) is
  'Cancels bookings for which Stripe made no payment within 24 hours, and returns their number.';
