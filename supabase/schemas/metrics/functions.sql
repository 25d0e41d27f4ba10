-- Metrics: counts and durations of the functions' processes, recorded in batches. Why in Postgres: a
-- process of the platform lives for minutes and cannot be scraped; its counts have to outlive it, and the
-- rules of the alerts are SQL. Writers add to rows and never read them; there are as many rows as routes
-- and minutes, not as requests. A duration is kept as the number of its bucket. Bounds grow by 15 % each,
-- so a bucket's middle is at most 7.3 % away from anything in it, and so is every quantile. The objective
-- of 120 ms is one of the bounds.

create function farthing.add_buckets(p_these bigint[], p_those bigint[])
returns bigint[]
language sql immutable
set search_path = ''
as $$
  select coalesce(array_agg(coalesce(this, 0) + coalesce(that, 0) order by nr), '{}')
  from unnest(p_these, p_those) with ordinality b (this, that, nr)
$$;
comment on function farthing.add_buckets(bigint[], bigint[]) is 'Two histograms in one, bucket by bucket.';

create function farthing.bucket_ms(p_nr numeric)
returns numeric
language sql immutable
set search_path = ''
as $$
  select round((120 * power(1.15::float8, p_nr - 68))::numeric, 4)
$$;
comment on function farthing.bucket_ms(numeric) is
  'The upper bound of a bucket in ms; of p_nr - 0.5 its middle. The 68th ends at 120 ms, each is 15 % above '
  'the one before. The same as in _shared/metrics/buckets.ts.';

create function farthing.slo()
returns table (core_routes text[], available numeric, fast numeric, fast_ms int, budget_days int)
language sql immutable
set search_path = ''
as $$
  select array['GET /credits', 'POST /credits/debits', 'POST /credits/holds',
      'POST /credits/holds/{id}/release', 'POST /credits/holds/{id}/settle', 'POST /send-notification',
      'POST /stripe-webhook', 'POST /usage', 'POST /usage/estimate'],
    0.995, 0.95, 120, 30
$$;
comment on function farthing.slo() is
  'The objectives of the core routes: the share of answers without an error of ours, the share within '
  'fast_ms, and the number of days. The same as in _shared/metrics/slo.ts; a test compares them.';

create function farthing.label_of(p_labels text, p_name text)
returns text
language sql immutable
set search_path = ''
as $$
  select substring(',' || p_labels from ',' || p_name || '=([^,]*)')
$$;
comment on function farthing.label_of(text, text) is 'The value of a label.';

