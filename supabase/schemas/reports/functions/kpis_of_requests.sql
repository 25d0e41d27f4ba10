-- Key figures of requests, webhooks and notifications. Metrics per hour are stored for 35 days, so
-- figures of requests cover only the part of the range within the last 35 days.

create function farthing.latency_kpis(p_from timestamptz, p_to timestamptz)
returns setof farthing.kpi
language sql stable
set search_path = ''
as $$
  with found as materialized (
    select m.labels, m.buckets from farthing.metric_rows('requests', p_from, p_to) m
  ), named as (
    -- The labels of each series are parsed once for all days.
    select l.labels, n.route, case n.route when 'POST /send-notification' then 'notification_p95'
      else 'ledger_p95' end as name
    from (select distinct f.labels from found f) l
    cross join lateral (select farthing.label_of(l.labels, 'route') as route offset 0) n
    where n.route = any (array_remove((select s.core_routes from farthing.slo() s), 'POST /stripe-webhook'))
  ), counted as (
    select g.name, g.route, b.nr, sum(b.count) as count
    from named g join found f using (labels)
    cross join lateral unnest(f.buckets) with ordinality b (count, nr)
    where b.count > 0
    group by grouping sets ((g.name, g.route, b.nr), (g.name, b.nr))
  ), ranked as (
    select c.name, c.route, c.nr, sum(c.count) over (partition by c.name, c.route order by c.nr) as up_to,
      sum(c.count) over (partition by c.name, c.route) as n
    from counted c
  )
  select n.name, null::date, r.route, farthing.bucket_ms(min(r.nr) filter (where r.up_to >= ceil(0.95 * r.n))
    - 0.5), 'ms', (select s.fast_ms from farthing.slo() s)::numeric, coalesce(max(r.n), 0)::bigint
  from (values ('notification_p95'), ('ledger_p95')) n (name) left join ranked r on r.name = n.name
  group by n.name, r.route
$$;
comment on function farthing.latency_kpis(timestamptz, timestamptz) is
  'Returns the p95 duration of notification and ledger endpoints: for all of their routes '
  'together, and for each route (label).';

create function farthing.hop_kpis(p_from timestamptz, p_to timestamptz)
returns setof farthing.kpi
language plpgsql stable -- plpgsql makes a plan for the days of each call
set search_path = ''
as $$
begin
  return query
  with hops as (
    select 'webhook_received' as name,
      coalesce(sum(m.count) filter (where farthing.label_of(m.labels, 'status') = '2xx'), 0) as good,
      coalesce(sum(m.count) filter (where farthing.is_failure(m.labels)), 0) as bad
    from (select r.labels, sum(r.count) as count from farthing.metric_rows('requests', p_from, p_to) r
      group by r.labels) m
    where farthing.label_of(m.labels, 'route') = 'POST /stripe-webhook'
    union all
    select 'webhook_applied', coalesce(sum(e.count) filter (where e.state in ('processed', 'ignored')), 0),
      coalesce(sum(e.count) filter (where e.state in ('failed', 'dead')), 0)
    -- One count per state, because that is faster than grouping the events by state.
    from (values ('processed'), ('ignored'), ('failed'), ('dead')) s (state)
    cross join lateral (select s.state, count(*) as count from farthing.inbox i
      where i.state = s.state and i.received_at >= p_from and i.received_at < p_to) e
    union all
    select 'notification_sent', coalesce(sum(e.count) filter (where e.state = 'sent'), 0),
      coalesce(sum(e.count) filter (where e.state in ('dead', 'uncertain')), 0)
    -- This figure shows whether notifications reach customers, so notifications to operators do not
    -- count. Notifications to deleted users do not count either, because these users have no
    -- address.
    from (select n.state, count(*) as count from farthing.notifications n
      where n.created_at >= p_from and n.created_at < p_to and n.recipient in ('owner', 'address')
        and n.last_error is distinct from 'no_recipient' group by n.state) e
  )
  select h.name, null::date, null::text, round(h.good / nullif(h.good + h.bad, 0), 6), 'share', 0.95,
    (h.good + h.bad)::bigint
  from hops h;
end
$$;
comment on function farthing.hop_kpis(timestamptz, timestamptz) is
  'Returns the share of successes at each hop from Stripe to the customer: the event is received, it is '
  'applied to the ledger, and the notification is sent.';

create function farthing.kpis_of_requests(p_range farthing.day_range)
returns setof farthing.kpi
language plpgsql stable
set search_path = ''
as $$
declare
  v_from timestamptz := p_range.first_day::timestamp at time zone 'UTC';
  v_to timestamptz := (p_range.last_day + 1)::timestamp at time zone 'UTC';
begin
  return query select * from farthing.latency_kpis(v_from, v_to);
  return query select * from farthing.hop_kpis(v_from, v_to);
  return query
    select 'request_errors', null::date, null::text,
      round(coalesce(sum(m.count) filter (where farthing.is_failure(m.labels)), 0)
        / nullif(sum(m.count), 0), 6), 'share', 0.005, coalesce(sum(m.count), 0)::bigint
    from (select r.labels, sum(r.count) as count from farthing.metric_rows('requests', v_from, v_to) r
      group by r.labels) m
    union all
    select 'auth_failures', (m.starts_at at time zone 'UTC')::date, farthing.label_of(m.labels, 'code'),
      sum(m.count), 'requests', null, sum(m.count)::bigint
    from farthing.metric_rows('auth_failures', v_from, v_to) m group by 2, 3
    union all
    select 'rate_limited', (m.starts_at at time zone 'UTC')::date, farthing.label_of(m.labels, 'rule'),
      sum(m.count), 'requests', null, sum(m.count)::bigint
    from farthing.metric_rows('limiter_decisions', v_from, v_to) m
    where farthing.label_of(m.labels, 'outcome') = 'blocked' group by 2, 3;
end
$$;
comment on function farthing.kpis_of_requests(farthing.day_range) is
  'Returns the key figures of requests, webhooks and notifications: kpi_formulas() has their formulas.';
