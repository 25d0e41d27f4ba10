-- The controls of the journal: debits equal credits, and bookkeeping accounts equal the sums of the
-- tables that record the same money.

create function farthing.journal_controls(p_range farthing.day_range, p_totals jsonb)
returns jsonb
language sql stable
set search_path = ''
as $$
  with balances as (
    select t.account, t.currency, t.debit, t.credit
    from jsonb_to_recordset(p_totals) t (account text, currency text, debit numeric, credit numeric)
  ), controls as (
    select 1 as nr, 'debits = credits, ' || b.currency as name, sum(b.debit) as report,
      sum(b.credit) as source
    from balances b group by b.currency
    union all
    select 2, 'stripe_balance = revenue lines, ' || currency,
      coalesce(sum(b.debit - b.credit) filter (where b.account = 'stripe_balance'), 0),
      coalesce(max(l.amount), 0)
    from balances b full join (select n.currency, sum(n.amount) as amount from farthing.revenue_lines n
      where n.booked_on between p_range.first_day and p_range.last_day group by n.currency) l using (currency)
    group by currency
    union all
    -- The deferred revenue of all days, and not only of this range, must equal what the lots are
    -- worth now.
    select 3, 'deferred_revenue of all days = worth of all lots, ' || currency,
      coalesce(sum(case d.movement when 'granted' then d.value else -d.value end), 0),
      coalesce(max(w.worth), 0)
    from farthing.lot_days d full join (select x.currency, sum(x.value) as worth from farthing.deferred_lots x
      where x.value <> 0 group by x.currency) w using (currency)
    where currency <> '' group by currency
  )
  select jsonb_agg(farthing.control(c.name, c.report, c.source) order by c.nr, c.name) from controls c
$$;
comment on function farthing.journal_controls(farthing.day_range, jsonb) is
  'Returns the controls of the journal by currency. Each compares two sums: debits with credits; the '
  'account stripe_balance with the revenue lines; deferred revenue with what the lots are worth.';
