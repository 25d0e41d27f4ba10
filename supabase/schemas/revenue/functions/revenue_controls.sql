-- The control totals of the revenue report, which compare the lines with Stripe's balance
-- transactions.

create function farthing.revenue_controls(p_range farthing.day_range)
returns jsonb
language sql stable
set search_path = ''
as $$
  with summed as (
    select l.currency, l.kind like 'stripe_fee%' or l.kind = 'dispute_fee' as is_fee, sum(l.amount) as ours,
      null::numeric as theirs
    from farthing.revenue_sums(p_range.first_day, p_range.last_day) l
    group by 1, 2
    union all
    -- The lines are in the currency of the payment, except Stripe's fees and transfers, which are
    -- in the currency of the balance. Stripe's balance transactions are added up in the same
    -- currencies.
    select u.currency, u.is_fee, null, sum(u.amount)
    from (
      select t.currency, t.source_currency, t.kind in ('transfer', 'transfer_reversal') as is_transfer,
        sum(case when t.source_amount is null or t.source_currency = t.currency then t.amount
          when t.amount < 0 then -t.source_amount when t.amount > 0 then t.source_amount else 0 end)
          as amount, -sum(t.fee) as fee
      from farthing.balance_transactions t
      where t.booked_on between p_range.first_day and p_range.last_day
      group by 1, 2, 3) s
    cross join lateral (values
      (coalesce(case when not s.is_transfer then s.source_currency end, s.currency), false, s.amount),
      (s.currency, true, s.fee)) u (currency, is_fee, amount)
    group by 1, 2
  ), compared as (
    select s.currency, s.is_fee, coalesce(sum(s.ours), 0) as ours, coalesce(sum(s.theirs), 0) as theirs
    from summed s group by s.currency, s.is_fee
  )
  select jsonb_agg(farthing.control(format('%s in %s: lines, and balance transactions at Stripe',
      case when c.is_fee then 'Stripe''s fees' else 'money' end, c.currency), c.ours, c.theirs)
    order by c.currency, c.is_fee)
  from compared c where c.ours <> 0 or c.theirs <> 0
$$;
comment on function farthing.revenue_controls(farthing.day_range) is
  'Returns the control totals of the revenue report: for each currency the sum of Stripe''s fees and the sum '
  'of all other lines, each compared with the same sum of Stripe''s balance transactions. The sums differ as '
  'long as Stripe has not listed a transaction. A transaction may be listed after its month was closed. Its '
  'fee then remains a difference in that month, and a difference with the opposite sign in the month in '
  'which the fee was booked.';
