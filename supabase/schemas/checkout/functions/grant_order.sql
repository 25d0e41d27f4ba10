-- The credits of a paid order, and their price.

create function farthing.bonus_price(p_amount bigint, p_credits numeric, p_bonus_credits numeric)
returns bigint
language sql immutable
set search_path = ''
as $$
  -- Exact: the division is of whole units, and a half is rounded up.
  select div(2 * p_amount * p_bonus_credits + p_credits + p_bonus_credits,
    2 * (p_credits + p_bonus_credits))::bigint
$$;
comment on function farthing.bonus_price(bigint, numeric, numeric) is
  'Returns the part of an order''s amount that the bonus credits have, if each credit of the order has the '
  'same price; in minor units, rounded.';

create function farthing.grant_order(
  p_order farthing.orders, p_payment_ref text, p_amount bigint, p_currency text, p_author text,
  p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_policy farthing.accounting_policies := farthing.accounting_policy('bonus_allocation', p_now);
  v_terms farthing.lots;
  v_bonus_price bigint := case v_policy.value when 'pro_rata'
    then farthing.bonus_price(p_order.amount, p_order.credits, p_order.bonus_credits) else 0 end;
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
  update farthing.orders set status = 'paid', payment_ref = p_payment_ref,
    allocation_version = v_policy.version, paid_at = p_now, updated_at = p_now
  where account_id = p_order.account_id and order_id = p_order.order_id;
  v_terms.order_id := p_order.order_id;
  v_terms.price := p_order.amount - v_bonus_price;
  perform farthing.receive(p_order.account_id, 'paid', p_order.credits, 'purchase', 'purchases', v_terms,
    'order', p_order.order_id::text, null, null, p_author, p_now);
  if p_order.bonus_credits > 0 then
    v_terms.price := v_bonus_price;
    perform farthing.receive(p_order.account_id, 'bonus', p_order.bonus_credits, 'bonus', 'bonuses', v_terms,
      'order', p_order.order_id::text, null, null, p_author, p_now);
  end if;
  if (select left_at is not null from farthing.accounts where account_id = p_order.account_id) then
    -- The order of a deleted user was paid: the account keeps no lots (rule 16).
    perform farthing.close_lots(p_order.account_id, p_author, p_now);
  end if;
end
$$;
comment on function farthing.grant_order is
  'Marks the locked order as paid, and adds its lots. Changes nothing if this payment has paid the order '
  'already. Raises if the payment does not fit the order.';
