-- The lock that every change of a booking takes.

create function farthing.lock_booking(p_booking_id uuid)
returns farthing.bookings
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- the same timeout as in lock_account()
as $$
declare
  v_booking farthing.bookings;
begin
  select * into v_booking from farthing.bookings where booking_id = p_booking_id;
  perform from farthing.accounts where account_id = v_booking.account_id for no key update;
  select * into v_booking from farthing.bookings
  where account_id = v_booking.account_id and booking_id = p_booking_id;
  return v_booking;
end
$$;
comment on function farthing.lock_booking(uuid) is
  'Returns a booking, with its buyer''s account locked; null if there is no such booking. Every change '
  'of a booking holds this lock.';

create function farthing.lock_booking_of(p_user_id uuid, p_booking_id uuid)
returns farthing.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings;
begin
  select * into v_booking from farthing.bookings where booking_id = p_booking_id;
  if farthing.booking_role(v_booking, p_user_id) is null then
    perform farthing.fail('not_found', 'There is no such booking.', null, 'id');
  end if;
  return farthing.lock_booking(p_booking_id);
end
$$;
comment on function farthing.lock_booking_of(uuid, uuid) is
  'Returns a booking whose buyer or provider is the user, with the buyer''s account locked. Fails '
  'with not_found.';