create function farthing.is_failure(p_labels text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select farthing.label_of(p_labels, 'status') in ('5xx', '408')
$$;
comment on function farthing.is_failure(text) is
  'Whether requests with these labels ended in an error of ours. 408 is one: keeping the time is up to us.';

create function farthing.token_costs(p_rows jsonb, p_now timestamptz)
returns table (name text, labels text, count numeric)
language sql stable
set search_path = ''
as $$
  -- Priced when counted, by the rate in force: a new rate does not change yesterday's cost.
  select 'ai_spend_usd', 'model=' || r.model, sum(t.count * case t.kind
    when 'input' then r.input_per_million_usd
    when 'cached_input' then coalesce(r.cached_input_per_million_usd, r.input_per_million_usd)
    when 'reasoning' then coalesce(r.reasoning_per_million_usd, r.output_per_million_usd)
    else r.output_per_million_usd end) / 1000000
  from (select farthing.label_of(g.labels, 'model') as model,
      farthing.label_of(g.labels, 'kind') as kind, g.count
    from jsonb_to_recordset(p_rows) g (name text, labels text, count numeric) where g.name = 'ai_tokens') t
  cross join lateral (select * from farthing.rates a where a.model = t.model
    and a.effective_from <= p_now
    order by a.effective_from desc, a.version desc limit 1) r
  group by r.model
$$;
comment on function farthing.token_costs(jsonb, timestamptz) is
  'The cost of a batch''s tokens at the provider, in US dollars, by model; nothing for a model without a '
  'rate.';

create function farthing.core_counts(p_rows jsonb)
returns table (name text, count numeric)
language sql stable
set search_path = ''
as $$
  -- The objectives are evaluated over 30 days, every minute: three numbers an hour, and no histograms.
  select v.name, sum(v.count) from farthing.slo() s
  join jsonb_to_recordset(p_rows) r (name text, labels text, count numeric, buckets bigint[])
    on r.name = 'requests' and farthing.label_of(r.labels, 'route') = any (s.core_routes)
  cross join lateral (values ('core_requests', r.count),
    ('core_failed', case when farthing.is_failure(r.labels) then r.count else 0 end),
    -- The 68th bucket ends at fast_ms.
    ('core_slow', (select coalesce(sum(b), 0) from unnest(r.buckets[69:]) b))) v (name, count)
  group by v.name having sum(v.count) > 0
$$;
comment on function farthing.core_counts(jsonb) is
  'A batch''s requests to core routes: how many, how many failed, how many were slower than the objective.';

create function farthing.sweep_metrics(p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  with counted as (
    delete from farthing.metrics m using (
      select o.grain, o.name, o.starts_at, o.labels from farthing.metrics t
      cross join (values ('minute', interval '25 hours'), ('hour', interval '35 days')) k (grain, kept)
      join farthing.metrics o
        on (o.grain, o.name, o.labels) = (k.grain, t.name, t.labels) and o.starts_at <= p_now - k.kept
      where t.grain = 'total'
      order by o.grain, o.name, o.starts_at limit p_limit for update of o skip locked) due
    where (m.grain, m.name, m.starts_at, m.labels) = (due.grain, due.name, due.starts_at, due.labels)
    returning 1
  )
  select (select count(*) from counted)::int
    + farthing.delete_older('metric_batches', 'batch_id', 'recorded_at', p_now - interval '1 day', p_limit)
$$;
comment on function farthing.sweep_metrics(timestamptz, int) is
  'Deletes minutes after 25 hours, hours after 35 days, batches after a day; returns how many rows.';

-- Reading the metrics: requests between two moments, and burn rates of the error budget. Whole hours are
-- read as hours, the time before and after them as minutes; so a window of three days costs about as much
-- as one of an hour. A window that begins more than a day ago begins with a whole hour.

create function farthing.burn_windows()
returns table (long_window interval, short_window interval, factor numeric)
language sql immutable
set search_path = ''
as $$
  -- Google's SRE workbook, chapter 5, table 5-8: 2 % of a month's budget in an hour, 5 % in six, 10 % in
  -- three days. The short window ends the alert soon after its cause.
  values (interval '1 hour', interval '5 minutes', 14.4), (interval '6 hours', interval '30 minutes', 6),
    (interval '3 days', interval '6 hours', 1)
$$;
comment on function farthing.burn_windows() is
  'The budget burns when it is spent factor times too fast in both windows. The same as in slo.ts.';

create function farthing.metric_rows(p_name text, p_from timestamptz, p_to timestamptz)
returns setof farthing.metrics
language sql stable
set search_path = ''
as $$
  select m.* from (
    select date_trunc('minute', p_from, 'UTC') as from_at,
      -- No whole hour in between: only minutes.
      case when hi > lo then lo else p_to end as lo, case when hi > lo then hi else p_to end as hi
    from (select date_trunc('hour', p_from + interval '1 hour' - interval '1 us', 'UTC') as lo,
      date_trunc('hour', p_to, 'UTC') as hi) h
  ) w, farthing.metrics m
  where m.name = p_name and (
    (m.grain = 'minute' and m.starts_at >= w.from_at and m.starts_at < w.lo)
    or (m.grain = 'hour' and m.starts_at >= w.lo and m.starts_at < w.hi)
    or (m.grain = 'minute' and m.starts_at >= w.hi and m.starts_at < p_to))
$$;
comment on function farthing.metric_rows(text, timestamptz, timestamptz) is
  'The rows of a metric that make up a window, none twice; from the whole minute in which it begins.';

create function farthing.metric_sum(p_name text, p_labels text, p_from timestamptz, p_to timestamptz)
returns numeric
language sql stable
set search_path = ''
as $$
  select coalesce(sum(m.count), 0) from farthing.metric_rows(p_name, p_from, p_to) m
  where p_labels is null or m.labels like p_labels
$$;
comment on function farthing.metric_sum(text, text, timestamptz, timestamptz) is
  'A metric''s count or amount in a window; of all labels, or of those like p_labels '
  '(rule=user,outcome=blocked).';

create function farthing.requests_between(p_from timestamptz, p_to timestamptz)
returns table (route text, requests bigint, errors bigint, p50 numeric, p95 numeric, p99 numeric)
language sql stable
set search_path = ''
as $$
  with series as (
    select farthing.label_of(m.labels, 'route') as route, m.labels, m.count, m.buckets
    from farthing.metric_rows('requests', p_from, p_to) m
  ), totals as (
    select s.route, coalesce(sum(s.count), 0)::bigint as requests,
      coalesce(sum(s.count) filter (where farthing.is_failure(s.labels)), 0)::bigint as errors
    from series s group by grouping sets ((s.route), ())
  ), counted as (
    select s.route, b.nr, sum(b.count) as count
    from series s, unnest(s.buckets) with ordinality b (count, nr) where b.count > 0
    group by grouping sets ((s.route, b.nr), (b.nr))
  ), ranked as (
    select c.route, c.nr, sum(c.count) over (partition by c.route order by c.nr) as up_to,
      sum(c.count) over (partition by c.route) as n
    from counted c
  ), quantiles as (
    -- The nearest rank: the first value that this share of the values does not exceed.
    select r.route, min(r.nr) filter (where r.up_to >= ceil(0.50 * r.n)) as p50,
      min(r.nr) filter (where r.up_to >= ceil(0.95 * r.n)) as p95,
      min(r.nr) filter (where r.up_to >= ceil(0.99 * r.n)) as p99
    from ranked r group by r.route
  )
  select t.route, t.requests, t.errors, farthing.bucket_ms(q.p50 - 0.5), farthing.bucket_ms(q.p95 - 0.5),
    farthing.bucket_ms(q.p99 - 0.5)
  from totals t left join quantiles q on q.route is not distinct from t.route
$$;
comment on function farthing.requests_between(timestamptz, timestamptz) is
  'Requests in a window, errors of ours among them, and quantiles of their duration in ms, by route; one row '
  'with route null for all together, which is there even without a request.';

create function farthing.core_requests(p_window interval, p_now timestamptz)
returns table (requests numeric, failed numeric, slow numeric)
language sql stable
set search_path = ''
as $$
  select farthing.metric_sum('core_requests', null, p_now - p_window, p_now),
    farthing.metric_sum('core_failed', null, p_now - p_window, p_now),
    farthing.metric_sum('core_slow', null, p_now - p_window, p_now)
$$;
comment on function farthing.core_requests(interval, timestamptz) is
  'Requests to core routes up to p_now: how many, how many failed, how many were slower than the objective.';

create function farthing.burn_rate(
  p_window interval, p_now timestamptz, p_slo text default 'available')
returns numeric
language sql stable
set search_path = ''
as $$
  select coalesce(round(case p_slo when 'available' then c.failed / (1 - s.available)
    when 'fast' then c.slow / (1 - s.fast) end / nullif(c.requests, 0), 4), 0)
  from farthing.slo() s, farthing.core_requests(p_window, p_now) c
$$;
comment on function farthing.burn_rate(interval, timestamptz, text) is
  'The burn rate of an objective''s budget (available, fast): at 1 it lasts exactly its days. 0 without a '
  'request.';

create function farthing.budget_burns(p_now timestamptz)
returns table (slo text, long_window interval, short_window interval, factor numeric, long_burn numeric,
  short_burn numeric, burns boolean, requests numeric)
language sql stable
set search_path = ''
as $$
  select o.slo, w.long_window, w.short_window, w.factor, r.long_burn, r.short_burn,
    r.long_burn > w.factor and r.short_burn > w.factor,
    (select c.requests from farthing.core_requests(w.short_window, p_now) c)
  from unnest(array['available', 'fast']) o (slo), farthing.burn_windows() w, lateral (
    select farthing.burn_rate(w.long_window, p_now, o.slo) as long_burn,
      farthing.burn_rate(w.short_window, p_now, o.slo) as short_burn) r
$$;
comment on function farthing.budget_burns(timestamptz) is
  'Each objective in each pair of windows, and whether its budget burns there: too fast in both. requests: '
  'of the short window.';
