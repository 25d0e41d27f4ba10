-- The bookings door: begin (committed before Stripe is asked), attach (what Stripe answered), abandon (it did
-- not); reading; the provider's steps.

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
  'A booking as the contract shows it, to its buyer or its provider; amounts in minor units.';

create function farthing.booking_role(p_booking farthing.bookings, p_user_id uuid)
returns text
language sql stable
set search_path = ''
as $$
  select case
    when p_user_id = (select owner_id from farthing.accounts where account_id = p_booking.account_id)
    then 'buyer'
    when p_user_id = (select user_id from farthing.providers where provider_id = p_booking.provider_id)
    then 'provider' end
$$;
comment on function farthing.booking_role(farthing.bookings, uuid) is
  'What a user is to a booking: buyer, provider, or null, a stranger.';

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
  'A booking, its buyer''s account locked: whoever changes a booking holds that. Null where there is none.';

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
    perform farthing.fail('invalid_request', 'A currency is three lower-case letters that Stripe knows.',
      null,
      'currency');
  end if;
  if p_amount is null or p_amount not between 1 and 99999999 then
    perform farthing.fail('invalid_request', 'An amount is 1 to 99999999 of the currency''s minor unit.',
      null,
      'amount');
  end if;
  if p_amount % v_step <> 0 then
    perform farthing.fail('invalid_request', 'This currency is charged in steps.',
      jsonb_build_object('step', v_step), 'amount');
  end if;
  -- One who has left is nobody who could confirm.
  if p_provider.user_id is null or not p_provider.charges_enabled then
    perform farthing.fail('invalid_request', 'This provider cannot be paid, or not yet.', null,
      'provider_id');
  end if;
  if p_provider.user_id = p_user_id then
    perform farthing.fail('invalid_request', 'Nobody books themselves.', null, 'provider_id');
  end if;
end
$$;
comment on function farthing.check_booking is
  'Refuses what cannot be booked: invalid_request with currency, amount or provider_id.';

create function farthing.find_provider_over(p_provider_id uuid, p_now timestamptz)
returns table (reason text, over_at timestamptz)
language sql stable
set search_path = ''
as $$
  -- As in find_sessions_over: the oldest of the last n.
  select 'provider_velocity', b.created_at + interval '1 hour'
  from farthing.policy p, lateral (
    select created_at from farthing.bookings
    where provider_id = p_provider_id and created_at > p_now - interval '1 hour'
    order by created_at desc offset p.bookings_per_provider_hour - 1 limit 1) b
$$;
comment on function farthing.find_provider_over(uuid, timestamptz) is
  'Whether the limit of new bookings of a provider is used up, whoever booked and whatever became of them, '
  'and when there is room again.';

create function farthing.begun_booking(p_wanted farthing.bookings, p_now timestamptz)
returns farthing.bookings
language sql
set search_path = ''
as $$
  -- Stripe keeps what it answered under its key for 24 hours.
  select * from farthing.bookings b
  where b.origin_key = p_wanted.origin_key and b.status = 'payment_pending'
    and b.created_at > p_now - interval '24 hours'
    and (b.account_id, b.provider_id, b.amount, b.currency, b.client_temp_id, b.details::jsonb)
    is not distinct from (p_wanted.account_id, p_wanted.provider_id, p_wanted.amount, p_wanted.currency,
      p_wanted.client_temp_id, p_wanted.details::jsonb)
  for update
$$;
comment on function farthing.begun_booking(farthing.bookings, timestamptz) is
  'The booking that a request under this key began and did not end; null where there is none. The account is '
  'locked by the caller.';

create function farthing.new_booking(p_wanted farthing.bookings, p_now timestamptz)
returns farthing.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings;
begin
  -- Another that was begun under this key is none that this request goes on with.
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
  'A booking by the fee of the day. The account is locked by the caller.';

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
  'A booking that never got a payment is cancelled: nobody can pay it. The account is locked by the caller.';

create function public.bookings_begin(
  p_user_id uuid, p_provider_id uuid, p_amount bigint, p_currency text, p_client_temp_id text default null,
  p_details jsonb default null, p_idempotency_key text default null, p_fingerprint text default null,
  p_now timestamptz default now(), p_ip_hash text default null)
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_provider farthing.providers;
  v_wanted farthing.bookings;
  v_booking farthing.bookings;
  v_verdict jsonb;
