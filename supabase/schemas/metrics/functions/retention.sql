-- The deletion of old metrics.

create function farthing.delete_old_metrics(p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  with counted as (
    delete from farthing.metrics m using (
      select o.grain, o.name, o.starts_at, o.labels from farthing.metrics t
      cross join (values ('minute', interval '25 hours'), ('hour', interval '35 days'),
        -- Rows per day are stored for one day longer than rows per hour, so that the day of the oldest stored
        -- hour is never missing.
        ('day', interval '36 days')) k (grain, kept)
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
comment on function farthing.delete_old_metrics(timestamptz, int) is
  'Deletes metrics per minute after 25 hours, per hour after 35 days and per day after 36 days, and batch '
  'ids after a day. Returns the number of deleted rows.';
