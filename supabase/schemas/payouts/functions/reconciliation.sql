-- Reconciliation: each balance transaction in a payout's list is compared with our orders,
-- bookings, refunds, disputes and fees. never_paid_out.sql looks in the other direction, for
-- payments of ours that no payout contains. A difference is stored as a row and raises no error,
-- because the money has already moved and a person must look at it. The row is resolved
-- automatically when both sides agree again: docs/decisions/reconciliation.md.

create function farthing.judge_charge(p_transaction farthing.balance_transactions)
returns farthing.judgement
language plpgsql stable
set search_path = ''
as $$
declare
  v_ours record;
begin
  select amount_total as amount, currency, status into v_ours from farthing.orders
  where payment_ref = p_transaction.payment_id
  union all select amount, currency, status from farthing.bookings
  where payment_intent_id = p_transaction.payment_id and paid_at is not null;
  if v_ours.amount is not null then
    return row(true, case when (v_ours.amount, v_ours.currency) is distinct from
        (p_transaction.source_amount, p_transaction.source_currency) then 'differs' end,
      concat_ws(' ', v_ours.amount, v_ours.currency, v_ours.status));
  end if;
  if exists (select from farthing.balance_transactions where charge_id = p_transaction.source_id
    and type = 'payment_failure_refund')
  then
    -- The payment was a bank debit that failed later. Stripe's list has both the charge and its
    -- return.
    return row(p_transaction.our_id is not null, null, null)::farthing.judgement;
  end if;
  -- No order or booking here was paid by this payment. But Stripe's metadata may name an order or a
  -- booking of ours (our_id). If so, that order or booking is unpaid, was paid by a different
  -- payment, or does not exist.
  select amount, currency, status into v_ours from farthing.orders where order_id = p_transaction.our_id
  union all select amount, currency, status from farthing.bookings where booking_id = p_transaction.our_id;
  return row(p_transaction.our_id is not null, case when p_transaction.our_id is not null then 'unknown' end,
    nullif(concat_ws(' ', v_ours.amount, v_ours.currency, v_ours.status), ''));
end
$$;
comment on function farthing.judge_charge(farthing.balance_transactions) is
  'Compares a charge with our order or booking. Returns whether the charge is ours, the verdict '
  '(`differs`, `unknown` or null), and our record.';

create function farthing.is_our_payment(p_payment_id text)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.orders where payment_ref = p_payment_id)
    or exists (select from farthing.bookings where payment_intent_id = p_payment_id and paid_at is not null)
$$;
comment on function farthing.is_our_payment(text) is
  'Returns whether a payment intent paid an order or a booking.';

create function farthing.judge_refund(p_transaction farthing.balance_transactions)
returns farthing.judgement
language plpgsql stable
set search_path = ''
as $$
declare
  v_ours farthing.refunds;
  v_differs boolean;
begin
  select * into v_ours from farthing.refunds where stripe_refund_id = p_transaction.source_id;
  if v_ours.refund_id is null then
    return case when p_transaction.our_id is not null or farthing.is_our_payment(p_transaction.payment_id)
      then row(true, 'unknown', null)::farthing.judgement
      else row(false, null, null)::farthing.judgement end;
  end if;
  v_differs := (v_ours.amount, v_ours.currency) is distinct from
      (p_transaction.source_amount, p_transaction.source_currency)
    -- The refund failed: its money is back at Stripe, and the buyer did not get it.
    or (p_transaction.type = 'refund_failure' and v_ours.status not in ('failed', 'canceled'));
  return row(true, case when v_differs then 'differs' end,
    concat_ws(' ', v_ours.amount, v_ours.currency, v_ours.status));
end
$$;
comment on function farthing.judge_refund(farthing.balance_transactions) is
  'Compares a refund in Stripe''s list with our record of it. Returns whether the refund is ours, '
  'the verdict (`differs`, `unknown` or null), and our record.';

create function farthing.judge_dispute(p_transaction farthing.balance_transactions)
returns farthing.judgement
language plpgsql stable
set search_path = ''
as $$
declare
  v_ours farthing.disputes;
