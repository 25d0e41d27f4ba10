-- Orders: a purchase, from the request to the grant, and its refunds. Why an order exists before Stripe is
-- asked: each later event is tied to an id of ours, and the order's package version fixes what the buyer
-- gets, not the catalogue at the time of payment.

create function farthing.orders_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'pending' then new.status in ('processing', 'paid', 'failed', 'expired')
    when 'processing' then new.status in ('paid', 'failed')
    when 'failed' then new.status = 'paid'
    -- Money that arrives after the session was given up still counts: a late payment is granted.
    when 'expired' then new.status in ('processing', 'paid')
    when 'paid' then new.status in ('partially_refunded', 'refunded', 'disputed')
    -- States change back, too: refunds fail, disputes are won.
    when 'partially_refunded' then new.status in ('paid', 'refunded', 'disputed')
    when 'refunded' then new.status in ('paid', 'partially_refunded', 'disputed')
    when 'disputed' then new.status in ('paid', 'partially_refunded', 'refunded')
    else false end;
begin
  if new.status <> old.status and not v_legal then
    raise exception 'An order cannot go from % to %', old.status,
      new.status using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
comment on function farthing.orders_guard() is 'The order''s state machine. Its terms: triggers.sql.';

create function farthing.grant_order(
  p_order farthing.orders, p_payment_ref text, p_amount bigint, p_currency text, p_author text,
  p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_terms farthing.lots;
begin
  if p_order.payment_ref is not null then
    if p_order.payment_ref <> p_payment_ref then
      raise exception 'order % was paid by another payment already', p_order.order_id;
    end if;
    return;
  end if;
  if p_amount is distinct from p_order.amount or p_currency is distinct from p_order.currency then
    raise exception 'order % costs % %, the payment brought % %', p_order.order_id, p_order.amount,
      p_order.currency, p_amount, p_currency;
  end if;
  update farthing.orders set status = 'paid', payment_ref = p_payment_ref, paid_at = p_now, updated_at = p_now
  where account_id = p_order.account_id and order_id = p_order.order_id;
  v_terms.order_id := p_order.order_id;
  -- The price that the buyer paid, in USD per lot; other currencies get theirs when reports know the
  -- exchange rate.
  v_terms.cost_basis_usd := case p_order.currency when 'usd' then p_order.amount::numeric / 100 end;
  perform farthing.receive(p_order.account_id, 'paid', p_order.credits, 'purchase', 'purchases', v_terms,
    'order', p_order.order_id::text, null, null, p_author, p_now);
  if p_order.bonus_credits > 0 then
    v_terms.cost_basis_usd := 0;
    perform farthing.receive(p_order.account_id, 'bonus', p_order.bonus_credits, 'bonus', 'bonuses', v_terms,
      'order', p_order.order_id::text, null, null, p_author, p_now);
  end if;
  if (select left_at is not null from farthing.accounts where account_id = p_order.account_id) then
    -- Paid by a user who was deleted (rule 16).
    perform farthing.close_lots(p_order.account_id, p_author, p_now);
  end if;
end
$$;
comment on function farthing.grant_order is
  'One payment, one grant: marks the locked order as paid and adds its lots, unless this payment did '
  'already. Raises if the payment does not fit the order.';

create function farthing.order_answer(p_order farthing.orders)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('order_id', p_order.order_id, 'kind', p_order.kind, 'status', p_order.status,
    'checkout_session_id', p_order.session_id, 'checkout_url', p_order.session_url, 'expires_at',
      p_order.expires_at,
    'package_id', p_order.package_id, 'package_name', p_order.package_name, 'amount', p_order.amount,
    'currency', p_order.currency, 'credits', trim_scale(p_order.credits)::text,
    'bonus_credits', trim_scale(p_order.bonus_credits)::text,
    'total_credits', trim_scale(p_order.credits + p_order.bonus_credits)::text,
    'amount_refunded', p_order.amount_refunded, 'amount_disputed', p_order.amount_disputed,
    'credits_taken_back', trim_scale(p_order.credits_clawed_back)::text,
    'client_temp_id', p_order.client_temp_id, 'paid_at', p_order.paid_at, 'created_at', p_order.created_at)
$$;
comment on function farthing.order_answer(farthing.orders) is
  'An order in the contract''s form; amount in minor units, credits as text.';

create function farthing.checkout_open_order(p_account_id bigint, p_package farthing.packages,
  p_now timestamptz)
returns farthing.orders
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  -- A crashed request can be continued while Stripe would still accept the session's end.
  c_sessionless_life constant interval := interval '25 minutes';
begin
  select * into v_order from farthing.orders
  where account_id = p_account_id and package_id = p_package.package_id
    and package_version = p_package.version
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
  'The user''s open order for a package version, or null. The account is locked by the caller.';

create function farthing.checkout_new_order(
  p_account_id bigint, p_order_id uuid, p_package farthing.packages, p_success_url text, p_cancel_url text,
    p_client_temp_id text, p_now timestamptz)
returns farthing.orders
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  -- Stripe accepts sessions of 30 minutes to 24 hours. An hour is enough for a buyer to find a card.
  c_session_life constant interval := interval '1 hour';
begin
  insert into farthing.orders (account_id, order_id, package_id, package_version, package_name, amount,
    currency, credits, bonus_credits, success_url, cancel_url, client_temp_id, expires_at, created_at,
    updated_at)
  values (p_account_id, p_order_id, p_package.package_id, p_package.version, p_package.name, p_package.amount,
    p_package.currency, p_package.credits, p_package.bonus_credits, p_success_url, p_cancel_url,
    p_client_temp_id, date_trunc('second', p_now) + c_session_life, p_now, p_now)
  returning * into v_order;
  return v_order;
end
$$;
comment on function farthing.checkout_new_order is
  'An order of a package version under the given id. The account is locked by the caller.';

create function farthing.sweep_order(p_order_id text, p_now timestamptz)
returns int
language sql
set search_path = ''
as $$
  with due as (
    select account_id, order_id from farthing.orders where order_id = p_order_id::uuid and status = 'pending'
    for update skip locked
  ), swept as (
    update farthing.orders o set status = 'expired', updated_at = p_now from due
    where o.account_id = due.account_id and o.order_id = due.order_id returning 1
  )
  select count(*)::int from swept
$$;
comment on function farthing.sweep_order(text, timestamptz) is
  'Marks a pending order as expired; 1 if it did.';

create function farthing.sweep_orders(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  -- Stripe sends checkout.session.expired, too; this is the fallback, a little later.
  select farthing.work_off('sweep_orders', 'order', array(
    select o.order_id::text from farthing.orders o
    where o.status = 'pending' and o.expires_at <= p_now - interval '5 minutes'
      and not farthing.is_parked('sweep_orders', 'order', o.order_id::text, p_now)
    order by o.expires_at limit p_limit), 'sweep_order', p_now)
$$;
comment on function farthing.sweep_orders(timestamptz, int) is
  'Marks orders whose session has ended as expired; returns how many.';
