-- The steps of a booking that its provider takes: confirming a paid booking, and completing a
-- confirmed booking.

create function farthing.confirm_or_complete(p_booking farthing.bookings, p_status text, p_now timestamptz)
returns farthing.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_from text := case p_status when 'confirmed' then 'paid' when 'completed' then 'confirmed' end;
  v_booking farthing.bookings;
begin
  if p_booking.status = p_status then
    return p_booking; -- a repeat changes nothing
  end if;
  if p_booking.status is distinct from v_from then
    perform farthing.fail('invalid_request',
      format('A booking can be %s only while it is %s.', p_status, v_from),
      jsonb_build_object('status', p_booking.status), 'id');
  end if;
  update farthing.bookings
  set status = p_status, updated_at = p_now,
    confirmed_at = case p_status when 'confirmed' then p_now else confirmed_at end,
    completed_at = case p_status when 'completed' then p_now end
  where account_id = p_booking.account_id and booking_id = p_booking.booking_id
  returning * into v_booking;
  perform farthing.flag_booking(v_booking, p_now);
  perform farthing.net_transfers(v_booking, p_now); -- the provider's share may have waited for this step
  return v_booking;
end
$$;
comment on function farthing.confirm_or_complete(farthing.bookings, text, timestamptz) is
  'Moves a booking to the status `confirmed` or `completed`, and returns it. The caller has locked the '
  'account. Fails with invalid_request if the booking is not in the preceding status.';
