-- The order of a checkout is committed before Stripe opens its session. The order stores the
-- settings of the session, and ends after an hour. As long as the order is open, a repeated request
-- gets the same order.

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
  'Returns the user''s open order for the version and the currency of p_package; null if there is '
  'none. An order that is about to expire, or cannot get a session any more, is marked as expired. '
  'The caller has locked the account.';

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
  -- tax_behavior and promotion_codes have columns of their own that never change, because a payment
  -- is compared with them. session_settings may change before the payment: for example, the email
  -- is deleted from it.
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
