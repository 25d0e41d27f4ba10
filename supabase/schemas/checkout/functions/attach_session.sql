-- The beginning of a checkout: its order is committed before Stripe opens the session, and the
-- session is attached afterwards.

create function farthing.package_on_sale(p_package_id text, p_currency text, p_now timestamptz)
returns farthing.packages
language plpgsql stable
set search_path = ''
as $$
declare
  v_package farthing.packages;
begin
  select * into v_package from farthing.packages
  where lower(p_package_id) in (slug, package_id::text) and effective_from <= p_now
  order by effective_from desc, version desc limit 1;
  if v_package.package_id is null or not v_package.active then
    perform farthing.fail('unknown_package',
      'No package on sale has this id or slug. Send one from GET /checkout/packages.', null, 'package_id');
  end if;
  if p_currency <> v_package.currency then
    v_package.amount := (v_package.other_prices ->> p_currency)::bigint;
    v_package.currency := p_currency;
  end if;
  if v_package.amount is null then
    perform farthing.fail('invalid_request', format('This package has no price in %s. Send a currency from '
      'its prices in GET /checkout/packages.', left(p_currency, 3)), null, 'currency');
  end if;
  return v_package;
end
$$;
comment on function farthing.package_on_sale(text, text, timestamptz) is
  'Returns the current version of a package, by its id or slug, with amount and currency in the '
  'requested currency. If p_currency is null, the package''s first currency is used. Fails '
  'unknown_package if the package is not on sale, invalid_request if it has no price in the currency.';

create function farthing.checkout_open_order(p_account_id bigint, p_package farthing.packages,
  p_now timestamptz)
returns farthing.orders
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  -- Stripe refuses a session that ends in less than 30 minutes, and an order's session ends an hour
  -- after the order was created. So a session can be made only in the order's first 30 minutes. The
  -- limit is 25 minutes, to leave a margin of 5.
  c_sessionless_life constant interval := interval '25 minutes';
begin
  select * into v_order from farthing.orders
  where account_id = p_account_id and package_id = p_package.package_id
    and package_version = p_package.version and currency = p_package.currency
    and status = 'pending';
  if v_order.order_id is not null and (v_order.expires_at <= p_now + interval '1 minute'
    or (v_order.session_id is null and v_order.created_at <= p_now - c_sessionless_life)) then
    update farthing.orders set status = 'expired', updated_at = p_now
    where account_id = p_account_id and order_id = v_order.order_id;
    v_order := null;
  end if;
  return v_order;
end
$$;
comment on function farthing.checkout_open_order is
  'Returns the user''s open order for a package version in its currency, or null. An order that is about '
  'to expire, or cannot get a session any more, is marked as expired. The caller has locked the account.';

create function farthing.checkout_new_order(
  p_account_id bigint, p_order_id uuid, p_package farthing.packages, p_success_url text, p_cancel_url text,
    p_client_temp_id text, p_now timestamptz, p_session_settings jsonb default null)
returns farthing.orders
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  -- Stripe accepts sessions of 30 minutes to 24 hours. An hour is enough for a buyer to find a card.
  c_session_life constant interval := interval '1 hour';
begin
  -- tax_behavior and promotion_codes have columns of their own, because a payment is compared with
  -- them, and session_settings may have changed before the payment.
  insert into farthing.orders (account_id, order_id, package_id, package_version, package_name, amount,
    currency, credits, bonus_credits, success_url, cancel_url, client_temp_id, session_settings,
    tax_behavior, promotion_codes, expires_at, created_at, updated_at)
  values (p_account_id, p_order_id, p_package.package_id, p_package.version, p_package.name,
    p_package.amount, p_package.currency, p_package.credits, p_package.bonus_credits, p_success_url,
    p_cancel_url, p_client_temp_id, p_session_settings,
    case when (p_session_settings ->> 'automatic_tax')::boolean
      then p_session_settings ->> 'tax_behavior' end,
    coalesce((p_session_settings ->> 'promotion_codes')::boolean, false),
    date_trunc('second', p_now) + c_session_life, p_now, p_now)
  returning * into v_order;
  return v_order;
end
$$;
comment on function farthing.checkout_new_order is
  'Makes an order of a package version, with the given id. The caller has locked the account.';

create function farthing.session_to_create(p_order farthing.orders)
returns jsonb
language sql stable
set search_path = ''
as $$
  select farthing.order_answer(p_order) || jsonb_build_object(
    'success_url', p_order.success_url, 'cancel_url', p_order.cancel_url,
    'session_settings', p_order.session_settings,
    'mark', (select installation_id from farthing.policy),
    'expires_at_epoch', extract(epoch from p_order.expires_at)::bigint)
$$;
comment on function farthing.session_to_create(farthing.orders) is
  'Returns an order with the values that its session at Stripe is created with.';

create function farthing.attach_session(
  p_order_id uuid, p_session_id text, p_session_url text, p_now timestamptz)
returns farthing.orders
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
begin
  -- Two requests with the same order and the same idempotency key get the same session from Stripe,
  -- so the second request writes the values that are already stored. If a webhook arrived first,
  -- the session's id is already stored, and only its URL is missing.
  select * into v_order from farthing.orders where order_id = p_order_id for update;
  if v_order.order_id is null then
    perform farthing.fail('not_found', 'There is no such order.', null, 'order_id');
  end if;
  if v_order.session_id <> p_session_id then
    raise exception 'order % is already linked to a different Checkout Session', p_order_id;
  end if;
  update farthing.orders set session_id = p_session_id, session_url = p_session_url, updated_at = p_now
  where account_id = v_order.account_id and order_id = p_order_id
  returning * into v_order;
  return v_order;
end
$$;
comment on function farthing.attach_session is
  'Stores the session that Stripe opened for an order, and returns the order. Fails not_found; raises '
  'if the order already has a different session.';
