-- Key figures of purchases and credits.

create function farthing.kpis_of_orders(p_range farthing.day_range)
returns setof farthing.kpi
language plpgsql stable -- plpgsql makes a plan for the days of each call
set search_path = ''
as $$
begin
  return query
  with paid as (
    -- The intervals are added to a fixed timestamp, because PostgreSQL sorts timestamps twice as
    -- fast as intervals.
    select percentile_disc(array[0.5, 0.95])
        within group (order by timestamp 'epoch' + (o.paid_at - o.created_at))
        filter (where o.kind = 'package' and o.amount_total > 0) as waited,
      count(*) filter (where o.kind = 'package' and o.amount_total > 0) as packages,
      count(*) filter (where o.paid_at < (select u.at from farthing.sealed_until u)) as sealed
    from farthing.orders o
    where o.paid_at >= p_range.first_day::timestamp at time zone 'UTC'
      and o.paid_at < (p_range.last_day + 1)::timestamp at time zone 'UTC'
  ), gaps as materialized (
    select g.order_id, g.missing, row_number() over (order by g.order_id) as nr
    from farthing.orders_without_evidence(p_range) g
  ), moved as (
    select coalesce(sum(d.amount) filter (where d.kind = 'purchase'), 0) as purchased,
      coalesce(sum(d.entries) filter (where d.kind = 'purchase'), 0)::bigint as purchases,
      coalesce(sum(d.amount) filter (where d.kind in ('debit', 'usage', 'settle')), 0) as debited,
      coalesce(sum(d.entries) filter (where d.kind in ('debit', 'usage', 'settle')), 0)::bigint as debits
    from farthing.actor_days d where d.day between p_range.first_day and p_range.last_day
  )
  select 'time_to_first_dollar_p50', null::date, null::text, extract(epoch from p.waited[1]), 's',
    null::numeric, p.packages
  from paid p
  union all
  select 'time_to_first_dollar_p95', null, null, extract(epoch from p.waited[2]), 's', null, p.packages
  from paid p
  union all
  select 'evidence_completeness', null, null, round((p.sealed - g.gaps)::numeric / nullif(p.sealed, 0), 6),
    'share', 1, p.sealed
  from paid p, (select count(*) as gaps from gaps) g
  union all
  select 'orders_without_evidence', null, null, g.gaps, 'orders', 0, p.sealed
  from paid p, (select count(*) as gaps from gaps) g
  union all
  select 'order_without_evidence', null, format('%s: %s', g.order_id, g.missing), 1, 'orders', 0, 1
  from gaps g where g.nr <= farthing.orders_without_evidence_listed()
  union all
  select 'purchased_credits', null, null, m.purchased, 'credits', null, m.purchases from moved m
  union all
  select 'debited_credits', null, null, m.debited, 'credits', null, m.debits from moved m;
end
$$;
comment on function farthing.kpis_of_orders(farthing.day_range) is
  'Returns the key figures of purchases and credits: kpi_formulas() has their formulas.';
