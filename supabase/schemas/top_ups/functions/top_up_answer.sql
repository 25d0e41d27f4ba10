-- A user's top-ups in the form of the API: settings, state, card, this month's sum and the last charges.

create function farthing.top_up_state(p_top_up farthing.top_ups)
returns text
language sql stable
set search_path = ''
as $$
  select case
    when not coalesce(p_top_up.enabled, false) then 'off'
    when c.step in ('charge', 'settle', 'link') then 'charging'
    when c.step = 'linked' then 'authentication_required'
    when p_top_up.paused is not null then 'paused'
    when farthing.top_up_runs(p_top_up) then 'on'
    else 'card_missing' end
  from (select 1) one
  left join farthing.top_up_charges c on c.account_id = p_top_up.account_id and c.step <> 'closed'
$$;
comment on function farthing.top_up_state(farthing.top_ups) is
  'Returns the state of a user''s top-ups: `off`, `card_missing`, `on`, `charging`, '
  '`authentication_required` or `paused`.';

create function farthing.charge_answer(p_order farthing.orders, p_charge farthing.top_up_charges)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('order_id', p_order.order_id, 'status', p_order.status, 'amount', p_order.amount,
    'currency', p_order.currency, 'credits', trim_scale(p_order.credits)::text,
    'failure_code', p_charge.failure_code, 'created_at', p_order.created_at)
$$;
comment on function farthing.charge_answer(farthing.orders, farthing.top_up_charges) is
  'Returns the answer about a charge: {order_id, status, amount, currency, credits, failure_code, '
  'created_at}.';

create function farthing.pending_charge(p_account_id bigint, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select farthing.charge_answer(o, c) from farthing.orders o
  join farthing.top_up_charges c using (account_id, order_id)
  where o.account_id = p_account_id and o.kind = 'top_up' and (o.status = 'processing'
    or o.status in ('pending', 'expired') and o.expires_at > p_now and c.attempts > 0
      and c.payment_id is null and c.failure_code is null)
  order by o.created_at desc, o.order_id desc limit 1
$$;
comment on function farthing.pending_charge(bigint, timestamptz) is
  'Returns the charge that Stripe has accepted or may have accepted, as long as Stripe has not '
  'reported its payment; null if there is none. An order that expired because of an opt-out may '
  'have such a charge.';

create function farthing.top_up_answer(p_account_id bigint, p_now timestamptz)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_top_up farthing.top_ups;
  v_policy farthing.policy;
begin
  select * into v_top_up from farthing.top_ups where account_id = p_account_id;
  select * into v_policy from farthing.policy;
  return jsonb_build_object('enabled', coalesce(v_top_up.enabled, false),
    'threshold', trim_scale(v_top_up.threshold)::text, 'target', trim_scale(v_top_up.target)::text,
    'monthly_cap', v_top_up.monthly_cap, 'currency', v_policy.top_up_currency,
    'consented_at', v_top_up.consented_at, 'state', farthing.top_up_state(v_top_up),
    'paused', v_top_up.paused, 'failures', coalesce(v_top_up.failures, 0),
    'next_attempt_at', case when v_top_up.next_attempt_at > p_now then v_top_up.next_attempt_at end,
    'charged_this_month', farthing.top_up_spent(p_account_id, p_now),
    'card', (select jsonb_build_object('brand', card_brand, 'last4', card_last4, 'exp_month', card_exp_month,
        'exp_year', card_exp_year) from farthing.customers
      where account_id = p_account_id and payment_method_id is not null),
    'link', (select o.session_url from farthing.top_up_charges c
      join farthing.orders o using (account_id, order_id)
      where c.account_id = p_account_id and c.step = 'linked' and o.expires_at > p_now),
    'pending_charge', farthing.pending_charge(p_account_id, p_now),
    'charges', (select coalesce(jsonb_agg(last.charge
        order by last.created_at desc, last.order_id desc), '[]')
      from (select farthing.charge_answer(o, c) as charge, o.created_at, o.order_id from farthing.orders o
        join farthing.top_up_charges c using (account_id, order_id)
        where o.account_id = p_account_id and o.kind = 'top_up'
        order by o.created_at desc, o.order_id desc limit 10) last));
end
$$;
comment on function farthing.top_up_answer(bigint, timestamptz) is
  'Returns settings, state, saved card, the sum charged this month, the pending charge, the last ten '
  'charges, and the open authentication page. Credits are text, money is in minor units.';
