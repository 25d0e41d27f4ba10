-- Payments that are in none of Stripe's payouts. A missing payment shows only after the payouts in
-- question were listed. Each run checks at most one day of
-- payments, so that a run stays short even after a long pause: docs/decisions/reconciliation.md.

create function farthing.known_paid_out_until(p_now timestamptz)
returns timestamptz
language sql stable
set search_path = ''
as $$
  -- A payout pays out all available money, so a payment made long before the newest payout should
  -- be in a payout. A payout without a list may contain the payment. Failed and cancelled payouts
  -- are ignored, because Stripe may never have their lists. Without any listed payout nothing is
  -- known. least() ignores nulls, and only missing.oldest can be null.
  select least(p_now, listed.newest, missing.oldest) - (select paid_out_within from farthing.policy)
  from (
    select max(p.made_at) as newest
    from farthing.payouts p join farthing.reconciliations r using (payout_id)
    where r.listed_at is not null
  ) listed, (
    select min(p.made_at) as oldest
    from farthing.payouts p left join farthing.reconciliations r using (payout_id)
    where p.automatic and p.status not in ('failed', 'canceled') and r.listed_at is null
  ) missing
  where listed.newest is not null
$$;
comment on function farthing.known_paid_out_until(timestamptz) is
  'Returns the moment before which every payment must be in a listed payout; null before the first '
  'listed payout, and never later than p_now less paid_out_within.';

create function farthing.find_never_paid_out(p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_from timestamptz := (select done_until from farthing.paid_out_round for update skip locked);
  v_known timestamptz := farthing.known_paid_out_until(p_now);
  v_until timestamptz;
  v_count int;
begin
  -- v_from is null while another session runs this check. v_known is null before the first listed
  -- payout.
  if v_from is null or v_known is null or v_known <= v_from then
    return 0;
  end if;
  -- A run checks one day at most, so that it stays short.
  v_until := least(v_known, v_from + interval '1 day');
  insert into farthing.mismatches (kind, subject, ours, found_at, seen_at)
  select 'never_paid_out', q.payment_id, concat_ws(' ', q.amount, q.currency, q.status), p_now, p_now
  from (
    select payment_ref as payment_id, amount, currency, status from farthing.orders
    where paid_at > v_from and paid_at <= v_until
    union all select payment_intent_id, amount, currency, status from farthing.bookings
    where paid_at > v_from and paid_at <= v_until) q
  where not exists (select from farthing.balance_transactions t
    where t.payment_id = q.payment_id and t.kind = 'charge' and t.payout_id is not null)
  on conflict do nothing;
  get diagnostics v_count = row_count;
  update farthing.paid_out_round set done_until = v_until where one_row;
  return v_count;
end
$$;
comment on function farthing.find_never_paid_out(timestamptz) is
  'Records payments that should be in one of Stripe''s payouts and are in none. Returns how many it '
  'recorded.';
