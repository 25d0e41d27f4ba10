-- The effect of refunds, disputes and fraud warnings on their order: how many credits they claw
-- back together, whether they freeze the order's lots, and the order's state (rule 10).

create function farthing.reversed_of(p_order farthing.orders)
returns farthing.reversed
language plpgsql stable -- plpgsql caches its plan from one event to the next
set search_path = ''
as $$
declare
  v_refunded numeric := (select coalesce(sum(amount), 0) from farthing.refunds
    where account_id = p_order.account_id and order_id = p_order.order_id
      and farthing.is_live_refund(status));
begin
  return (select row(v_refunded, d.disputed, d.withdrawn, d.is_open or d.withdrawn > 0,
    d.is_open or exists (select from farthing.fraud_warnings
      where account_id = p_order.account_id and order_id = p_order.order_id and state = 'open')
    )::farthing.reversed
  from farthing.disputed_of(row(p_order.account_id, p_order.order_id, null, p_order.payment_ref,
    p_order.amount_total, p_order.currency)::farthing.payment, v_refunded) d);
end
$$;
comment on function farthing.reversed_of(farthing.orders) is
  'Returns three amounts of an order''s payment, in minor units: refunded, disputed, and withdrawn '
  'by banks. Also returns whether the payment is disputed, and whether it is in doubt, so that the '
  'order''s lots must be frozen.';

create function farthing.net_order(
  p_account_id bigint, p_order_id uuid, p_cause jsonb, p_author text, p_now timestamptz)
returns farthing.clawback
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  v_reversed farthing.reversed;
  v_target numeric;
  v_clawback farthing.clawback := row(0, 0);
begin
  perform farthing.release_expired_holds(p_account_id, p_now);
  select * into v_order from farthing.orders where account_id = p_account_id and order_id = p_order_id
  for update;
  v_reversed := farthing.reversed_of(v_order);
  -- An actionable warning is closed when its payment is refunded in full, and opened again if a
  -- refund fails.
  update farthing.fraud_warnings
  set state = case state when 'open' then 'closed' else 'open' end, updated_at = p_now
  where account_id = p_account_id and order_id = p_order_id and actionable
    and state = case when v_reversed.refunded >= v_order.amount_total then 'open' else 'closed' end;
  if found then
    v_reversed := farthing.reversed_of(v_order);
  end if;
  v_target := farthing.share_of(v_order.credits + v_order.bonus_credits,
    v_reversed.refunded + v_reversed.withdrawn, v_order.amount_total);
  if v_target > v_order.credits_clawed_back then
    v_clawback.credits := v_target - v_order.credits_clawed_back;
    v_clawback.debt := farthing.claw_back(v_order, v_clawback.credits, p_cause, p_author, p_now);
  elsif v_target < v_order.credits_clawed_back then
    perform farthing.reinstate(v_order, v_order.credits_clawed_back - v_target, p_cause, p_author, p_now);
  end if;
  update farthing.orders set amount_refunded = v_reversed.refunded, amount_disputed = v_reversed.disputed,
    credits_clawed_back = v_target, updated_at = p_now, status = case
      when v_reversed.is_disputed then 'disputed'
      when v_reversed.refunded >= amount_total then 'refunded'
      when v_reversed.refunded > 0 then 'partially_refunded' else 'paid' end
  where account_id = p_account_id and order_id = p_order_id;
  update farthing.lots set frozen = v_reversed.is_frozen
  where account_id = p_account_id and order_id = p_order_id and frozen <> v_reversed.is_frozen;
  perform farthing.pay_debt(p_account_id, p_now);
  perform farthing.close_lots_if_deleted(p_account_id, p_author, p_now);
  return v_clawback;
end
$$;
comment on function farthing.net_order is
  'Brings a paid order''s credits, freeze and state in line with its refunds, disputes and warnings. '
  'Returns the credits that this call clawed back, and how many of them became debt. The caller has '
  'locked the account.';
