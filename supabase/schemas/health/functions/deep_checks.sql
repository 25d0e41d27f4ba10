-- The paid checks: each one uses a service a little, and this use costs money. This file has their
-- daily budget, their results, and the check of the ledger, which reads 200 accounts. A unit of the
-- budget is about a hundredth of a cent; functions/health/deep-checks.ts has the cost of each
-- check, in units.

create function farthing.deep_units_left(p_today date)
returns int
language sql stable
set search_path = ''
as $$
  -- Without greatest(), the units left would be negative if the budget was lowered below the part
  -- that is already spent.
  select greatest(0, b.daily_units - case when b.day >= p_today then b.spent else 0 end)
  from farthing.deep_budget b
$$;
comment on function farthing.deep_units_left(date) is
  'Returns the rest of the day''s budget of paid checks, in units; never negative.';

create function farthing.wake_deep_checks(p_now timestamptz default now())
returns boolean
language sql
set search_path = ''
as $$
  select farthing.wake('health/deep')
$$;
comment on function farthing.wake_deep_checks(timestamptz) is
  'Queues a call of POST /health/deep, which runs the paid checks. Returns true if the call was '
  'queued.';

create function farthing.claim_deep_units(p_units int, p_today date)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_left int;
begin
  -- If two calls run at once, the second one waits for the row, and then sees what the first one
  -- has spent. At midnight, a call that began on the old day may have to wait for a call that began
  -- on the new day: the row then keeps the new day.
  update farthing.deep_budget b
  set spent = p_units + case when b.day >= p_today then b.spent else 0 end, day = greatest(b.day, p_today)
  where p_units + case when b.day >= p_today then b.spent else 0 end <= b.daily_units
  returning b.daily_units - b.spent into v_left;
  return v_left;
end
$$;
comment on function farthing.claim_deep_units(int, date) is
  'Takes p_units of the day''s budget of paid checks and returns the rest; null if too few units are '
  'left.';

create function farthing.record_deep_check(
  p_name text, p_outcome text, p_duration_ms int, p_code text, p_figures jsonb, p_now timestamptz)
returns farthing.deep_checks
language sql
set search_path = ''
as $$
  insert into farthing.deep_checks as c (name, outcome, duration_ms, code, figures, checked_at, ok_at)
  values (p_name, p_outcome, p_duration_ms, p_code, p_figures, p_now,
    case when p_outcome = 'ok' then p_now end)
  on conflict (name) do update set outcome = excluded.outcome, duration_ms = excluded.duration_ms,
    code = excluded.code, figures = excluded.figures, checked_at = excluded.checked_at,
    ok_at = coalesce(excluded.ok_at, c.ok_at)
  returning c
$$;
comment on function farthing.record_deep_check(text, text, int, text, jsonb, timestamptz) is
  'Stores the last result of a health check that costs money, and the numbers that the checked service '
  'reported. ok_at changes only with a success.';

create function farthing.check_ledger_sample(p_start double precision)
returns table (looked_at bigint, wrong bigint)
language sql stable
set search_path = ''
as $$
  with sample as (
    select a.* from farthing.accounts a
    where a.account_id >= floor(p_start * (select max(account_id) from farthing.accounts))
    order by a.account_id limit 200
  )
  select count(*), count(*) filter (where
    s.balance <> s.lots - s.debt or s.balance <> coalesce(s.balance_after, 0)
    or s.last_seq <> coalesce(s.seq, 0) or s.held <> s.holds)
  from (
    select a.balance, a.debt, a.held, a.last_seq, e.seq, e.balance_after,
      (select coalesce(sum(l.remaining), 0) from farthing.lots l
        where l.account_id = a.account_id and l.closed_at is null) as lots,
      (select coalesce(sum(h.amount), 0) from farthing.holds h
        where h.account_id = a.account_id and h.status = 'open') as holds
    from sample a
    left join lateral (select n.seq, n.balance_after from farthing.entries n
      where n.account_id = a.account_id order by n.seq desc limit 1) e on true) s
$$;
comment on function farthing.check_ledger_sample(double precision) is
  'Checks up to 200 accounts by rule 1, beginning at the position p_start (a share of all accounts, '
  'from 0 to 1); returns how many were checked and how many are wrong.';
