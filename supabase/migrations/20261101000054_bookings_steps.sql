-- What both parties see of a booking, what the provider does with it, and what time does.

create function public.bookings_read(p_user_id uuid, p_booking_id uuid)
returns jsonb
language plpgsql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking farthing.bookings;
  v_role text;
begin
  select * into v_booking from farthing.bookings where booking_id = p_booking_id;
  v_role := farthing.booking_role(v_booking, p_user_id);
  if v_role is null then
    perform farthing.fail('not_found', 'There is no such booking.', null, 'id');
  end if;
  return farthing.booking_answer(v_booking, v_role);
end
$$;
grant execute on function public.bookings_read to service_role;
comment on function public.bookings_read is 'A booking, to its buyer and its provider; else not_found.';

create function public.bookings_list(
  p_user_id uuid, p_role text default null, p_status text default null, p_before text default null,
  p_limit int default 20)
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  with mark as (
    select b.created_at, b.booking_id from farthing.bookings b
    where b.booking_id::text = p_before and farthing.booking_role(b, p_user_id) is not null
  ), page as (
    (select b, 'buyer' as role from farthing.bookings b
    where b.account_id = (select account_id from farthing.accounts where owner_id = p_user_id)
      and coalesce(p_role, 'buyer') = 'buyer' and (p_status is null or b.status = p_status)
      and (p_before is null or (b.created_at, b.booking_id) < (select * from mark))
    order by b.created_at desc, b.booking_id desc limit p_limit + 1)
    union all
    (select b, 'provider' from farthing.bookings b
    where b.provider_id = (select provider_id from farthing.providers where user_id = p_user_id)
      and coalesce(p_role, 'provider') = 'provider' and (p_status is null or b.status = p_status)
      and (p_before is null or (b.created_at, b.booking_id) < (select * from mark))
    order by b.created_at desc, b.booking_id desc limit p_limit + 1)
  ), shown as (
    select *, row_number() over (order by (b).created_at desc, (b).booking_id desc) as nr from page
  )
  select jsonb_build_object(
    'bookings', coalesce(jsonb_agg(farthing.booking_answer(b, role) order by nr) filter (where nr <= p_limit),
      '[]'),
    'next_before', case when count(*) > p_limit
      then max((b).booking_id::text) filter (where nr = p_limit) end)
  from shown
$$;
grant execute on function public.bookings_list to service_role;
comment on function public.bookings_list is
  'A user''s bookings, newest first, as buyer, as provider or as both, up to p_limit from before a '
  'booking''s id: {bookings, next_before}.';

create function public.bookings_advance(
  p_user_id uuid, p_booking_id uuid, p_status text, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking farthing.bookings := farthing.lock_booking_of(p_user_id, p_booking_id);
  v_from text := case p_status when 'confirmed' then 'paid' when 'completed' then 'confirmed' end;
begin
  if farthing.booking_role(v_booking, p_user_id) <> 'provider' then
    perform farthing.fail('forbidden', 'That is the provider''s to say.');
  end if;
  if v_from is not null and v_booking.status = p_status then
    return farthing.booking_answer(v_booking, 'provider'); -- said twice
  end if;
  if v_booking.status is distinct from v_from then
    perform farthing.fail('invalid_request', format('A booking is %s only after it is %s.', p_status, v_from),
      jsonb_build_object('status', v_booking.status), 'id');
  end if;
  update farthing.bookings
  set status = p_status, updated_at = p_now,
    confirmed_at = case p_status when 'confirmed' then p_now else confirmed_at end,
    completed_at = case p_status when 'completed' then p_now end
  where account_id = v_booking.account_id and booking_id = p_booking_id
  returning * into v_booking;
  perform farthing.flag_booking(v_booking, p_now);
  perform farthing.net_transfers(v_booking, p_now); -- the share that waited for this
  return farthing.booking_answer(v_booking, 'provider');
end
$$;
grant execute on function public.bookings_advance to service_role;
comment on function public.bookings_advance is
  'The provider confirms a paid booking or completes a confirmed one; said twice it is the same. Returns the '
  'booking. Fails not_found, forbidden, invalid_request.';

create function farthing.sweep_booking(p_booking_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings;
begin
  select * into v_booking from farthing.bookings where booking_id = p_booking_id::uuid;
  -- They come in time's order, not in that of accounts (rule 4), so this waits for no lock.
  perform from farthing.accounts where account_id = v_booking.account_id for no key update skip locked;
  if not found then
    return 0;
  end if;
  perform farthing.give_up_booking(v_booking, p_now);
  return 1;
end
$$;
comment on function farthing.sweep_booking(text, timestamptz) is
  'Cancels a booking that Stripe never answered for; 1 where it did.';

create function farthing.sweep_bookings(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('sweep_bookings', 'booking', array(
    select b.booking_id::text from farthing.bookings b
    where b.status = 'payment_pending' and b.payment_intent_id is null
      and b.created_at <= p_now - interval '24 hours' -- by then Stripe has forgotten the request
      and not farthing.is_parked('sweep_bookings', 'booking', b.booking_id::text, p_now)
    order by b.created_at limit p_limit), 'sweep_booking', p_now)
$$;
comment on function farthing.sweep_bookings(timestamptz, int) is
  'Cancels bookings for which Stripe was asked a day ago and never heard to answer; returns how many.';
select farthing.add_task('sweep_bookings', '1 hour', '41 minutes');
