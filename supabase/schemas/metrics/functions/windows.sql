-- The metrics of a window of time. Whole days are read from the rows per day, the whole hours
-- before and after those days from the rows per hour, and the rest from the rows per minute. So a
-- window of a month costs about as much as a window of a day. Rows per minute are deleted after 25
-- hours. If a window began earlier than that, its first partial hour is not counted.

create function farthing.metric_rows(p_name text, p_from timestamptz, p_to timestamptz)
returns setof farthing.metrics
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select m.* from (
    select date_trunc('minute', p_from, 'UTC') as from_at,
      -- If the window contains no whole hour, it is read entirely from the rows per minute.
      case when hi > lo then lo else p_to end as lo, case when hi > lo then hi else p_to end as hi,
      -- If the window contains no whole day, first_day and last_day are both set to the end of its
      -- last whole hour, so that no rows per day are read.
      case when last_day > first_day then first_day when hi > lo then hi else p_to end as first_day,
      case when last_day > first_day then last_day when hi > lo then hi else p_to end as last_day
    from (select date_trunc('hour', p_from + interval '1 hour' - interval '1 us', 'UTC') as lo,
      date_trunc('hour', p_to, 'UTC') as hi,
      date_trunc('day', p_from + interval '1 day' - interval '1 us', 'UTC') as first_day,
      date_trunc('day', p_to, 'UTC') as last_day) h
  ) w, farthing.metrics m
  where m.name = p_name and (
    (m.grain = 'minute' and m.starts_at >= w.from_at and m.starts_at < w.lo)
    or (m.grain = 'hour' and m.starts_at >= w.lo and m.starts_at < w.first_day)
    or (m.grain = 'day' and m.starts_at >= w.first_day and m.starts_at < w.last_day)
    or (m.grain = 'hour' and m.starts_at >= w.last_day and m.starts_at < w.hi)
    or (m.grain = 'minute' and m.starts_at >= w.hi and m.starts_at < p_to));
end
$$;
comment on function farthing.metric_rows(text, timestamptz, timestamptz) is
  'Returns the rows of a metric that together cover a window without overlap. The first minute is included '
  'as a whole, even if the window begins within it.';

create function farthing.metric_sum(p_name text, p_labels text, p_from timestamptz, p_to timestamptz)
returns numeric
language sql stable
set search_path = ''
as $$
  select coalesce(sum(m.count), 0) from farthing.metric_rows(p_name, p_from, p_to) m
  where p_labels is null or m.labels like p_labels
$$;
comment on function farthing.metric_sum(text, text, timestamptz, timestamptz) is
  'Returns a metric''s count or amount in a window: the sum over all labels, or over the labels that '
  'match the LIKE pattern p_labels (such as rule=user,outcome=blocked).';

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
    -- The quantile is the nearest rank: the smallest value v for which at least this share of all
    -- values is v or less.
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
  'Returns for each route in a window the number of requests, the number of failed requests, and '
  'quantiles of the duration in ms. The row with a null route counts all routes, and is returned even if '
  'there were no requests.';
