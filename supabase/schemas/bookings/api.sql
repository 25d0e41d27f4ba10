-- The RPC functions of bookings: begin a booking, attach its payment, or abandon it; read and list;
-- confirm and complete; cancel.

create view farthing_public.bookings with (security_invoker = true) as
select b.booking_id as id, b.provider_id, b.status, b.amount, b.currency, b.application_fee_amount,
  b.amount_refunded, b.client_temp_id, b.details, b.created_at, b.paid_at, b.confirmed_at, b.completed_at,
  b.cancelled_at
from farthing.bookings b;
comment on view farthing_public.bookings is
  'The caller''s bookings, as buyer and as provider. Amounts are in minor units.';
grant select on farthing_public.bookings to authenticated;

create function farthing_public.bookings_begin(
  p_user_id uuid, p_provider_id uuid, p_amount bigint, p_currency text, p_client_temp_id text default null,
  p_details jsonb default null, p_idempotency_key text default null, p_fingerprint text default null,
  p_now timestamptz default now(), p_ip_hash text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_provider farthing.providers;
  v_wanted farthing.bookings;
  v_step jsonb;
begin
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  select * into v_provider from farthing.providers where provider_id = p_provider_id;
  perform farthing.check_booking(p_user_id, v_provider, p_amount, p_currency);
  if pg_column_size(farthing.json_argument(p_details)) > 8192 then
    perform farthing.fail('invalid_request', 'details must be at most 8 KiB.', null, 'details');
  end if;
  v_wanted.account_id := (farthing.lock_account(p_user_id, p_now)).account_id;
  v_wanted.provider_id := p_provider_id;
  v_wanted.amount := p_amount;
  v_wanted.currency := p_currency;
  v_wanted.client_temp_id := p_client_temp_id;
  v_wanted.details := farthing.json_argument(p_details);
  v_wanted.origin_key := decode(p_idempotency_key, 'hex');
  v_step := farthing.begin_booking(v_wanted, v_provider, p_ip_hash, p_now);
  if v_step ->> 'step' = 'create' then
    perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  end if;
  return v_step;
end
$$;
grant execute on function farthing_public.bookings_begin to service_role;
comment on function farthing_public.bookings_begin is
  'Begins a booking, or continues the one that an earlier request began. Its terms and its fee are '
  'then stored and do not change. Returns the next step: "create" with the values for Stripe, '
  '"replay", or "refused" with code, limit (whose limit was reached: "buyer", "provider" or null) '
  'and retry_after (seconds). A refusal is returned and not raised, so that the decision is '
  'stored. Fails with invalid_request, not_found, idempotency_in_progress.';

create function farthing_public.bookings_attach(
  p_booking_id uuid, p_payment_intent_id text, p_client_secret text, p_idempotency_key text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
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
    raise exception 'booking % is already linked to a different payment', p_booking_id;
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
grant execute on function farthing_public.bookings_attach to service_role;
comment on function farthing_public.bookings_attach is
  'Stores the payment that Stripe made for a booking, and finishes the idempotency key. The answer '
  'contains the client secret, and so does the answer to a repeated request. The secret is stored '
  'only in private_answers, for at most 24 hours. Returns {status: 201, replayed, data}. Fails '
  'with not_found.';

create function farthing_public.bookings_abandon(
  p_idempotency_key text, p_booking_id uuid default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
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
grant execute on function farthing_public.bookings_abandon to service_role;
comment on function farthing_public.bookings_abandon is
  'Frees the idempotency key of a booking for which Stripe made no payment, so that a retry runs '
  'at once. p_booking_id: a booking that Stripe refused and that is to be cancelled. Without '
  'p_booking_id, the booking stays, and the retry continues it.';


create function farthing_public.bookings_read(p_user_id uuid, p_booking_id uuid, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking farthing.bookings;
  v_role text;
begin
  select * into v_booking from farthing.bookings where booking_id = p_booking_id;
  v_role := farthing.booking_role(v_booking, p_user_id);
  if v_booking.booking_id is null or p_user_id is not null and v_role is null then
    perform farthing.fail('not_found', 'There is no such booking.', null, 'id');
  end if;
  perform farthing.note_account_read(v_booking.account_id, p_author, 'GET /bookings/{id}', p_now);
  return farthing.booking_answer(v_booking, v_role);
end
$$;
grant execute on function farthing_public.bookings_read to service_role;
comment on function farthing_public.bookings_read is
  'Returns a booking to its buyer or its provider. Fails with not_found for any other user. If '
  'p_user_id is null, returns any booking, with role null.';

create function farthing_public.bookings_list(
  p_user_id uuid, p_role text default null, p_status text default null, p_before text default null,
  p_limit int default 20, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account_id bigint := farthing.account_to_read(p_user_id, p_author, 'GET /bookings', p_now);
  -- The booking with the id p_before is read first, because the index scan begins at its created_at
  -- and its id.
  v_last farthing.bookings;
begin
  select * into v_last from farthing.bookings b
  where b.booking_id = farthing.uuid_of(p_before) and farthing.booking_role(b, p_user_id) is not null;
  return (with page as (
    (select b, 'buyer' as role from farthing.bookings b
    where b.account_id = v_account_id
      and coalesce(p_role, 'buyer') = 'buyer' and (p_status is null or b.status = p_status)
      and (p_before is null or (b.created_at, b.booking_id) < (v_last.created_at, v_last.booking_id))
    order by b.created_at desc, b.booking_id desc limit farthing.items_to_read(p_limit))
    union all
    (select b, 'provider' from farthing.bookings b
    where b.provider_id = (select provider_id from farthing.providers where user_id = p_user_id)
      and coalesce(p_role, 'provider') = 'provider' and (p_status is null or b.status = p_status)
      and (p_before is null or (b.created_at, b.booking_id) < (v_last.created_at, v_last.booking_id))
    order by b.created_at desc, b.booking_id desc limit farthing.items_to_read(p_limit))
  )
  select farthing.page_of('bookings', p_limit, array(
    select row(farthing.booking_answer(b, role), (b).booking_id)::farthing.page_item from page
    order by (b).created_at desc, (b).booking_id desc limit farthing.items_to_read(p_limit))));
end
$$;
grant execute on function farthing_public.bookings_list to service_role;
comment on function farthing_public.bookings_list is
  'Returns at most p_limit bookings of a user, newest first: {bookings, next_before}. p_before: '
  'only bookings older than the one with this id. p_role: buyer or provider; null for both. Fails '
  'with not_found if there is no such user.';

create function farthing_public.bookings_advance(
  p_user_id uuid, p_booking_id uuid, p_status text, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking farthing.bookings := farthing.lock_booking_of(p_user_id, p_booking_id);
begin
  if farthing.booking_role(v_booking, p_user_id) <> 'provider' then
    perform farthing.fail('forbidden', 'Only the provider of a booking can confirm or complete it.');
  end if;
  if p_status is null or p_status not in ('confirmed', 'completed') then
    perform farthing.fail('invalid_request', 'p_status must be confirmed or completed.', null, 'p_status');
  end if;
  return farthing.booking_answer(farthing.confirm_or_complete(v_booking, p_status, p_now), 'provider');
end
$$;
grant execute on function farthing_public.bookings_advance to service_role;
comment on function farthing_public.bookings_advance is
  'Confirms a paid booking or completes a confirmed one, for its provider. A repeated call changes '
  'nothing. Returns the booking. Fails with not_found, forbidden, invalid_request.';

create function farthing_public.bookings_cancel(
  p_user_id uuid, p_booking_id uuid, p_idempotency_key text default null, p_fingerprint text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_step jsonb;
begin
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  v_step := farthing.begin_cancelling(farthing.lock_booking_of(p_user_id, p_booking_id), p_user_id, p_now);
  if v_step ->> 'step' = 'done' then
    return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, v_step -> 'data', p_now)
      || '{"step": "done"}';
  end if;
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return v_step;
end
$$;
grant execute on function farthing_public.bookings_cancel to service_role;
comment on function farthing_public.bookings_cancel is
  'Cancels a booking for one of its parties. Returns the next step: "done" with the answer, "refund" '
  '(the booking is cancelled, and its refund is to be sent), "cancel_payment" (the payment is to be '
  'cancelled at Stripe first), or "replay". Fails with not_found, booking_not_cancellable, '
  'idempotency_in_progress.';

create function farthing_public.bookings_cancelled(
  p_booking_id uuid, p_idempotency_key text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking farthing.bookings := farthing.lock_booking(p_booking_id);
  v_data jsonb;
begin
  if v_booking.status = 'completed' then
    perform farthing.fail('booking_not_cancellable',
      'A completed booking cannot be cancelled. Ask an operator for a refund.',
      jsonb_build_object('status', v_booking.status), 'id');
  end if;
  -- If the booking was paid while Stripe was asked to cancel the payment, the money is refunded.
  if v_booking.status in ('paid', 'confirmed') then
    perform farthing.refund_booking(v_booking, 'late_payment', p_now, p_now);
  end if;
  v_data := farthing.cancelled_answer(farthing.cancel_booking(v_booking, p_now));
  return farthing.idempotency_finish(p_idempotency_key, 200, v_data);
end
$$;
grant execute on function farthing_public.bookings_cancelled to service_role;
comment on function farthing_public.bookings_cancelled is
  'Cancels a booking after Stripe was asked to cancel its payment, and finishes the idempotency key. '
  'Returns {status: 200, replayed, data}. Fails with booking_not_cancellable.';
