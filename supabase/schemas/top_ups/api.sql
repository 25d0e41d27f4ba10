-- Auto top-up: a user's settings, the runner's claim, and the report of Stripe's answer.

create function farthing_public.top_ups_read(p_user_id uuid, p_now timestamptz default now(),
  p_author text default null)
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.top_up_answer(farthing.account_to_read(p_user_id, p_author, 'GET /top-ups', p_now), p_now)
$$;
grant execute on function farthing_public.top_ups_read to service_role;
comment on function farthing_public.top_ups_read is
  'Returns a user''s auto top-up settings; enabled is false if the user has never stored settings. '
  'Fails with not_found.';

create function farthing_public.top_ups_set(
  p_user_id uuid, p_enabled boolean, p_threshold text, p_target text, p_monthly_cap bigint,
  p_idempotency_key text default null, p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_threshold numeric := farthing.parse_amount(p_threshold, 'threshold');
  v_target numeric := farthing.parse_amount(p_target, 'target');
  v_account farthing.accounts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if p_enabled is null then
    perform farthing.fail('invalid_request', 'enabled must be true or false.', null, 'enabled');
  end if;
  perform farthing.check_top_up_terms(v_threshold, v_target, p_monthly_cap);
  v_account := farthing.lock_account(p_user_id, p_now);
  perform farthing.allow_change('owner', 'the terms of top-ups were set');
  perform farthing.set_top_up(v_account.account_id, p_enabled, v_threshold, v_target, p_monthly_cap, p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
    farthing.top_up_answer(v_account.account_id, p_now), p_now);
end
$$;
grant execute on function farthing_public.top_ups_set to service_role;
comment on function farthing_public.top_ups_set is
  'Sets the terms of a user''s top-ups, and opts in or out. Returns {status, replayed, data: settings}. '
  'Fails with invalid_request, not_found.';

create function farthing_public.top_ups_stop(p_user_id uuid, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account farthing.accounts := farthing.lock_account(p_user_id, p_now);
begin
  perform farthing.allow_change('owner', 'top-ups were stopped');
  perform farthing.stop_top_up(v_account.account_id, p_now);
  return farthing.top_up_answer(v_account.account_id, p_now);
end
$$;
grant execute on function farthing_public.top_ups_stop to service_role;
comment on function farthing_public.top_ups_stop is
  'Opts a user out. A repeated call changes nothing. Returns the settings.';

create function farthing_public.top_ups_claim(p_limit int, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.work_off('top_ups_claim', 'account',
    array(select f::text from farthing.find_top_ups(p_now, p_limit) f), 'begin_due_top_up', p_now);
  return farthing.claim_top_up_charges(p_limit, p_now);
end
$$;
grant execute on function farthing_public.top_ups_claim to service_role;
comment on function farthing_public.top_ups_claim is
  'Begins the due top-ups, and leases the next step of each open charge to the calling runner for '
  'two minutes. Returns [{order_id, step: charge | link, amount, currency, credits, customer_id, '
  'payment_method_id, payment_id, mark, expires_at_epoch}].';

create function farthing_public.top_ups_report(
  p_order_id uuid, p_outcome text, p_payment_id text default null, p_code text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order farthing.orders := farthing.lock_top_up(p_order_id);
  v_charge farthing.top_up_charges;
begin
  select * into v_charge from farthing.top_up_charges
  where account_id = v_order.account_id and order_id = p_order_id;
  if v_charge.order_id is null then
    perform farthing.fail('not_found', 'There is no such top-up.', null, 'order_id');
  end if;
  if p_outcome is null or p_outcome not in ('accepted', 'declined', 'card_gone', 'authentication', 'unknown')
    then
    perform farthing.fail('invalid_request',
      '`outcome` must be `accepted`, `declined`, `card_gone`, `authentication` or `unknown`.', null,
      'outcome');
  end if;
  if p_outcome <> 'unknown' then
    perform farthing.end_stripe_fault('other_account', v_charge.customer_id);
  end if;
  -- If Stripe's event or another runner reported a result earlier, that result stays.
  if v_charge.step = 'charge' or (v_charge.step = 'link' and p_outcome in ('accepted', 'unknown')) then
    perform farthing.apply_top_up_answer(v_order, v_charge, p_outcome, p_payment_id, p_code, p_now);
  elsif p_outcome in ('declined', 'card_gone', 'authentication') then
    perform farthing.note_top_up_failure(v_order, coalesce(p_code, p_outcome));
  end if;
  return (select jsonb_build_object('order_id', o.order_id, 'status', o.status, 'step', c.step)
    from farthing.orders o join farthing.top_up_charges c using (account_id, order_id)
    where o.account_id = v_order.account_id and o.order_id = p_order_id);
end
$$;
grant execute on function farthing_public.top_ups_report to service_role;
comment on function farthing_public.top_ups_report is
  'Reports Stripe''s answer to a charge: `accepted` (an event will report the payment), `declined`, '
  '`card_gone` (Stripe no longer has the card), `authentication` (the bank requires the user to '
  'authenticate), or `unknown` (no answer, so Stripe is asked again). Returns {order_id, '
  'status, step}. Fails with not_found, invalid_request.';

create function farthing_public.top_ups_link(
  p_order_id uuid, p_session_id text, p_session_url text, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order farthing.orders := farthing.lock_top_up(p_order_id);
begin
  if v_order.order_id is null then
    perform farthing.fail('not_found', 'There is no such top-up.', null, 'order_id');
  end if;
  if v_order.session_id <> p_session_id then
    raise exception 'order % already has another Stripe session id', p_order_id;
  end if;
  update farthing.orders set session_id = p_session_id, session_url = p_session_url, updated_at = p_now
  where account_id = v_order.account_id and order_id = p_order_id;
  update farthing.top_up_charges set step = 'linked', last_error = null, updated_at = p_now
  where account_id = v_order.account_id and order_id = p_order_id and step = 'link';
  if found then
    perform farthing.notify(v_order.account_id, 'top_up_authentication', p_order_id::text, jsonb_build_object(
      'order_id', p_order_id, 'amount', v_order.amount, 'currency', v_order.currency, 'url', p_session_url,
      'expires_at', v_order.expires_at), p_now);
  end if;
  return jsonb_build_object('order_id', p_order_id, 'status', v_order.status);
end
$$;
grant execute on function farthing_public.top_ups_link to service_role;
comment on function farthing_public.top_ups_link is
  'Stores the page on which the user can authenticate and pay a top-up, and notifies the user. Returns '
  '{order_id, status}. Fails with not_found.';
