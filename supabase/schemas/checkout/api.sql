-- The RPC functions of checkouts: begin (committed before Stripe is called), attach (after Stripe's
-- response), and abandon (if Stripe opened no session). Also the packages on sale, and a user's
-- orders.

create function farthing_public.checkout_begin(
  p_user_id uuid, p_package_id text, p_success_url text, p_cancel_url text,
    p_client_temp_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null, p_now timestamptz default now(),
  p_ip_hash text default null, p_currency text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_package farthing.packages;
  v_account farthing.accounts;
  v_order farthing.orders;
  v_new_id uuid := gen_random_uuid();
  v_verdict jsonb;
begin
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  v_package := farthing.package_on_sale(p_package_id, p_currency, p_now);
  v_account := farthing.lock_account(p_user_id, p_now);
  v_order := farthing.checkout_open_order(v_account.account_id, v_package, p_now);
  v_verdict := farthing.check_fraud(v_account.account_id, 'checkout', p_ip_hash, p_now, v_new_id,
    v_order.order_id is null);
  if v_verdict ->> 'outcome' = 'refuse' then
    return (v_verdict - 'outcome') || '{"step": "refused"}';
  end if;
  if v_order.order_id is null then
    v_order := farthing.checkout_new_order(v_account.account_id, v_new_id, v_package, p_success_url,
      p_cancel_url, p_client_temp_id, p_now, farthing.session_settings(p_user_id, v_account.account_id));
  end if;
  if v_order.session_id is not null then
    return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 201,
      -- The session was opened by an earlier request, but the answer has the client_temp_id of this
      -- request.
      farthing.order_answer(v_order) || jsonb_build_object('client_temp_id', p_client_temp_id), p_now)
      || '{"step": "reuse"}';
  end if;
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return jsonb_build_object('step', 'create', 'order', farthing.session_to_create(v_order));
end
$$;
grant execute on function farthing_public.checkout_begin to service_role;
comment on function farthing_public.checkout_begin is
  'Makes the order of a purchase, or finds the user''s open order for the same package. Returns '
  'the next step: "create" with the order whose session is to be opened, "reuse" with the open '
  'session, "replay", or "refused" with code and retry_after (seconds). A refusal is returned and '
  'not raised, so that the decision is stored. Fails with unknown_package, not_found, invalid_request, '
  'idempotency_in_progress.';

create function farthing_public.checkout_attach(
  p_order_id uuid, p_session_id text, p_session_url text, p_idempotency_key text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data jsonb := farthing.order_answer(farthing.attach_session(p_order_id, p_session_id, p_session_url,
    p_now));
begin
  if exists (select from farthing.orders where order_id = p_order_id and tax_behavior is not null) then
    perform farthing.end_stripe_fault('tax_not_set_up', '');
  end if;
  return farthing.idempotency_finish(p_idempotency_key, 201, v_data);
end
$$;
grant execute on function farthing_public.checkout_attach to service_role;
comment on function farthing_public.checkout_attach is
  'Stores the session that Stripe opened for an order, and finishes the idempotency key. Returns '
  '{status: 201, replayed, data: order}. Fails with not_found.';

create function farthing_public.checkout_abandon(
  p_idempotency_key text, p_order_id uuid default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.idempotency_free(p_idempotency_key);
  -- If a request repeats the order's idempotency key, Stripe repeats its response, even an error.
  -- So an order whose session was refused cannot be used again.
  update farthing.orders set status = 'expired', updated_at = p_now
  where order_id = p_order_id and status = 'pending' and session_id is null;
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.checkout_abandon to service_role;
comment on function farthing_public.checkout_abandon is
  'Frees the idempotency key of a checkout for which Stripe opened no session, so that a retry '
  'runs at once. p_order_id: an order whose session Stripe refused; this order expires. Without '
  'p_order_id, the order stays, and the retry continues it.';

create function farthing_public.checkout_packages(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', p.package_id, 'slug', p.slug, 'name', p.name,
    'description', p.description, 'highlight', p.highlight, 'amount', p.amount, 'currency', p.currency,
    'prices', farthing.package_prices(p), 'credits', trim_scale(p.credits)::text,
    'bonus_credits', trim_scale(p.bonus_credits)::text,
    'total_credits', trim_scale(p.credits + p.bonus_credits)::text)
    order by p.sort, p.currency, p.amount, p.name), '[]')
  from farthing.packages_in_force(p_now) p
  where p.active
$$;
grant execute on function farthing_public.checkout_packages to service_role;
comment on function farthing_public.checkout_packages is
  'Returns the packages on sale, ordered by the column sort, then by the currency and the amount '
  'of the first price.';

create function farthing_public.checkout_order(p_user_id uuid, p_order_id uuid, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order farthing.orders;
begin
  select * into v_order from farthing.orders where order_id = p_order_id;
  if v_order.order_id is null
    or p_user_id is not null and not farthing.acts_for(p_user_id, v_order.account_id) then
    perform farthing.fail('not_found', 'There is no such order.', null, 'id');
  end if;
  perform farthing.note_account_read(v_order.account_id, p_author, 'GET /checkout/orders/{id}', p_now);
  return farthing.order_answer(v_order);
end
$$;
grant execute on function farthing_public.checkout_order to service_role;
comment on function farthing_public.checkout_order is
  'Returns a user''s own order; if p_user_id is null, an order of any user. Fails with not_found.';

create function farthing_public.checkout_orders(
  p_user_id uuid, p_before text default null, p_limit int default 20,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account_id bigint := farthing.account_to_read(p_user_id, p_author, 'GET /checkout/orders', p_now);
  -- The order with the id p_before is read first, because the index scan begins at its created_at
  -- and its id.
  v_last farthing.orders;
begin
  select * into v_last from farthing.orders
  where account_id = v_account_id and order_id = farthing.uuid_of(p_before);
  return farthing.page_of('orders', p_limit, array(
    select row(farthing.order_answer(o), o.order_id)::farthing.page_item
    from farthing.orders o
    where o.account_id = v_account_id
      and (p_before is null or (o.created_at, o.order_id) < (v_last.created_at, v_last.order_id))
    order by o.created_at desc, o.order_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.checkout_orders to service_role;
comment on function farthing_public.checkout_orders is
  'Returns at most p_limit orders of a user, newest first: {orders, next_before}. p_before: only '
  'orders older than the one with this id. Fails with not_found if there is no such user.';

create view farthing_public.orders with (security_invoker = true) as
-- The columns are those of order_answer(), with two differences: order_answer() returns `id` under
-- the name `order_id`, and it returns some fields that this view does not have.
select o.order_id as id, o.kind, o.status, o.package_id, o.package_name, o.amount, o.currency,
  o.amount as amount_subtotal, o.amount_discount, o.amount_tax, o.amount_total, o.invoice_id, o.has_tax_id,
  trim_scale(o.credits)::text as credits, trim_scale(o.bonus_credits)::text as bonus_credits,
  trim_scale(o.credits + o.bonus_credits)::text as total_credits, o.amount_refunded, o.amount_disputed,
  trim_scale(o.credits_clawed_back)::text as credits_taken_back, o.client_temp_id, o.expires_at, o.paid_at,
  o.created_at
from farthing.orders o;
comment on view farthing_public.orders is
  'The caller''s own orders. Amounts are in minor units; credits are text. amount: the price. '
  'amount_total: what the buyer paid, with amount_tax and after amount_discount. All three are '
  'null until the order is paid. amount_total is 0 if a promotion code left nothing to pay.';
grant select on farthing_public.orders to authenticated;
