-- Metrics of a range of days. A metric is a numerator over a denominator, or only a numerator. The
-- report shows the numerator and the denominator.

create function farthing.metric_formulas()
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'gmv', 'gross of /reports/revenue: prices of paid orders and bookings, without tax, before discounts; a '
      'free order counts with its price',
    'net_revenue', 'net of /reports/revenue',
    'paying_accounts', 'accounts with a payment in the range; a free order is not a payment',
    'arpu', 'net_revenue / paying_accounts',
    'take_rate', 'bookings: (application_fees + application_fee_refunds) / gross of /reports/revenue; '
      'credits: (value_usd - provider_cost_usd) / value_usd of the usage that has a rate, with 1 USD for '
      '1000 credits',
    'conversion', 'accounts with a paid order / accounts with an order, of package orders created in the '
      'range; a free order is an order and is not paid',
    'application_fees_requested',
      'fees agreed for the bookings paid in the range, where Stripe collects them',
    'application_fee_capture', 'collected fees / requested fees of these bookings',
    'application_fees_missing', 'bookings paid in the range whose fee Stripe has not reported')
$$;
comment on function farthing.metric_formulas() is
  'Returns the formula of each metric, by the metric''s name.';

create function farthing.metrics_of_revenue(p_range farthing.day_range)
returns setof farthing.metric
language plpgsql stable -- plpgsql makes a plan for the days of each call
set search_path = ''
as $$
begin
  return query
  with summed as (
    select r.product_line, r.currency, sum(r.gross) as gross, sum(r.net) as net,
      sum(r.application_fees + r.application_fee_refunds) as fees
    from farthing.revenue_days(p_range.first_day, p_range.last_day) r
    -- The second grouping set adds up both product lines of a currency.
    group by grouping sets ((r.product_line, r.currency), (r.currency))
  ), payers as (
    -- There is one group per account, with a column for each product line. A group for each account
    -- and product line would be slower, because forming groups takes most of the time.
    select l.currency, l.account_id,
      coalesce(sum(l.amount) filter (where l.product_line = 'credits'), 0) as credits,
      coalesce(sum(l.amount) filter (where l.product_line = 'bookings'), 0) as bookings
    from farthing.revenue_lines l
    where l.booked_on between p_range.first_day and p_range.last_day and l.kind in ('charge', 'discount')
    group by l.currency, l.account_id
  ), counted as materialized (
    -- An account whose orders all had a discount of 100 % is not a paying account.
    select p.currency, count(*) filter (where p.credits > 0) as credits,
      count(*) filter (where p.bookings > 0) as bookings,
      count(*) filter (where p.credits > 0 or p.bookings > 0) as either
    from payers p group by p.currency
  ), paying as (
    select v.product_line, c.currency, v.accounts
    from counted c cross join lateral (values ('credits', c.credits), ('bookings', c.bookings),
      (null, c.either)) v (product_line, accounts)
    where v.accounts > 0
  )
  select 'gmv', s.product_line, s.currency, 'minor units', s.gross, null::numeric from summed s
  union all select 'net_revenue', s.product_line, s.currency, 'minor units', s.net, null from summed s
  union all select 'paying_accounts', p.product_line, p.currency, 'accounts', p.accounts::numeric, null
    from paying p
  union all select 'arpu', s.product_line, s.currency, 'minor units', s.net, coalesce(p.accounts, 0)::numeric
    from summed s left join paying p on p.currency = s.currency
      and p.product_line is not distinct from s.product_line
  union all select 'take_rate', s.product_line, s.currency, 'ratio', s.fees, s.gross
    from summed s where s.product_line = 'bookings';
end
$$;
comment on function farthing.metrics_of_revenue(farthing.day_range) is
  'Returns the metrics of payments, by currency and product line. A null product line stands for '
  'both product lines together.';

create function farthing.metrics_of_customers(p_range farthing.day_range)
returns setof farthing.metric
language plpgsql stable -- plpgsql makes a plan for the days of each call
set search_path = ''
as $$
begin
  return query
  select 'conversion', 'credits', null::text, 'ratio',
    count(distinct o.account_id) filter (where o.amount_total > 0)::numeric,
    count(distinct o.account_id)::numeric
  from farthing.orders o
  where o.kind = 'package' and o.created_at >= p_range.first_day::timestamp at time zone 'UTC'
    and o.created_at < (p_range.last_day + 1)::timestamp at time zone 'UTC'
  union all
  select 'take_rate', 'credits', 'usd', 'ratio',
    coalesce(sum(c.priced_credits) * 0.001 - sum(c.provider_cost_usd), 0),
    coalesce(sum(c.priced_credits) * 0.001, 0)
  from farthing.usage_costs(p_range) c;
end
$$;
comment on function farthing.metrics_of_customers(farthing.day_range) is
  'Returns the share of accounts whose checkout ended in a payment, and the margin of usage.';

create function farthing.metrics_of_fees(p_range farthing.day_range)
returns setof farthing.metric
language plpgsql stable -- plpgsql makes a plan for the days of each call
set search_path = ''
as $$
begin
  return query
  with taken as (
    -- A booking whose provider gets the share only at the booking's completion is left out, because
    -- Stripe collects no fee for it.
    select b.currency, sum(b.application_fee_amount) as requested,
      coalesce(sum(b.fee_collected), 0) as collected,
        count(*) filter (where b.fee_collected is null) as missing
    from farthing.revenue_lines l
    join farthing.bookings b on b.account_id = l.account_id and b.booking_id = l.booking_id
    where l.booked_on between p_range.first_day and p_range.last_day and l.product_line = 'bookings'
      and l.kind = 'charge' and b.transfer_at = 'payment' and b.application_fee_amount > 0
    group by b.currency
  )
  select 'application_fees_requested', 'bookings', t.currency, 'minor units', t.requested, null::numeric
    from taken t
  union all select 'application_fee_capture', 'bookings', t.currency, 'ratio', t.collected, t.requested
    from taken t
  union all select 'application_fees_missing', 'bookings', t.currency, 'bookings', t.missing::numeric,
    null from taken t;
end
$$;
comment on function farthing.metrics_of_fees(farthing.day_range) is
  'Returns the metrics of application fees: the requested fees, the share that Stripe collected, and the '
  'number of bookings whose fee is missing.';

create function farthing.metric_controls(p_range farthing.day_range)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_agg(farthing.control(format('collected application fees in %s: lines, and balance '
      'transactions at Stripe', c.currency), c.ours, c.theirs) order by c.currency)
  from (
    select s.currency, coalesce(sum(s.ours), 0) as ours, coalesce(sum(s.theirs), 0) as theirs
    from (
      select l.currency, l.amount as ours, null::bigint as theirs
      from farthing.revenue_sums(p_range.first_day, p_range.last_day) l where l.kind = 'application_fee'
      union all
      select t.source_currency, null, t.source_amount from farthing.balance_transactions t
      where t.booked_on between p_range.first_day and p_range.last_day and t.kind = 'fee') s
    group by s.currency) c
$$;
comment on function farthing.metric_controls(farthing.day_range) is
  'Returns the control totals of metrics: for each currency they compare the collected fees of '
  'bookings in our lines with those in Stripe''s balance transactions.';
