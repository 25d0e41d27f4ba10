-- Payments that are in none of Stripe's payouts. A payment counts as missing only after the payouts
-- that could contain it were listed. The policy's paid_out_within (policy/tables.sql) sets how long
-- a payment may wait for its payout. Each run makes two checks. The first one looks for payments
-- that Stripe does not list at all. It covers the period after the last run's period, but at most
-- one day, so that a run stays short even after a long pause: docs/decisions/reconciliation.md. The
-- second one looks for all payments that are in Stripe's list of balance transactions and in no
-- payout.

create function farthing.known_paid_out_until(p_now timestamptz, p_currency text default null)
returns timestamptz
language sql stable
set search_path = ''
as $$
  -- A payout pays out all available money, so a payment made long before the newest listed payout
  -- should be in a listed payout. But a payout whose list is missing may contain the payment, so
  -- the result must also be earlier than the oldest such payout. Failed and cancelled payouts are
  -- ignored, because Stripe may never have their lists. least() ignores a null, so it ignores
  -- missing.oldest if no list is missing.
  select least(p_now, listed.newest, missing.oldest) - (select paid_out_within from farthing.policy)
  from (
    select max(p.made_at) as newest
    from farthing.payouts p join farthing.reconciliations r using (payout_id)
    where r.listed_at is not null and (p_currency is null or p.currency = p_currency)
  ) listed, (
    select min(p.made_at) as oldest
    from farthing.payouts p left join farthing.reconciliations r using (payout_id)
    where p.automatic and p.status not in ('failed', 'canceled') and r.listed_at is null
      and (p_currency is null or p.currency = p_currency)
  ) missing
  where listed.newest is not null
$$;
comment on function farthing.known_paid_out_until(timestamptz, text) is
  'Returns a moment. All payments that were made before it must be in listed payouts: those in the '
  'balance of p_currency or, if p_currency is null, those in every balance. The moment is null '
  'before the first payout is listed, and never later than p_now less paid_out_within.';

create function farthing.left_in_balance(p_now timestamptz)
returns table (payment_id text)
language sql stable
set search_path = ''
as $$
  -- Stripe pays out the balance of each currency separately. So a payout in one currency does not
  -- show that a payment in another currency is missing: that currency may be paid out by hand, or
  -- only once a month.
  select t.payment_id
  from (select distinct p.currency from farthing.payouts p where p.automatic) c
  cross join lateral farthing.known_paid_out_until(p_now, c.currency) k (until)
  join farthing.balance_transactions t on t.currency = c.currency and t.occurred_at <= k.until
    and t.payout_id is null and t.kind = 'charge'
$$;
comment on function farthing.left_in_balance(timestamptz) is
  'Returns the payments that are in Stripe''s list of balance transactions and in no payout, '
  'although a payout of their currency should contain them by now.';

create function farthing.find_never_paid_out(p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_from timestamptz := (select done_until from farthing.paid_out_round for update skip locked);
  -- The end of the period that this run checks. The period is at most one day long, so that the run
  -- stays short. The end is null before the first listed payout.
  v_until timestamptz := case when farthing.known_paid_out_until(p_now) is not null
    then least(farthing.known_paid_out_until(p_now), v_from + interval '1 day') end;
  v_count int;
begin
  if v_from is null then
    return 0; -- another session runs this check
  end if;
  insert into farthing.mismatches (kind, subject, ours, found_at, seen_at)
  select 'never_paid_out', q.payment_id, q.ours, p_now, p_now
  from (
    select u.payment_id, concat_ws(' ', u.amount, u.currency, u.status) as ours
    from (
      select payment_ref as payment_id, amount_total as amount, currency, status from farthing.orders
      where paid_at > v_from and paid_at <= v_until and amount_total > 0
      union all select payment_intent_id, amount, currency, status from farthing.bookings
      where paid_at > v_from and paid_at <= v_until) u
    where not exists (select from farthing.balance_transactions t
      where t.payment_id = u.payment_id and t.kind = 'charge')
    union all
    select b.payment_id, concat_ws(' ', p.amount, p.currency, p.status)
    from farthing.left_in_balance(p_now) b
    cross join lateral (
      select amount_total as amount, currency, status from farthing.orders
      where payment_ref = b.payment_id
      union all select amount, currency, status from farthing.bookings
      where payment_intent_id = b.payment_id and paid_at is not null) p) q
  where not farthing.is_resolved_by_operator('never_paid_out', q.payment_id, null, q.ours, null)
  on conflict do nothing;
  get diagnostics v_count = row_count;
  update farthing.paid_out_round set done_until = v_until where one_row and v_until > v_from;
  return v_count;
end
$$;
comment on function farthing.find_never_paid_out(timestamptz) is
  'Records payments that should be in one of Stripe''s payouts and are in none. Returns how many it '
  'recorded.';
