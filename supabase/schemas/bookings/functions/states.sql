-- The states of a booking, and its scheduled task.

create function farthing.bookings_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'payment_pending' then new.status in ('processing', 'paid', 'payment_failed', 'cancelled')
    when 'processing' then new.status in ('paid', 'payment_failed', 'cancelled')
    -- The buyer may try another card on the same payment.
    when 'payment_failed' then new.status in ('processing', 'paid', 'cancelled')
    when 'paid' then new.status in ('confirmed', 'cancelled')
    when 'confirmed' then new.status in ('completed', 'cancelled')
    else false end;
begin
  if new.status <> old.status and not v_legal then
    raise exception 'A booking cannot go from % to %', old.status, new.status
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
comment on function farthing.bookings_guard() is 'The booking''s state machine. Its terms: triggers.sql.';

create function farthing.sweep_booking(p_booking_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings;
begin
  select * into v_booking from farthing.bookings where booking_id = p_booking_id::uuid;
  -- They come in order of time and not of accounts (rule 4), so this waits for no lock.
  perform from farthing.accounts where account_id = v_booking.account_id for no key update skip locked;
  if not found then
    return 0;
  end if;
  perform farthing.give_up_booking(v_booking, p_now);
  return 1;
end
$$;
comment on function farthing.sweep_booking(text, timestamptz) is
  'Cancels a booking for which Stripe never answered; 1 if it did.';

create function farthing.sweep_bookings(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('sweep_bookings', 'booking', array(
    select b.booking_id::text from farthing.bookings b
    where b.status = 'payment_pending' and b.payment_intent_id is null
      and b.created_at <= p_now - interval '24 hours' -- Stripe has forgotten the request by then
      and not farthing.is_parked('sweep_bookings', 'booking', b.booking_id::text, p_now)
    order by b.created_at limit p_limit), 'sweep_booking', p_now)
$$;
comment on function farthing.sweep_bookings(timestamptz, int) is
  'Cancels bookings for which Stripe was asked a day ago without an answer; returns how many.';
