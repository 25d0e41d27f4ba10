-- The beginning of a booking: it is committed before Stripe is asked, and given up if Stripe did not
-- answer.

create function farthing.booking_answer(p_booking farthing.bookings, p_role text)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('booking_id', p_booking.booking_id, 'role', p_role,
    'provider_id', p_booking.provider_id, 'status', p_booking.status, 'amount', p_booking.amount,
    'currency', p_booking.currency, 'application_fee_amount', p_booking.application_fee_amount,
    'amount_refunded', p_booking.amount_refunded, 'client_temp_id', p_booking.client_temp_id,
    'payment_intent_id', p_booking.payment_intent_id, 'details', p_booking.details,
    'created_at', p_booking.created_at, 'paid_at', p_booking.paid_at, 'confirmed_at', p_booking.confirmed_at,
    'completed_at', p_booking.completed_at, 'cancelled_at', p_booking.cancelled_at)
$$;
comment on function farthing.booking_answer(farthing.bookings, text) is
  'A booking in the contract''s form, for its buyer or its provider; amounts in minor units.';

create function farthing.booking_role(p_booking farthing.bookings, p_user_id uuid)
returns text
language sql stable
set search_path = ''
as $$
  select case
    when farthing.acts_for(p_user_id, p_booking.account_id) then 'buyer'
    when p_user_id = (select user_id from farthing.providers where provider_id = p_booking.provider_id)
    then 'provider' end
$$;
comment on function farthing.booking_role(farthing.bookings, uuid) is
  'A user''s role in a booking: buyer or provider; null for anyone else.';

create function farthing.lock_booking(p_booking_id uuid)
returns farthing.bookings
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- as in lock_account
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
  'A booking, with its buyer''s account locked: every change of a booking holds that lock. Null if there '
  'is none.';

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
  'A booking of which the user is a party, locked. Fails not_found.';

create function farthing.check_booking(
  p_user_id uuid, p_provider farthing.providers, p_amount bigint, p_currency text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_step int := farthing.currency_step(p_currency);
begin
  if v_step is null then
    perform farthing.fail('invalid_request', 'currency must be three lower-case letters, such as usd.',
      null,
      'currency');
  end if;
  if p_amount is null or p_amount not between 1 and 99999999 then
    perform farthing.fail('invalid_request',
      'amount must be between 1 and 99999999, in the currency''s minor unit.', null, 'amount');
  end if;
  if p_amount % v_step <> 0 then
    perform farthing.fail('invalid_request', 'amount must be a multiple of details.step in this currency.',
      jsonb_build_object('step', v_step), 'amount');
  end if;
  -- A deleted user could not confirm the booking.
  if p_provider.user_id is null or not p_provider.charges_enabled then
    perform farthing.fail('invalid_request',
      'This provider can''t be paid yet. Send one whose charges_enabled is true.', null, 'provider_id');
  end if;
  if p_provider.user_id = p_user_id then
    perform farthing.fail('invalid_request', 'You can''t book your own services.', null, 'provider_id');
  end if;
end
$$;
comment on function farthing.check_booking is
  'Refuses impossible bookings: invalid_request with currency, amount or provider_id.';

create function farthing.find_provider_over(p_provider_id uuid, p_now timestamptz)
returns table (reason text, over_at timestamptz)
language sql stable
set search_path = ''
as $$
  -- As in find_sessions_over(): the oldest of the last n.
  select 'provider_velocity', b.created_at + interval '1 hour'
  from farthing.policy p, lateral (
    select created_at from farthing.bookings
    where provider_id = p_provider_id and created_at > p_now - interval '1 hour'
    order by created_at desc offset p.bookings_per_provider_hour - 1 limit 1) b
$$;
comment on function farthing.find_provider_over(uuid, timestamptz) is
  'Whether the limit of new bookings of a provider is used up, by bookings of all buyers and in all '
  'states, and when it allows the next one.';

create function farthing.begun_booking(p_wanted farthing.bookings, p_now timestamptz)
returns farthing.bookings
language sql
set search_path = ''
as $$
  -- Stripe repeats its answer under a key for 24 hours.
  select * from farthing.bookings b
  where b.origin_key = p_wanted.origin_key and b.status = 'payment_pending'
    and b.created_at > p_now - interval '24 hours'
    and (b.account_id, b.provider_id, b.amount, b.currency, b.client_temp_id, b.details::jsonb)
    is not distinct from (p_wanted.account_id, p_wanted.provider_id, p_wanted.amount, p_wanted.currency,
      p_wanted.client_temp_id, p_wanted.details::jsonb)
  for update
$$;
comment on function farthing.begun_booking(farthing.bookings, timestamptz) is
  'The booking that a request under this key began and did not finish; null if there is none. The account '
  'is locked by the caller.';

create function farthing.new_booking(p_wanted farthing.bookings, p_now timestamptz)
returns farthing.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings;
begin
  -- This request does not continue another booking begun under the key.
  perform farthing.give_up_booking(b, p_now) from farthing.bookings b
  where b.origin_key = p_wanted.origin_key;
  insert into farthing.bookings (account_id, provider_id, amount, currency, fee_basis_points,
    application_fee_amount, transfer_at, client_temp_id, details, origin_key, created_at, updated_at)
  select p_wanted.account_id, p_wanted.provider_id, p_wanted.amount, p_wanted.currency,
    p.booking_fee_basis_points,
    farthing.booking_fee(p_wanted.amount, p_wanted.currency, p.booking_fee_basis_points),
    p.booking_transfer_at,
    p_wanted.client_temp_id, p_wanted.details, p_wanted.origin_key, p_now, p_now
  from farthing.policy p
  returning * into v_booking;
  return v_booking;
end
$$;
comment on function farthing.new_booking(farthing.bookings, timestamptz) is
  'A new booking with the day''s fee. The account is locked by the caller.';

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
  'Cancels a booking that never got a payment, since nobody can pay it. The account is locked by the '
  'caller.';
