-- The proof of the metrics per day. Reports read them instead of the metrics per hour.

create function farthing.prove_metric_days()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with hours as (
    select m.name, m.labels, date_trunc('day', m.starts_at, 'UTC') as starts_at, sum(m.count) as count,
      sum(m.sum_ms) as sum_ms, sum((select sum(b) from unnest(m.buckets) b)) as durations
    from farthing.metrics m where m.grain = 'hour' group by 1, 2, 3
  ), compared as (
    -- Rows per hour are deleted by age. For the oldest day, some of these rows may already be
    -- deleted, so that day is not compared.
    select h.*, min(h.starts_at) over (partition by h.name, h.labels) as oldest from hours h
  )
  select 14, null::bigint, format('metric %s {%s} of %s: %s in the day, %s in its hours', c.name, c.labels,
    (c.starts_at at time zone 'UTC')::date, coalesce(trim_scale(d.count)::text, 'nothing'),
    trim_scale(c.count))
  from compared c
  left join farthing.metrics d on d.grain = 'day' and d.name = c.name and d.starts_at = c.starts_at
    and d.labels = c.labels
  where c.starts_at > c.oldest and (c.count, c.sum_ms, c.durations) is distinct from
    (d.count, d.sum_ms, (select sum(b) from unnest(d.buckets) b));
end
$$;
comment on function farthing.prove_metric_days() is
  'Rule 14: the metrics of each day are the sums of its hours, except for the oldest stored day.';
