-- Auto top-up, its runner: due charges. Why claim, request and report are three steps: Stripe is asked
-- outside any transaction. A claimed charge is due again when its lease ends, with the same order and so
-- under the same key at Stripe: requested twice, charged once (T16). Credits never come from an answer,
-- only from the payment's event.

create function farthing.find_top_ups(p_now timestamptz, p_limit int, p_account_id bigint default null)
returns setof bigint
language sql stable
set search_path = ''
as $$
  select t.account_id from farthing.top_ups t
  join farthing.accounts a using (account_id)
  join farthing.customers c using (account_id)
  where t.enabled and t.paused is null and t.next_attempt_at <= p_now
    and (p_account_id is null or t.account_id = p_account_id)
    and a.left_at is null and c.payment_method_id is not null and a.balance - a.held < t.threshold
    and not exists (select from farthing.orders o where o.account_id = t.account_id and o.kind = 'top_up'
      and o.status in ('pending', 'processing'))
    and not farthing.top_up_unanswered(t.account_id, p_now)
    and not farthing.is_parked('top_ups_claim', 'account', t.account_id::text, p_now)
  order by t.next_attempt_at, t.account_id limit p_limit
$$;
comment on function farthing.find_top_ups(timestamptz, int, bigint) is
  'Accounts that look low, have enabled top-ups and are due; or the named one, if it qualifies.';

create function farthing.top_ups_are_due(p_now timestamptz default now())
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.top_up_charges c join farthing.orders o using (account_id, order_id)
      where c.step in ('charge', 'link') and c.next_attempt_at <= p_now and o.expires_at > p_now)
    or exists (select from farthing.find_top_ups(p_now, 1))
$$;
comment on function farthing.top_ups_are_due(timestamptz) is 'Whether there is work for top_ups_claim().';

create function farthing.is_in_doubt(p_account_id bigint)
returns boolean
language sql stable
set search_path = ''
as $$
  -- A closed dispute counts until the user opts in again.
  select exists (select from farthing.disputes d where d.account_id = p_account_id
      and (farthing.is_open_dispute(d.status) or d.status in ('lost', 'prevented') and d.updated_at >= (
        select consented_at from farthing.top_ups where account_id = p_account_id)))
    or exists (select from farthing.fraud_warnings where account_id = p_account_id and state = 'open')
    or exists (select from farthing.lots where account_id = p_account_id and frozen and closed_at is null)
$$;
comment on function farthing.is_in_doubt(bigint) is
  'Whether an account has payments that are disputed, warned about or frozen: then its card is not charged.';

create function farthing.may_top_up(p_account farthing.accounts)
returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return not farthing.is_in_doubt(p_account.account_id) and exists (
    select from farthing.features f where f.name = 'b2c' and (f.state = 'on' or (f.state = 'percentage'
      and farthing.feature_bucket(f.name, farthing.owner_of(p_account.account_id)) < f.percentage * 100)));
end
$$;
comment on function farthing.may_top_up(farthing.accounts) is
  'Whether an account may be charged at all: no payment is in doubt, and buying is switched on for it.';

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
  v_amount bigint;
begin
  if v_available >= p_top_up.threshold then
    return null;
  end if;
  select * into v_policy from farthing.policy;
  -- One charge for the whole gap, debt included, which the new credits pay first (rule 8).
  v_amount := least(ceil((p_top_up.target - v_available + p_account.debt)
    / v_policy.top_up_credits_per_unit), 99999999);
  v_amount := least(greatest(v_amount, v_policy.top_up_smallest), v_left);
  return case when v_amount >= v_policy.top_up_smallest then v_amount else 0 end;
end
$$;
comment on function farthing.size_top_up is
  'The amount to charge, in minor units: the gap rounded up, limited to the rest of the month''s cap. Null '
  'if nothing is missing, 0 if the cap leaves too little.';

create function farthing.postpone_top_up(p_account_id bigint, p_until timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.top_ups set next_attempt_at = p_until where account_id = p_account_id
$$;
comment on function farthing.postpone_top_up(bigint, timestamptz) is
  'Moves an account that cannot be charged now behind others in the queue. The account is locked by the '
  'caller.';

create function farthing.begin_top_up(p_account_id bigint, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  -- Below the 24 hours for which Stripe remembers a key: after that, a repeat could charge again.
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
  'Creates the one order for the missing credits, unless none are missing or the account may not be '
  'charged now; true if it did. The account is locked by the caller.';

create function farthing.begin_due_top_up(p_account_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_account_id bigint := p_account_id::bigint;
begin
  perform from farthing.accounts where account_id = v_account_id for no key update skip locked;
  -- Another runner may have handled it since it was found.
  if not found or not exists (select from farthing.find_top_ups(p_now, 1, v_account_id)) then
    return 0;
  end if;
  return farthing.begin_top_up(v_account_id, p_now)::int;
end
$$;
comment on function farthing.begin_due_top_up(text, timestamptz) is
  'Begins the top-up of an account if it is still due; 1 if it did.';
