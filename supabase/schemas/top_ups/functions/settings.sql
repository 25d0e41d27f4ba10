-- A user's settings of auto top-up: checks, changes and the API's answer. The bounds of
-- a monthly cap are the policy's top_up_smallest and top_up_highest_cap (policy/tables.sql).

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
  'Returns `off`, `card_missing`, `on`, `charging`, `authentication_required` or `paused`.';

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
  'Returns the charge that Stripe has accepted, or may have accepted, and whose payment Stripe has not '
  'reported; null if there is none. An order that expired because of an opt-out may have such a charge.';

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

create function farthing.check_top_up_terms(p_threshold numeric, p_target numeric, p_monthly_cap bigint)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_policy farthing.policy;
  v_least numeric;
begin
  select * into v_policy from farthing.policy;
  v_least := p_threshold + v_policy.top_up_smallest * v_policy.top_up_credits_per_unit;
  if p_target < v_least then
    perform farthing.fail('invalid_request',
      'target must be at least details.at_least: the threshold plus the smallest charge.',
      jsonb_build_object('at_least', trim_scale(v_least)::text), 'target');
  end if;
  if p_target > p_threshold + 99999999 * v_policy.top_up_credits_per_unit then
    perform farthing.fail('invalid_request',
      'target is too high: one charge can''t buy the credits from threshold to target. Send a lower target.',
      null, 'target');
  end if;
  if p_monthly_cap is null or p_monthly_cap not between v_policy.top_up_smallest
    and v_policy.top_up_highest_cap then
    perform farthing.fail('invalid_request',
      'monthly_cap must be between details.at_least and details.at_most.', jsonb_build_object(
      'at_least', v_policy.top_up_smallest, 'at_most', v_policy.top_up_highest_cap), 'monthly_cap');
  end if;
end
$$;
comment on function farthing.check_top_up_terms(numeric, numeric, bigint) is
  'Checks the terms of top-ups. Fails invalid_request with the field and, where one exists, its bound.';

create function farthing.set_top_up(
  p_account_id bigint, p_enabled boolean, p_threshold numeric, p_target numeric, p_monthly_cap bigint,
  p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if not p_enabled then
    perform farthing.stop_top_up(p_account_id, p_now);
  end if;
  insert into farthing.top_ups as t (account_id, enabled, threshold, target, monthly_cap, consented_at,
    next_attempt_at, created_at, updated_at)
  values (p_account_id, p_enabled, p_threshold, p_target, p_monthly_cap,
    case when p_enabled then p_now end, p_now, p_now, p_now)
  on conflict (account_id) do update set enabled = excluded.enabled, threshold = excluded.threshold,
    target = excluded.target, monthly_cap = excluded.monthly_cap, consented_at = excluded.consented_at,
    paused = null, updated_at = p_now,
    -- A backoff and a cool-down stay in force after a change of terms. Every other wait ends,
    -- because it was a result of the old terms. The three failures that paused a top-up no longer
    -- count.
    failures = t.failures % 3,
    next_attempt_at = case when t.failures > 0 then t.next_attempt_at else least(t.next_attempt_at,
      greatest(p_now, farthing.top_up_cooled_down(t.account_id))) end;
  update farthing.accounts set top_up_below = case when p_enabled then p_threshold end
  where account_id = p_account_id;
  perform farthing.wake_if_top_up_due(p_account_id, p_now);
end
$$;
comment on function farthing.set_top_up(bigint, boolean, numeric, numeric, bigint, timestamptz) is
  'Stores the terms of an account''s top-ups, and the user''s consent or its withdrawal. The caller has '
  'locked the account and checked the terms.';

create function farthing.stop_top_up(p_account_id bigint, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
begin
  -- The order is locked before the settings are written, because follow_top_up() locks the two in
  -- this sequence.
  select o.* into v_order from farthing.orders o
  where o.account_id = p_account_id and o.kind = 'top_up' and o.status in ('pending', 'processing')
  for update;
  update farthing.top_ups set enabled = false, consented_at = null, paused = null, updated_at = p_now
  where account_id = p_account_id and enabled;
  update farthing.accounts set top_up_below = null
  where account_id = p_account_id and top_up_below is not null;
  -- An expired order is not charged again. If Stripe has already charged it, Stripe's event grants
  -- the credits.
  update farthing.orders set status = 'expired', updated_at = p_now
  where account_id = p_account_id and order_id = v_order.order_id and status = 'pending';
end
$$;
comment on function farthing.stop_top_up(bigint, timestamptz) is
  'Opts out: removes the consent, and expires an order that Stripe has not accepted. The caller has '
  'locked the account.';
