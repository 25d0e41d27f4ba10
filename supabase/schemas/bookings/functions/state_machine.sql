-- The state machine of a booking. triggers.sql protects the terms of a booking.

create function farthing.bookings_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'payment_pending' then new.status in ('processing', 'paid', 'payment_failed', 'cancelled')
    when 'processing' then new.status in ('paid', 'payment_failed', 'cancelled')
    -- After a failure the buyer can complete the same payment with a different card.
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
comment on function farthing.bookings_guard() is
  'Trigger: refuses a change of a booking''s status that the state machine does not allow.';
