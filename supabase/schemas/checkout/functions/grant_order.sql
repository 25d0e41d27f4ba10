-- Adds the credits of a paid order to the buyer's account, and sets the price of these credits:
-- what the buyer paid, without tax.

create function farthing.paid_amounts(p_order farthing.orders, p_facts jsonb)
returns farthing.paid_amounts
language sql immutable
set search_path = ''
as $$
  -- The facts of a payment have no amount_subtotal, discount or tax. Such facts are applied only if
  -- the order allows neither discount nor tax (apply_checkout_event). So the subtotal is the
  -- order's price, and discount and tax are 0.
  select row(coalesce((p_facts ->> 'amount_subtotal')::bigint, p_order.amount),
    coalesce((p_facts ->> 'amount_discount')::bigint, 0), coalesce((p_facts ->> 'amount_tax')::bigint, 0),
    (p_facts ->> 'amount')::bigint, p_facts ->> 'currency')::farthing.paid_amounts
$$;
comment on function farthing.paid_amounts(farthing.orders, jsonb) is
  'Returns the amounts that were paid for an order. p_facts: the facts of an event about the order''s '
  'session or payment.';

create function farthing.refuse_other_amounts(p_order farthing.orders, p_paid farthing.paid_amounts)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_wrong record;
begin
  if p_paid.currency is distinct from p_order.currency then
    raise exception 'order %: currency is %, expected %', p_order.order_id, p_paid.currency, p_order.currency;
  end if;
  select * into v_wrong
  from (values
    (1, 'amount_subtotal', p_order.amount, p_paid.amount_subtotal),
    (2, 'amount_discount', case when p_order.promotion_codes
      then greatest(0, least(p_paid.amount_discount, p_order.amount)) else 0 end, p_paid.amount_discount),
    (3, 'amount_tax', case p_order.tax_behavior
      when 'inclusive' then greatest(0, least(p_paid.amount_tax, p_order.amount - p_paid.amount_discount))
      when 'exclusive' then greatest(0, p_paid.amount_tax) else 0 end, p_paid.amount_tax),
    (4, 'amount_total', p_order.amount - p_paid.amount_discount
      + case p_order.tax_behavior when 'exclusive' then p_paid.amount_tax else 0 end, p_paid.amount_total)
  ) a (nr, field, expected, got)
  where a.got is distinct from a.expected order by a.nr limit 1;
  if v_wrong.field is not null then
    raise exception 'order %: % is %, expected %, difference % (%)', p_order.order_id, v_wrong.field,
      v_wrong.got, v_wrong.expected, v_wrong.got - v_wrong.expected, p_order.currency;
  end if;
end
$$;
comment on function farthing.refuse_other_amounts(farthing.orders, farthing.paid_amounts) is
  'Raises if the paid amounts do not fit the order. The error has the first wrong field, its '
  'value, the expected value and the difference. A discount is right only if the order allows '
  'promotion codes, and tax only if Stripe computes it for the order.';

create function farthing.bonus_price(p_amount bigint, p_credits numeric, p_bonus_credits numeric)
returns bigint
language sql immutable
set search_path = ''
as $$
  -- This is integer arithmetic. div() drops the fraction, so the formula adds a half first: the
  -- result is rounded half up.
  select div(2 * p_amount * p_bonus_credits + p_credits + p_bonus_credits,
    2 * (p_credits + p_bonus_credits))::bigint
$$;
comment on function farthing.bonus_price(bigint, numeric, numeric) is
  'Returns the bonus credits'' share of an order''s price, computed as if each credit of the order '
  'had the same price. The share is in minor units, rounded.';

create function farthing.grant_order(
  p_order farthing.orders, p_payment_ref text, p_paid farthing.paid_amounts, p_author text,
  p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_policy farthing.accounting_policies := farthing.accounting_policy('bonus_allocation', p_now);
  v_terms farthing.lots;
  -- Tax is owed to the state, so it is not part of the price of credits.
  v_price bigint := p_paid.amount_total - p_paid.amount_tax;
  v_bonus_price bigint := case v_policy.value when 'pro_rata'
    then farthing.bonus_price(v_price, p_order.credits, p_order.bonus_credits) else 0 end;
begin
  if p_order.payment_ref is not null then
    if p_order.payment_ref <> p_payment_ref then
      raise exception 'order % was already paid by a different payment', p_order.order_id;
    end if;
    return;
  end if;
  perform farthing.refuse_other_amounts(p_order, p_paid);
  update farthing.orders set status = 'paid', payment_ref = p_payment_ref,
    amount_discount = p_paid.amount_discount, amount_tax = p_paid.amount_tax,
    amount_total = p_paid.amount_total,
    allocation_version = v_policy.version, paid_at = p_now, updated_at = p_now
  where account_id = p_order.account_id and order_id = p_order.order_id;
  v_terms.order_id := p_order.order_id;
  v_terms.price := v_price - v_bonus_price;
  perform farthing.receive(p_order.account_id, 'paid', p_order.credits, 'purchase', 'purchases', v_terms,
    'order', p_order.order_id::text, null, null, p_author, p_now);
  if p_order.bonus_credits > 0 then
    v_terms.price := v_bonus_price;
    perform farthing.receive(p_order.account_id, 'bonus', p_order.bonus_credits, 'bonus', 'bonuses', v_terms,
      'order', p_order.order_id::text, null, null, p_author, p_now);
  end if;
  perform farthing.close_lots_if_deleted(p_order.account_id, p_author, p_now);
end
$$;
comment on function farthing.grant_order is
  'Marks the locked order as paid, and adds its lots. Changes nothing if this payment has paid the order '
  'already. Raises if the payment does not fit the order.';
