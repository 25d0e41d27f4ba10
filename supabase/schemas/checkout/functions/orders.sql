-- Orders: their states, from the request to the payment and its refunds. An order is stored before
-- Stripe is called, so every event of Stripe can have the order's id. The order's package version
-- fixes what the buyer gets, because the packages on sale may change before the payment.

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
    -- A payment may arrive after its order has expired. Such a payment is accepted, and its credits
    -- are granted.
    when 'expired' then new.status in ('processing', 'paid')
    when 'paid' then new.status in ('partially_refunded', 'refunded', 'disputed')
    -- These states may change back, because refunds can fail and disputes can be won.
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
comment on function farthing.orders_guard() is
  'Trigger: refuses a change of an order''s status that the state machine does not allow. triggers.sql '
  'protects the terms of an order.';

create function farthing.order_answer(p_order farthing.orders)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return jsonb_build_object('order_id', p_order.order_id, 'kind', p_order.kind, 'status', p_order.status,
    'checkout_session_id', p_order.session_id, 'checkout_url', p_order.session_url, 'expires_at',
      p_order.expires_at,
    'package_id', p_order.package_id, 'package_slug', (select p.slug from farthing.packages p
      where p.package_id = p_order.package_id and p.version = p_order.package_version),
    'package_name', p_order.package_name, 'amount', p_order.amount, 'currency', p_order.currency,
    'amount_subtotal', p_order.amount, 'amount_discount', p_order.amount_discount,
    'amount_tax', p_order.amount_tax, 'amount_total', p_order.amount_total,
    'invoice_id', p_order.invoice_id, 'has_tax_id', p_order.has_tax_id,
    'credits', trim_scale(p_order.credits)::text,
    'bonus_credits', trim_scale(p_order.bonus_credits)::text,
    'total_credits', trim_scale(p_order.credits + p_order.bonus_credits)::text,
    'amount_refunded', p_order.amount_refunded, 'amount_disputed', p_order.amount_disputed,
    'credits_taken_back', trim_scale(p_order.credits_clawed_back)::text,
    'client_temp_id', p_order.client_temp_id, 'paid_at', p_order.paid_at, 'created_at', p_order.created_at);
end
$$;
comment on function farthing.order_answer(farthing.orders) is
  'Returns an order in the API''s form. Amounts are in minor units; credits are text.';

create function farthing.expire_order(p_order_id text, p_now timestamptz)
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
comment on function farthing.expire_order(text, timestamptz) is
  'Marks one pending order as expired. Returns 1, or 0 if the order is locked or no longer pending.';

create function farthing.expire_orders(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  -- Stripe reports the end of a session by checkout.session.expired. This task is the fallback, 5
  -- minutes later.
  select farthing.work_off('expire_orders', 'order', array(
    select o.order_id::text from farthing.orders o
    where o.status = 'pending' and o.expires_at <= p_now - interval '5 minutes'
      and not farthing.is_parked('expire_orders', 'order', o.order_id::text, p_now)
    order by o.expires_at limit p_limit), 'expire_order', p_now)
$$;
comment on function farthing.expire_orders(timestamptz, int) is
  'Marks pending orders as expired after their session has ended, and returns their number.';