begin
  select * into v_ours from farthing.disputes where dispute_id = p_transaction.source_id;
  if v_ours.dispute_id is null then
    return case when farthing.is_our_payment(p_transaction.payment_id)
      then row(true, 'unknown', null)::farthing.judgement
      else row(false, null, null)::farthing.judgement end;
  end if;
  return row(true, case when (v_ours.amount, v_ours.currency) is distinct from
      (p_transaction.source_amount, p_transaction.source_currency) then 'differs' end,
    concat_ws(' ', v_ours.amount, v_ours.currency, v_ours.status));
end
$$;
comment on function farthing.judge_dispute(farthing.balance_transactions) is
  'Compares a dispute in Stripe''s list with our record of it. Returns whether the disputed '
  'payment is ours, the verdict (`differs`, `unknown` or null), and our record.';

create function farthing.judge_fee(p_transaction farthing.balance_transactions)
returns farthing.judgement
language plpgsql stable
set search_path = ''
as $$
declare
  v_ours farthing.bookings;
  v_returned bigint;
begin
  select * into v_ours from farthing.bookings where fee_id = p_transaction.fee_id
  union all select * from farthing.bookings where charge_id = p_transaction.charge_id limit 1;
  if v_ours.booking_id is null then
    return row(false, null, null)::farthing.judgement;
  elsif v_ours.fee_id is null then
    return row(true, 'unknown', null)::farthing.judgement;
  elsif p_transaction.kind = 'fee' then
    return row(true, case when (v_ours.fee_collected, v_ours.currency) is distinct from
        (p_transaction.source_amount, p_transaction.source_currency) then 'differs' end,
      concat_ws(' ', v_ours.fee_collected, v_ours.currency));
  end if;
  select sum(source_amount) into v_returned from farthing.balance_transactions
  where fee_id = p_transaction.fee_id and kind = 'fee_refund' and payout_id is not null;
  -- An application fee may be refunded in parts over several payouts. The sum of these fee refunds
  -- in payouts must never exceed the sum that we recorded.
  return row(true, case when v_returned > v_ours.fee_refunded
      or p_transaction.source_currency is distinct from v_ours.currency then 'differs' end,
    concat_ws(' ', v_ours.fee_refunded, v_ours.currency));
end
$$;
comment on function farthing.judge_fee(farthing.balance_transactions) is
  'Compares an application fee or its refund with our booking. Returns whether the booking is '
  'ours, the verdict (`differs`, `unknown` or null), and our record.';

create function farthing.judge(p_transaction farthing.balance_transactions)
returns farthing.judgement
language plpgsql stable
set search_path = ''
as $$
begin
  return case p_transaction.kind
    when 'charge' then farthing.judge_charge(p_transaction)
    when 'refund' then farthing.judge_refund(p_transaction)
    when 'dispute' then farthing.judge_dispute(p_transaction)
    when 'fee' then farthing.judge_fee(p_transaction)
    when 'fee_refund' then farthing.judge_fee(p_transaction) end;
end
$$;
comment on function farthing.judge(farthing.balance_transactions) is
  'Compares one transaction with our records. Returns null for kinds that are not compared, such as '
  'transfers.';

create function farthing.compare_payout(p_payout_id text)
returns table (kind text, subject text, ours text, theirs text, is_ours boolean)
language sql stable
set search_path = ''
as $$
  select replace(t.kind, 'fee_refund', 'fee') || '_' || j.verdict, coalesce(t.source_id, t.transaction_id),
    j.told, left(concat_ws(' ', t.source_amount, t.source_currency, t.type), 255), j.is_ours
  from farthing.balance_transactions t, farthing.judge(t) j
  where t.payout_id = p_payout_id and j.is_ours is not null
  union all
  -- A payout's amount must equal the sum of its balance transactions, without the one of the payout
  -- itself. All of them must be in the payout's currency.
  select case when s.net <> p.amount or s.others > 0 then 'payout_sum' end, p.payout_id,
    concat_ws(' ', s.net, p.currency), concat_ws(' ', p.amount, p.currency), null
  from farthing.payouts p, lateral (
    select coalesce(sum(t.net), 0) as net, count(*) filter (where t.currency <> p.currency) as others
    from farthing.balance_transactions t
    where t.payout_id = p.payout_id and (t.kind, t.source_id) is distinct from ('payout', p.payout_id)) s
  where p.payout_id = p_payout_id
