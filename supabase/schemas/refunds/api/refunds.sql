-- The RPC functions of refunds. An endpoint begins a refund and calls Stripe. It then stores
-- Stripe's id (attach), Stripe's refusal (refuse), or that the response is unknown (postpone). Last
-- it stores its answer (finish). The other functions preview, read, list and claim refunds.

create function farthing_public.refunds_begin(
  p_order_id uuid default null, p_booking_id uuid default null, p_amount text default null,
  p_reason text default null, p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_refund farthing.refunds;
begin
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  v_refund := farthing.request_refund(p_order_id, p_booking_id, p_amount, p_reason, v_author,
    decode(p_idempotency_key, 'hex'), decode(p_fingerprint, 'hex'), p_now);
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return jsonb_build_object('step', 'send', 'refund', farthing.refund_to_send(v_refund));
end
$$;
grant execute on function farthing_public.refunds_begin to service_role;
comment on function farthing_public.refunds_begin is
  'Reserves the amount of a refund, or the whole refundable amount if p_amount is null, so that '
  'the refunds of parallel requests never exceed the payment. Returns the step `send` with the '
  'refund for Stripe, or `replay` with the stored answer. Fails with not_found, forbidden, already_refunded, '
  'refund_too_large, invalid_request, idempotency_key_reused.';

create function farthing_public.refunds_preview(
  p_order_id uuid default null, p_booking_id uuid default null, p_amount text default null,
  p_reason text default null, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  return farthing.preview_refund(p_order_id, p_booking_id, p_amount, p_reason,
    coalesce(p_author, 'sql:' || session_user), p_now);
end
$$;
grant execute on function farthing_public.refunds_preview to service_role;
comment on function farthing_public.refunds_preview is
  'Returns what refunds_begin() and Stripe''s event would change: {dry_run, order_id, booking_id, '
  'amount, currency, refundable_after, credits_taken_back, debt_added}. Changes nothing, except '
  'that the read is recorded. Fails as refunds_begin() does.';

create function farthing_public.refunds_attach(
  p_refund_id uuid, p_stripe_refund_id text, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund farthing.refunds := farthing.lock_refund(p_refund_id);
begin
  -- Stripe's event may already have stored the same id. A refund that was already marked as failed
  -- keeps that state until Stripe's event arrives.
  if v_refund.status = 'requested' and v_refund.stripe_refund_id is null then
    update farthing.refunds set stripe_refund_id = p_stripe_refund_id, next_attempt_at = null,
      failure_reason = null, updated_at = p_now
    where account_id = v_refund.account_id and refund_id = p_refund_id
    returning * into v_refund;
  elsif v_refund.stripe_refund_id <> p_stripe_refund_id then
    raise exception 'refund % already has another Stripe refund id', p_refund_id;
  end if;
  return farthing.refund_answer(v_refund);
end
$$;
grant execute on function farthing_public.refunds_attach to service_role;
comment on function farthing_public.refunds_attach is
  'Stores Stripe''s id of a refund. The refund stays pending and moves no credits until Stripe''s event '
  'arrives. Returns the refund.';

create function farthing_public.refunds_refuse(
  p_refund_id uuid, p_error text, p_idempotency_key text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund farthing.refunds := farthing.lock_refund(p_refund_id);
begin
  perform farthing.idempotency_free(p_idempotency_key);
  -- Only a refund without Stripe's id is marked as failed, because a refusal may arrive late, after
  -- Stripe has made the refund in another attempt.
  if v_refund.status = 'requested' and v_refund.stripe_refund_id is null then
    update farthing.refunds set origin_key = null
    where account_id = v_refund.account_id and refund_id = p_refund_id;
    v_refund := farthing.fail_refund(v_refund, p_error, p_now);
  end if;
  return farthing.refund_answer(v_refund);
end
$$;
grant execute on function farthing_public.refunds_refuse to service_role;
comment on function farthing_public.refunds_refuse is
  'Marks as failed a refund that Stripe refused, so that its reserved amount can be refunded '
  'again. Returns the refund.';

create function farthing_public.refunds_postpone(
  p_refund_id uuid, p_error text, p_idempotency_key text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund farthing.refunds := farthing.lock_refund(p_refund_id);
begin
  perform farthing.idempotency_free(p_idempotency_key);
  update farthing.refunds set failure_reason = left(p_error, 1000)
  where account_id = v_refund.account_id and refund_id = p_refund_id and status = 'requested';
  return farthing.refund_answer(v_refund);
end
$$;
grant execute on function farthing_public.refunds_postpone to service_role;
comment on function farthing_public.refunds_postpone is
  'Records that Stripe''s response is unknown. The refund stays requested, and is sent again '
  'either by a retry under the same Idempotency-Key or by the runner. Returns the refund.';

create function farthing_public.refunds_finish(p_refund_id uuid, p_idempotency_key text)
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.idempotency_finish(p_idempotency_key, 201, farthing.refund_answer(r))
  from farthing.refunds r where r.refund_id = p_refund_id
$$;
grant execute on function farthing_public.refunds_finish to service_role;
comment on function farthing_public.refunds_finish is
  'Stores the refund''s current state as the answer to later requests with the same '
  'Idempotency-Key. Returns {status: 201, replayed, data: refund}.';

create function farthing_public.refunds_read(
  p_refund_id uuid, p_is_repeat boolean default false, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund farthing.refunds;
begin
  select * into v_refund from farthing.refunds where refund_id = p_refund_id;
  if v_refund.refund_id is null then
    perform farthing.fail('not_found', 'There is no such refund.', null, 'id');
  end if;
  -- A request that waits for the event of its own refund is not recorded as a read of a customer's
  -- data.
  if not p_is_repeat then
    perform farthing.note_account_read(v_refund.account_id, p_author, 'GET /refunds/{id}', p_now);
  end if;
  return farthing.refund_answer(v_refund);
end
$$;
grant execute on function farthing_public.refunds_read to service_role;
comment on function farthing_public.refunds_read is
  'Returns a refund, and records the read. p_is_repeat: the author has requested this refund and waits '
  'for its event; this read is not recorded. Fails with not_found.';

create function farthing_public.refunds_list(
  p_order_id uuid default null, p_booking_id uuid default null, p_before text default null,
  p_limit int default 20, p_user_id uuid default null, p_status text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- The account is looked up first, because the indexes by order and by booking begin with the
  -- account. 0 stands for a user without an account: no account has the number 0.
  v_account_id bigint := case
    when p_user_id is not null then
      coalesce(farthing.account_to_read(p_user_id, p_author, 'GET /refunds', p_now), 0)
    when p_order_id is not null then
      coalesce((select account_id from farthing.orders where order_id = p_order_id), 0)
    when p_booking_id is not null then
      coalesce((select account_id from farthing.bookings where booking_id = p_booking_id), 0) end;
  -- The refund with the id p_before. It is read first, because the index scan for the page begins
  -- at its created_at and id.
  v_last farthing.refunds;
begin
  if p_user_id is null and v_account_id > 0 then
    perform farthing.note_account_read(v_account_id, p_author, 'GET /refunds', p_now);
  end if;
  select * into v_last from farthing.refunds where refund_id = farthing.uuid_of(p_before);
  return farthing.page_of('refunds', p_limit, array(
    select row(farthing.refund_answer(r), r.refund_id)::farthing.page_item
    from farthing.refunds r
    where (v_account_id is null or r.account_id = v_account_id)
      and (p_order_id is null or r.order_id = p_order_id)
      and (p_booking_id is null or r.booking_id = p_booking_id)
      -- Answers show the status `requested` as `pending`: farthing.refund_answer().
      and (p_status is null or r.status = p_status or p_status = 'pending' and r.status = 'requested')
      and (p_before is null or (r.created_at, r.refund_id) < (v_last.created_at, v_last.refund_id))
    order by r.created_at desc, r.refund_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.refunds_list to service_role;
comment on function farthing_public.refunds_list is
  'Returns a page of refunds, newest first, optionally only those of an order, a booking, a buyer '
  'or a status: {refunds, next_before}. A list by order, booking or buyer is recorded as a read of '
  'the buyer''s data. Fails with not_found if there is no such user.';

create function farthing_public.refunds_claim(p_limit int, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.claim_refunds(p_limit, p_now)
$$;
grant execute on function farthing_public.refunds_claim to service_role;
comment on function farthing_public.refunds_claim is
  'Claims due refunds that Stripe does not have yet. A claimed refund cannot be claimed again '
  'before its next attempt is due. A refund fails after ten attempts or 23 hours. Returns the '
  'refunds to send.';
