-- Opening holds: credits are reserved before the work, and settled or released after it, at most
-- once. A hold reserves its credits in certain lots, because held credits must not expire, and no
-- other hold may reserve the same credits.

create function farthing.terms_of_estimate(p_estimate jsonb, p_now timestamptz)
returns farthing.holds
language plpgsql stable
set search_path = ''
as $$
declare
  v_usage farthing.priced_usage := farthing.price_usage(jsonb_build_array(p_estimate), p_now);
  v_terms farthing.holds;
begin
  if v_usage.problem is not null then
    perform farthing.refuse_usage(v_usage, 'estimate.');
  end if;
  if v_usage.credits = 0 then
    perform farthing.fail('invalid_request',
      'This usage costs nothing. Send an estimate whose price is above zero.', null, 'estimate');
  end if;
  v_terms.amount := v_usage.credits;
  v_terms.model := v_usage.model;
  v_terms.rate_version := v_usage.rate_version;
  return v_terms;
end
$$;
comment on function farthing.terms_of_estimate(jsonb, timestamptz) is
  'Prices an estimate and returns the terms of a hold that pins the rate of this price: amount, '
  'model, rate_version. Fails with unknown_model, invalid_request.';

create function farthing.open_hold(p_account farthing.accounts, p_terms farthing.holds,
  p_now timestamptz)
returns farthing.opened_hold
language plpgsql
set search_path = ''
as $$
declare
  v_available numeric := farthing.available(p_account, p_now);
  v_hold farthing.holds;
begin
  if p_account.debt > 0 or p_terms.amount > v_available then
    perform farthing.refuse_short(p_terms.amount, case when p_account.debt > 0 then 0 else v_available end);
  end if;
  if p_account.daily_cap is not null and p_terms.amount > farthing.cap_left(p_account, p_now) then
    perform farthing.refuse_cap(p_account, p_terms.amount, p_now);
  end if;
  insert into farthing.holds (account_id, amount, model, rate_version, reason, correlation_id, author,
    expires_at, created_at)
  values (p_account.account_id, p_terms.amount, p_terms.model, p_terms.rate_version, p_terms.reason,
    p_terms.correlation_id, p_terms.author, p_terms.expires_at, p_now)
  returning * into v_hold;
  perform farthing.reserve(v_hold, p_now);
  if p_account.top_up_below is not null
    and p_account.balance - p_account.held - p_terms.amount < p_account.top_up_below
    and p_account.balance - p_account.held >= p_account.top_up_below then
    perform farthing.wake_if_top_up_due(p_account.account_id, p_now);
  end if;
  return row(v_hold, v_available - p_terms.amount)::farthing.opened_hold;
end
$$;
comment on function farthing.open_hold is
  'Opens a hold on an account that lock_account() has locked. p_terms: amount, pinned rate, reason, '
  'author and expiry. Fails with insufficient_credits, spend_cap_reached. Amounts are in credits.';

create function farthing.reserve(p_hold farthing.holds, p_now timestamptz, p_after_hold_id uuid default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- Running totals in burn-down order: each lot gives the credits that are still missing after the
  -- lots before it. An expired or frozen lot gives only the credits that the replaced hold
  -- (p_after_hold_id) had reserved in it. So held credits do not expire when a new hold replaces
  -- the old one.
  insert into farthing.hold_lots (account_id, hold_id, lot_id, amount)
  select p_hold.account_id, p_hold.hold_id, s.lot_id, least(s.free, p_hold.amount - s.before)
  from (
    select l.lot_id, f.free, coalesce(sum(f.free) over (
      order by /* burn-down */ l.priority, l.expires_at, l.source, l.created_at, l.lot_id
      rows between unbounded preceding and 1 preceding), 0) as before
    from farthing.lots l
    left join farthing.hold_lots k
      on k.account_id = l.account_id and k.hold_id = p_after_hold_id and k.lot_id = l.lot_id
    cross join lateral (select case when l.expires_at <= p_now or l.frozen
      then least(k.amount, l.remaining - l.reserved) else l.remaining - l.reserved end as free) f
    where l.account_id = p_hold.account_id and l.closed_at is null and l.remaining > l.reserved
      and ((l.expires_at is null or l.expires_at > p_now) and not l.frozen or k.amount is not null)) s
  where s.before < p_hold.amount;
  update farthing.lots l set reserved = l.reserved + h.amount
  from farthing.hold_lots h
  where h.account_id = p_hold.account_id and h.hold_id = p_hold.hold_id
    and l.account_id = h.account_id and l.lot_id = h.lot_id;
  update farthing.accounts set held = held + p_hold.amount where account_id = p_hold.account_id;
end
$$;
comment on function farthing.reserve is
  'Reserves the credits of a new hold on its lots. The caller has locked the account and checked that '
  'the credits suffice. With p_after_hold_id the new hold replaces an earlier hold, which the caller has '
  'freed.';

create function farthing.lock_open_hold(p_hold_id uuid, p_now timestamptz, p_or_late boolean default false)
returns farthing.holds
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- the same timeout as in lock_account()
as $$
declare
  v_hold farthing.holds;
begin
  select * into v_hold from farthing.holds where hold_id = p_hold_id;
  if v_hold.hold_id is null then
    perform farthing.fail('not_found', 'There is no such hold.', null, 'id');
  end if;
  perform from farthing.accounts where account_id = v_hold.account_id for no key update;
  select * into v_hold from farthing.holds where account_id = v_hold.account_id and hold_id = p_hold_id;
  if (v_hold.status <> 'open' or v_hold.expires_at <= p_now)
    and not (p_or_late and farthing.may_settle_late(v_hold, p_now)) then
    perform farthing.fail('hold_not_open', 'This hold is no longer open; details.status says how it ended.',
      jsonb_build_object('status', case when v_hold.status = 'open' then 'released' else v_hold.status end));
  end if;
  return v_hold;
end
$$;
comment on function farthing.lock_open_hold is
  'Locks a hold''s account and returns the hold if it is open and has not expired. With p_or_late, a '
  'hold that may be settled late is returned, too. Fails with not_found, hold_not_open.';
