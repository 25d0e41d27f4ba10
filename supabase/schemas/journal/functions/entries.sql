-- The entries of the journal: each debits one bookkeeping account and credits another. The revenue
-- lines give the movements of money, and lot_days (the movements of lots per day) gives the
-- movements of deferred revenue. Both are summed by day, because a bookkeeping program needs no
-- line per payment.

create function farthing.journal_entries(p_range farthing.day_range)
returns table (day date, entry_id text, debit text, credit text, amount bigint, currency text, memo text,
  source_id text)
language sql stable
set search_path = ''
as $$
  with lines as (
    select s.booked_on, s.product_line, s.currency, s.kind, s.lines, s.amount::bigint as amount
    from farthing.revenue_sums(p_range.first_day, p_range.last_day) s
  ), facts as (
    select l.booked_on as day, format('%s %s', l.product_line, l.kind) as fact, 'stripe_balance' as debit,
      case when l.kind in ('dispute_fee', 'stripe_fee', 'stripe_fee_provisional') then 'stripe_fees'
        when l.kind like 'application_fee%' then 'application_fees'
        when l.kind like 'tax%' then 'tax_payable' when l.kind = 'discount' then 'discounts'
        when l.product_line = 'bookings' then 'provider_payable'
        when l.kind = 'charge' then 'unapplied_payments'
        when l.kind like 'refund%' then 'refunds' else 'disputes' end as credit,
      l.amount, l.currency,
      format('%s x %s of %s', l.lines, replace(l.kind, '_', ' '), l.product_line) as memo,
      case l.lines when 1 then (select n.source_id from farthing.revenue_lines n
        where n.booked_on = l.booked_on and n.product_line = l.product_line and n.currency = l.currency
          and n.kind = l.kind) end as source_id
    from lines l
    union all
    -- A discount has this second entry, which lowers unapplied_payments. The payment (kind
    -- `charge`) was booked there at the full price, but only the amount that was paid becomes
    -- deferred revenue.
    select l.booked_on, l.product_line || ' discount applied', 'discounts', 'unapplied_payments', l.amount,
      l.currency, format('%s x discount off the price of %s', l.lines, l.product_line), null
    from lines l where l.kind = 'discount'
    union all
    select d.day, 'credits ' || m.movement,
      case m.movement when 'granted' then 'unapplied_payments' else 'deferred_revenue' end,
      case m.movement when 'granted' then 'deferred_revenue' when 'used' then 'credit_revenue'
        when 'expired' then 'breakage_revenue' when 'refunded' then 'refunds' else 'disputes' end,
      sum(d.value)::bigint, d.currency, 'deferred revenue of credits ' || m.movement, null
    from farthing.lot_days d
    cross join lateral (select case d.movement when 'debt_paid' then 'used' else d.movement end) m (movement)
    where d.currency <> '' and d.day between p_range.first_day and p_range.last_day
    group by d.day, d.currency, m.movement
  )
  -- An entry with a negative amount swaps its debit and credit accounts.
  select f.day, concat_ws(' ', f.day, f.currency, f.fact), case when f.amount > 0 then f.debit else f.credit
    end, case when f.amount > 0 then f.credit else f.debit end, abs(f.amount), f.currency, f.memo, f.source_id
  from facts f where f.amount <> 0
$$;
comment on function farthing.journal_entries(farthing.day_range) is
  'Returns the entries of the journal, one for each day, currency and kind of fact: the account that '
  'is debited, the account that is credited, and the amount in minor units. source_id: Stripe''s id, '
  'if the entry sums only one revenue line.';

create function farthing.journal_codes()
returns table (account text, version int, code text, first_day date, next_day date)
language sql stable
set search_path = ''
as $$
  -- If two versions begin on the same day, only the later one is used.
  select a.account, a.version, a.code, a.effective_from,
    lead(a.effective_from) over (partition by a.account order by a.effective_from)
  from (select distinct on (j.account, j.effective_from) j.* from farthing.journal_accounts j
    order by j.account, j.effective_from, j.version desc) a
$$;
comment on function farthing.journal_codes() is
  'Returns every code that an account of the journal has had or will have. first_day: the first day '
  'on which the code applies. next_day: the day on which a later code of this account replaces it; '
  'null if none does.';

create function farthing.journal_rows(p_range farthing.day_range)
returns table (day date, entry_id text, account text, account_code text, debit bigint, credit bigint,
  currency text, memo text, source_id text)
language sql stable
set search_path = ''
as $$
  select e.day, e.entry_id, a.account, a.code, case s.side when 'debit' then e.amount else 0 end,
    case s.side when 'credit' then e.amount else 0 end, e.currency, e.memo, e.source_id
  from farthing.journal_entries(p_range) e
  cross join lateral (values ('debit', e.debit), ('credit', e.credit)) s (side, account)
  join farthing.journal_codes() a on a.account = s.account and e.day >= a.first_day
    and (e.day < a.next_day) is not false
$$;
comment on function farthing.journal_rows(farthing.day_range) is
  'Returns the rows of the journal: each entry gives two rows, one for the debited account and one '
  'for the credited account.';