$$;
comment on function farthing.compare_payout(text) is
  'Compares a payout''s transactions and its sum with our records. kind: the kind of mismatch, or '
  'null if Stripe and our records agree; is_ours: false for another app''s transaction on this '
  'Stripe account.';

create function farthing.reconcile(p_payout_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_count int;
begin
  -- The row lock lets only one session compare at a time. If listed_at is null, the list is being
  -- fetched again and is incomplete.
  perform from farthing.reconciliations where payout_id = p_payout_id and listed_at is not null for update;
  if not found then
    return 0;
  end if;
  with compared as materialized (
    select * from farthing.compare_payout(p_payout_id)
  ), found as (
    -- A refund and the return of a failed refund are two transactions with the same subject.
    -- Together they get one mismatch.
    select * from (
      select distinct on (kind, subject) * from compared where kind is not null
      order by kind, subject, theirs) d
    where not farthing.is_resolved_by_operator(d.kind, d.subject, p_payout_id, d.ours, d.theirs)
  ), noted as (
    insert into farthing.mismatches as m (kind, subject, payout_id, ours, theirs, found_at, seen_at)
    select f.kind, f.subject, p_payout_id, f.ours, f.theirs, p_now, p_now from found f
    on conflict (kind, subject, coalesce(payout_id, '')) where resolved_at is null
    do update set ours = excluded.ours, theirs = excluded.theirs, seen_at = greatest(m.seen_at, p_now)
    returning 1
  ), mended as (
    update farthing.mismatches m set resolved_at = greatest(m.found_at, p_now)
    where m.payout_id = p_payout_id and m.resolved_at is null
      and not exists (select from found f where (f.kind, f.subject) = (m.kind, m.subject))
  ), counted as (
    update farthing.reconciliations set reconciled_at = p_now,
      ours = (select count(*) from compared where is_ours),
      not_ours = (select count(*) from compared where not is_ours)
    where payout_id = p_payout_id
  )
  select count(*) into v_count from noted;
  return v_count;
end
$$;
comment on function farthing.reconcile(text, timestamptz) is
  'Compares a payout whose list is complete: records differences, resolves differences that no longer '
  'exist, and counts other apps'' transactions. Returns the number of differences.';

create function farthing.retry_reconciliation(p_now timestamptz default now(), p_limit int default 100)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_count int;
begin
  v_count := farthing.work_off('retry_reconciliation', 'payout', array(
    select m.payout_id from farthing.mismatches m
    join farthing.reconciliations r on r.payout_id = m.payout_id and r.listed_at is not null
    where m.resolved_at is null
      and not farthing.is_parked('retry_reconciliation', 'payout', m.payout_id, p_now)
    group by 1 order by min(m.seen_at), 1 limit p_limit), 'reconcile', p_now);
  perform farthing.fetch_lists_again(p_now);
  update farthing.mismatches m set resolved_at = greatest(m.found_at, p_now)
  where m.kind = 'never_paid_out' and m.resolved_at is null and exists (
    select from farthing.balance_transactions t where t.payment_id = m.subject and t.kind = 'charge'
      and t.payout_id is not null);
  return v_count + farthing.find_never_listed(p_now) + farthing.find_never_paid_out(p_now);
end
$$;
comment on function farthing.retry_reconciliation(timestamptz, int) is
  'Scheduled task: compares payouts with open differences again, and looks for payouts without a list '
  'and for payments that were never paid out. Plans a new fetch of each list with differences. '
  'Returns the number of differences that it found.';
