-- The figures of a metric for each hour. Operators read them to see, for example, when the errors
-- behind an alert occurred.

create function farthing.labels_object(p_labels text)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(split_part(l, '=', 1), substring(l from position('=' in l) + 1)), '{}')
  from unnest(string_to_array(p_labels, ',')) l
$$;
comment on function farthing.labels_object(text) is
  'Returns the labels of a metric as an object: {name: value}.';

create function farthing.hours_of(p_name text, p_service text, p_hours int, p_now timestamptz)
returns table (hour timestamptz, labels text, count numeric, p95_ms numeric)
language sql stable
set search_path = ''
as $$
  with counted as (
    select m.starts_at as hour, m.labels, m.count, m.buckets
    from farthing.metrics m
    -- metric_rows() is not used here, because it reads whole days from the rows per day, which are
    -- not split by hour.
    where m.grain = 'hour' and m.name = p_name
      and m.starts_at > p_now - make_interval(hours => p_hours) and m.starts_at <= p_now
      and (p_service is null or farthing.label_of(m.labels, 'service') = p_service)
  ), ranked as (
    select c.hour, c.labels, b.nr,
      sum(sum(b.count)) over (partition by c.hour, c.labels order by b.nr) as up_to,
      sum(sum(b.count)) over (partition by c.hour, c.labels) as n
    from counted c, unnest(c.buckets) with ordinality b (count, nr) where b.count > 0
    group by c.hour, c.labels, b.nr
  )
  select c.hour, c.labels, sum(c.count), (
      -- The p95 by nearest rank: the smallest duration d such that at least 95 % of the durations
      -- are d or shorter.
      select farthing.bucket_ms(min(r.nr) - 0.5) from ranked r
      where r.hour = c.hour and r.labels = c.labels and r.up_to >= ceil(0.95 * r.n))
  from counted c group by c.hour, c.labels
$$;
comment on function farthing.hours_of(text, text, int, timestamptz) is
  'Returns a metric by hour and labels: the count, and the p95 of durations in ms, which is null for a '
  'metric without durations.';
