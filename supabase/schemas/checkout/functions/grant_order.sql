-- The credits of a paid order.

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
  -- The price that the buyer paid, in USD per lot. An order in another currency has none, because
  -- reports have no exchange rate.
  v_terms.cost_basis_usd := case p_order.currency when 'usd' then p_order.amount::numeric / 100 end;
  perform farthing.receive(p_order.account_id, 'paid', p_order.credits, 'purchase', 'purchases', v_terms,
    'order', p_order.order_id::text, null, null, p_author, p_now);
  if p_order.bonus_credits > 0 then
    v_terms.cost_basis_usd := 0;
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
