-- A user's settings of auto top-up: checks and changes. The bounds of a monthly cap are the policy's
-- top_up_smallest and top_up_highest_cap (policy/tables.sql).

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
      'target is too far above threshold for one charge. Send a lower target.',
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
  'Checks the terms of top-ups. Fails with invalid_request and names the field, and its bound if it has one.';

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
  -- The order is locked before the settings are written, because follow_top_up() also locks the
  -- order before the settings.
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
