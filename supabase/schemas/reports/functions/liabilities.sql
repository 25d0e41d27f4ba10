-- Deferred revenue: the money that was paid for credits that are not used yet, by month and currency.

create function farthing.deferred_months(p_range farthing.day_range)
returns table (month date, currency text, opening bigint, purchases bigint, used bigint, breakage bigint,
  refunded bigint, clawed_back bigint, adjustments bigint, closing bigint)
language sql stable
set search_path = ''
as $$
  with sums as (
    select date_trunc('month', d.day::timestamp)::date as month, d.currency,
      sum(d.value) filter (where d.movement = 'granted' and d.source in ('paid', 'bonus')) as purchases,
      sum(d.value) filter (where d.movement in ('used', 'debt_paid')) as used,
      sum(d.value) filter (where d.movement = 'expired') as breakage,
      sum(d.value) filter (where d.movement = 'refunded') as refunded,
      sum(d.value) filter (where d.movement = 'disputed') as clawed_back,
      sum(d.value) filter (where d.movement = 'granted' and d.source not in ('paid', 'bonus')) as adjustments,
      sum(case d.movement when 'granted' then d.value else -d.value end) as change
    from farthing.lot_days d where d.currency <> '' and d.day <= p_range.last_day
    group by 1, 2
  ), months as (
    select m::date as month, c.currency
    from generate_series(p_range.first_day::timestamp, p_range.last_day, interval '1 month') m
    cross join (select distinct s.currency from sums s) c
  ), rolled as (
    select month, currency, s.purchases, s.used, s.breakage, s.refunded, s.clawed_back, s.adjustments,
      s.change, sum(s.change) over (partition by currency order by month) as closing
    from sums s full join months m using (month, currency)
  )
  select r.month, r.currency, (r.closing - coalesce(r.change, 0))::bigint, coalesce(r.purchases, 0)::bigint,
    coalesce(r.used, 0)::bigint, coalesce(r.breakage, 0)::bigint, coalesce(r.refunded, 0)::bigint,
    coalesce(r.clawed_back, 0)::bigint, coalesce(r.adjustments, 0)::bigint, r.closing::bigint
  -- A currency has no row for the months before its first sale.
  from rolled r where r.month >= p_range.first_day and r.closing is not null
$$;
comment on function farthing.deferred_months(farthing.day_range) is
  'Returns the roll-forward of deferred revenue by month and currency, in minor units, for a range of '
  'whole months: opening + purchases - used - breakage - refunded - clawed_back + adjustments = closing.';

create function farthing.deferred_proof()
returns table (currency text, last_month date, proof bigint)
language sql stable
set search_path = ''
-- The planner expects only one row from a join by two columns. So for some currencies it would
-- choose a plan that sorts all lots.
set enable_sort = off set work_mem = '32MB'
as $$
  -- The values of the lots are computed again here, from their remaining credits and prices, so
  -- that the result can be compared with the stored values.
  select m.currency, m.last_month, coalesce(p.proof, 0)
  from (select d.currency, date_trunc('month', max(d.day)::timestamp)::date as last_month
    from farthing.lot_days d where d.currency <> '' group by d.currency) m
  left join (
    select d.currency, sum(div(2 * l.price * d.remaining + l.amount, 2 * l.amount))::bigint as proof
    from farthing.deferred_lots d
    join farthing.lots l on l.account_id = d.account_id and l.lot_id = d.lot_id
    where d.value <> 0 group by d.currency) p using (currency)
$$;
comment on function farthing.deferred_proof() is
  'Returns for each currency what the remaining credits of all lots are worth, in minor units, and '
  'the last month with a movement of a lot in this currency.';