begin
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  select * into v_provider from farthing.providers where provider_id = p_provider_id;
  perform farthing.check_booking(p_user_id, v_provider, p_amount, p_currency);
  if pg_column_size(farthing.json_argument(p_details)) > 8192 then
    perform farthing.fail('invalid_request', 'Details hold at most 8 KiB.', null, 'details');
  end if;
  v_wanted.account_id := (farthing.lock_account(p_user_id, p_now)).account_id;
  v_wanted.provider_id := p_provider_id;
  v_wanted.amount := p_amount;
  v_wanted.currency := p_currency;
  v_wanted.client_temp_id := p_client_temp_id;
  v_wanted.details := farthing.json_argument(p_details);
  v_wanted.origin_key := decode(p_idempotency_key, 'hex');
  v_booking := farthing.begun_booking(v_wanted, p_now);
  v_verdict := farthing.check_fraud(v_wanted.account_id, 'booking', p_ip_hash, p_now,
    p_is_new => v_booking.booking_id is null, p_provider_id => p_provider_id);
  if v_verdict ->> 'outcome' = 'refuse' then
    return (v_verdict - 'outcome') || '{"step": "refused"}';
  end if;
  if farthing.refuse_shared(v_wanted.account_id, v_provider, p_ip_hash, p_now) then
    return '{"step": "refused", "code": "forbidden", "limit": null, "retry_after": null}'::jsonb;
  end if;
  if v_booking.booking_id is null then
    v_booking := farthing.new_booking(v_wanted, p_now);
    perform farthing.keep_address(v_booking, p_ip_hash, p_now);
  end if;
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return jsonb_build_object('step', 'create', 'booking', jsonb_build_object(
    'booking_id', v_booking.booking_id, 'amount', v_booking.amount, 'currency', v_booking.currency,
    'application_fee_amount', v_booking.application_fee_amount, 'transfer_at', v_booking.transfer_at,
    'stripe_account_id', v_provider.stripe_account_id,
    'mark', (select installation_id from farthing.policy)));
end
$$;
grant execute on function public.bookings_begin to service_role;
comment on function public.bookings_begin is
  'Fixes what is booked and its fee. Returns step create with what Stripe is told, replay, or refused with '
  'code, limit (buyer, provider) and retry_after (seconds): returned, so that the decision stays on record. '
  'Fails invalid_request, not_found, idempotency_in_progress.';

create function public.bookings_attach(
  p_booking_id uuid, p_payment_intent_id text, p_client_secret text, p_idempotency_key text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking farthing.bookings := farthing.lock_booking(p_booking_id);
  v_data jsonb;
begin
  if v_booking.booking_id is null then
    perform farthing.fail('not_found', 'There is no such booking.', null, 'booking_id');
  end if;
  if v_booking.payment_intent_id <> p_payment_intent_id then
    raise exception 'booking % has another payment', p_booking_id;
  end if;
  update farthing.bookings
  set payment_intent_id = p_payment_intent_id, origin_key = null, updated_at = p_now
  where account_id = v_booking.account_id and booking_id = p_booking_id
  returning * into v_booking;
  v_data := farthing.booking_answer(v_booking, 'buyer') || jsonb_build_object('client_secret',
    p_client_secret);
  return farthing.idempotency_finish_private(p_idempotency_key, 201, v_data, v_booking.account_id);
end
$$;
grant execute on function public.bookings_attach to service_role;
comment on function public.bookings_attach is
  'Notes the payment that Stripe made for a booking and finishes the idempotency key. The client secret is '
  'in this answer and its repeats, and stored nowhere but in private_answers, for 24 hours at most. Returns '
  '{status: 201, replayed, data}.';

create function public.bookings_abandon(
  p_idempotency_key text, p_booking_id uuid default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.idempotency_free(p_idempotency_key);
  if p_booking_id is not null then
    perform farthing.give_up_booking(farthing.lock_booking(p_booking_id), p_now);
  end if;
  return '{}'::jsonb;
end
$$;
grant execute on function public.bookings_abandon to service_role;
comment on function public.bookings_abandon is
  'Stripe made no payment: frees the key, so that a retry runs at once. It finds the same booking, unless '
  'p_booking_id gives that up because Stripe refused it.';
