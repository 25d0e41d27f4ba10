-- The start of a charge: its amount, its order, and the runner's claim. Claim, request and report
-- are three steps, because the request to Stripe is made outside any transaction. A claimed charge
-- is due again when its lease ends. It then has the same order, and therefore the same idempotency
-- key, so two requests charge only once (trap T16 in docs/reference/traps.md).

create function farthing.top_up_spent(p_account_id bigint, p_now timestamptz)
returns bigint
language sql stable
set search_path = ''
as $$
  -- Charges in progress and refunded charges count, too, because the cap limits charges.
  select coalesce(sum(amount), 0)::bigint from farthing.orders
  where account_id = p_account_id and kind = 'top_up' and status not in ('failed', 'expired')
    and created_at >= date_trunc('month', p_now, 'UTC')
$$;
comment on function farthing.top_up_spent(bigint, timestamptz) is
  'Returns the sum of this calendar month''s top-ups (UTC), charged or in progress, in minor units.';

create function farthing.is_top_up_capped(p_top_up farthing.top_ups, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select p_top_up.monthly_cap - farthing.top_up_spent(p_top_up.account_id, p_now) < p.top_up_smallest
  from farthing.policy p
$$;
comment on function farthing.is_top_up_capped(farthing.top_ups, timestamptz) is
  'Returns whether the rest of this month''s cap is below the smallest charge.';

create function farthing.size_top_up(p_top_up farthing.top_ups, p_account farthing.accounts, p_now
  timestamptz)
returns bigint
language plpgsql stable
set search_path = ''
as $$
declare
  v_policy farthing.policy;
  v_available numeric := farthing.available(p_account, p_now);
  v_left bigint := p_top_up.monthly_cap - farthing.top_up_spent(p_account.account_id, p_now);
  v_gap numeric;
  v_amount bigint;
begin
  if v_available >= p_top_up.threshold then
    return null;
  end if;
  select * into v_policy from farthing.policy;
  -- One charge covers all missing credits, including the debt, which the new credits pay first
  -- (rule 8).
  v_gap := p_top_up.target - v_available + p_account.debt;
  -- The amount is rounded up by a division of integers, because `/` on numeric already rounds to 16
  -- or more digits, before ceil() could round up.
  v_amount := least(div(v_gap, v_policy.top_up_credits_per_unit)
    + (mod(v_gap, v_policy.top_up_credits_per_unit) > 0)::int, 99999999);
  return case when farthing.is_top_up_capped(p_top_up, p_now) then 0
    else least(greatest(v_amount, v_policy.top_up_smallest), v_left) end;
end
$$;
comment on function farthing.size_top_up is
  'Returns the amount to charge in minor units: the price of the missing credits, rounded up, at least '
  'the smallest charge, and at most the rest of the monthly cap. Null if the available credits have '
  'reached the threshold, 0 if the rest of the cap is below the smallest charge.';

create function farthing.postpone_top_up(p_account_id bigint, p_until timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.top_ups set next_attempt_at = p_until where account_id = p_account_id
$$;
comment on function farthing.postpone_top_up(bigint, timestamptz) is
  'Sets the time of an account''s next attempt, so that an account that cannot be charged now does not '
  'delay other accounts. The caller has locked the account.';

create function farthing.begin_top_up(p_account_id bigint, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  -- An order expires after less than 24 hours, because Stripe may forget an idempotency key after
  -- 24 hours. From then on, a repeated request could charge the card again.
  c_life constant interval := interval '23 hours';
  c_look_again constant interval := interval '1 hour';
  v_account farthing.accounts;
  v_top_up farthing.top_ups;
  v_policy farthing.policy;
  v_order_id uuid := gen_random_uuid();
  v_amount bigint;
  v_decision jsonb;
begin
  perform farthing.release_expired_holds(p_account_id, p_now);
  select * into v_account from farthing.accounts where account_id = p_account_id;
  select * into v_top_up from farthing.top_ups where account_id = p_account_id;
  v_amount := farthing.size_top_up(v_top_up, v_account, p_now);
  if v_amount is null then
    return false;
  end if;
  if v_amount = 0 or not farthing.may_top_up(v_account) then
    if v_amount = 0 then
      perform farthing.notify(p_account_id, 'top_up_capped', to_char(p_now at time zone 'UTC', 'YYYY-MM'),
        jsonb_build_object('monthly_cap', v_top_up.monthly_cap, 'currency', (select top_up_currency
          from farthing.policy)), p_now);
    end if;
    perform farthing.postpone_top_up(p_account_id, p_now + c_look_again);
    return false;
  end if;
  v_decision := farthing.check_fraud(p_account_id, 'top_up', null, p_now, v_order_id);
  if v_decision ->> 'outcome' <> 'allow' then
    perform farthing.postpone_top_up(p_account_id, p_now + greatest(c_look_again,
      (v_decision ->> 'retry_after')::int * interval '1 second'));
    return false;
  end if;
  select * into v_policy from farthing.policy;
  insert into farthing.orders (account_id, order_id, kind, amount, currency, credits, bonus_credits,
    expires_at,
    created_at, updated_at)
  values (p_account_id, v_order_id, 'top_up', v_amount, v_policy.top_up_currency,
    v_amount * v_policy.top_up_credits_per_unit, 0, p_now + c_life, p_now, p_now);
  insert into farthing.top_up_charges (account_id, order_id, customer_id, payment_method_id, next_attempt_at,
    created_at, updated_at)
  select p_account_id, v_order_id, customer_id, payment_method_id, p_now, p_now, p_now
  from farthing.customers where account_id = p_account_id;
  perform farthing.postpone_top_up(p_account_id, p_now + v_policy.top_up_cool_down);
  return true;
end
$$;
comment on function farthing.begin_top_up(bigint, timestamptz) is
  'Creates an order for the missing credits, if the available credits are below the threshold and the '
  'account may be charged now. Returns whether an order was created. The caller has locked the account.';

create function farthing.begin_due_top_up(p_account_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_account_id bigint := p_account_id::bigint;
begin
  perform from farthing.accounts where account_id = v_account_id for no key update skip locked;
  -- Another runner may have begun the top-up after the account was found to be due.
  if not found or not farthing.is_top_up_due(v_account_id, p_now) then
    return 0;
  end if;
  return farthing.begin_top_up(v_account_id, p_now)::int;
end
$$;
comment on function farthing.begin_due_top_up(text, timestamptz) is
  'Begins the top-up of an account if the top-up is still due. Returns 1 if an order was created, '
  'otherwise 0.';

create function farthing.claim_top_up_charges(p_limit int, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  -- The lease is longer than a request of Stripe's client can take, including the client's own
  -- retries.
  c_lease constant interval := interval '2 minutes';
  v_claimed jsonb;
begin
  with due as (
    select c.account_id, c.order_id from farthing.top_up_charges c
    join farthing.orders o using (account_id, order_id)
    where c.step in ('charge', 'link') and c.next_attempt_at <= p_now and o.expires_at > p_now
    order by c.next_attempt_at, c.order_id limit p_limit for update of c skip locked
  ), claimed as (
    update farthing.top_up_charges c
    set attempts = c.attempts + 1, next_attempt_at = p_now + c_lease, updated_at = p_now
    from due where c.account_id = due.account_id and c.order_id = due.order_id
    returning c.*
  )
  select coalesce(jsonb_agg(jsonb_build_object('order_id', o.order_id, 'step', c.step, 'amount', o.amount,
    'currency', o.currency, 'credits', trim_scale(o.credits)::text, 'customer_id', c.customer_id,
    'payment_method_id', c.payment_method_id, 'payment_id', c.payment_id,
    'mark', (select installation_id from farthing.policy),
    'expires_at_epoch', extract(epoch from o.expires_at)::bigint) order by o.created_at, o.order_id), '[]')
  into v_claimed
  from claimed c join farthing.orders o using (account_id, order_id);
  return v_claimed;
end
$$;
comment on function farthing.claim_top_up_charges(int, timestamptz) is
  'Leases the due steps of up to p_limit open charges to the calling runner for two minutes. '
  'Returns the values that Stripe needs for each step.';
