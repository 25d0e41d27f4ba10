-- Key figures of purchases and credits.

create function farthing.kpis_of_orders(p_range farthing.day_range)
returns setof farthing.kpi
language sql stable
set search_path = ''
as $$
  with waits as (
    select percentile_disc(array[0.5, 0.95]) within group (order by o.paid_at - o.created_at) as waited,
      count(*) as orders
    from farthing.orders o
    where o.kind = 'package' and o.paid_at >= p_range.first_day::timestamp at time zone 'UTC'
      and o.paid_at < (p_range.last_day + 1)::timestamp at time zone 'UTC'
  ), evidence as materialized (
    select * from farthing.order_evidence(p_range)
  ), moved as (
    select coalesce(sum(d.amount) filter (where d.kind = 'purchase'), 0) as purchased,
      coalesce(sum(d.entries) filter (where d.kind = 'purchase'), 0)::bigint as purchases,
      coalesce(sum(d.amount) filter (where d.kind in ('debit', 'usage', 'settle')), 0) as debited,
      coalesce(sum(d.entries) filter (where d.kind in ('debit', 'usage', 'settle')), 0)::bigint as debits
    from farthing.actor_days d where d.day between p_range.first_day and p_range.last_day
  )
  select 'time_to_first_dollar_p50', null::date, null::text, extract(epoch from w.waited[1]), 's',
    null::numeric, w.orders
  from waits w
  union all
  select 'time_to_first_dollar_p95', null, null, extract(epoch from w.waited[2]), 's', null, w.orders
  from waits w
  union all
  select 'evidence_completeness', null, null,
    round(count(*) filter (where e.missing is null)::numeric / nullif(count(*), 0), 6), 'share', 1, count(*)
  from evidence e
  union all
  select 'order_without_evidence', null, format('%s: %s', e.order_id, e.missing), 1, 'orders', 0, 1
  from evidence e where e.missing is not null
  union all
  select 'purchased_credits', null, null, m.purchased, 'credits', null, m.purchases from moved m
  union all
  select 'debited_credits', null, null, m.debited, 'credits', null, m.debits from moved m
$$;
comment on function farthing.kpis_of_orders(farthing.day_range) is
  'Returns the key figures of purchases and credits: kpi_formulas() has their formulas.';
