-- Recording a batch of a process's metrics, and the figures that are computed from the batch.
-- Metrics are stored in Postgres, because a process on the platform runs only for minutes and
-- cannot be scraped, and because the alert rules are SQL. Writers add to rows and never read them.
-- The number of rows grows with routes and minutes, and not with requests.

create function farthing.label_of(p_labels text, p_name text)
returns text
language sql immutable
set search_path = ''
as $$
  select substring(',' || p_labels from ',' || p_name || '=([^,]*)')
$$;
comment on function farthing.label_of(text, text) is
  'Returns the value of a label; null if there is no such label.';

create function farthing.core_counts(p_rows jsonb)
returns table (name text, count numeric)
language sql stable
set search_path = ''
as $$
  -- Each minute the objectives are evaluated over the last 30 days. These counts let the evaluation read
  -- three numbers per hour instead of histograms.
  select v.name, sum(v.count) from farthing.slo() s
  join jsonb_to_recordset(p_rows) r (name text, labels text, count numeric, buckets bigint[])
    on r.name = 'requests' and farthing.label_of(r.labels, 'route') = any (s.core_routes)
  cross join lateral (values ('core_requests', r.count),
    ('core_failed', case when farthing.is_failure(r.labels) then r.count else 0 end),
    -- The 68th bucket ends at fast_ms, so slow requests are in bucket 69 and above.
    ('core_slow', (select coalesce(sum(b), 0) from unnest(r.buckets[69:]) b))) v (name, count)
  group by v.name having sum(v.count) > 0
$$;
comment on function farthing.core_counts(jsonb) is
  'Counts a batch''s requests to core routes: all requests, failed ones, and those slower than the '
  'objective.';

create function farthing.record_metrics(p_batch_id uuid, p_age_ms bigint, p_rows jsonb, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  -- The time is the database's, because the clocks of processes differ. A process stores unsent metrics for
  -- at most an hour, so a larger p_age_ms counts as an hour.
  v_at timestamptz := p_now - interval '1 ms' * least(greatest(p_age_ms, 0), 3600000);
begin
  insert into farthing.metric_batches (batch_id, recorded_at) values (p_batch_id, p_now)
  on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into farthing.metrics as m (grain, starts_at, name, labels, count, sum_ms, buckets)
  select g.grain, g.starts_at, r.name, coalesce(r.labels, ''), r.count, coalesce(r.sum_ms, 0),
    coalesce(r.buckets, '{}')
  from (
    select * from jsonb_to_recordset(p_rows)
      r (name text, labels text, count numeric, sum_ms numeric, buckets bigint[])
    union all select c.name, c.labels, c.count, 0, '{}' from farthing.token_costs(p_rows, p_now) c
    union all select c.name, '', c.count, 0, '{}' from farthing.core_counts(p_rows) c) r
  cross join (values ('minute', date_trunc('minute', v_at, 'UTC')), ('hour', date_trunc('hour', v_at, 'UTC')),
    ('day', date_trunc('day', v_at, 'UTC')), ('total', '-infinity')) g (grain, starts_at)
  -- Many processes add to the same rows, so rows are locked in a fixed order, which prevents
  -- deadlocks.
  order by g.grain, g.starts_at, r.name collate "C", r.labels collate "C"
  on conflict (grain, name, starts_at, labels) do update set count = m.count + excluded.count,
    sum_ms = m.sum_ms + excluded.sum_ms, buckets = farthing.add_buckets(m.buckets, excluded.buckets);
  return true;
end
$$;
comment on function farthing.record_metrics(uuid, bigint, jsonb, timestamptz) is
  'Adds a batch of metrics to the rows of its minute, of its hour, of its day and of all time. Returns '
  'false if the batch was recorded before.';
