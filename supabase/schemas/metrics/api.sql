-- One batch of a process's metrics.

create function farthing_public.metrics_record(
  p_batch_id uuid, p_age_ms bigint, p_rows jsonb, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  -- By the database's clock, since no two clocks agree; and never further back than a process stores unsent
  -- metrics.
  v_at timestamptz := p_now - interval '1 ms' * least(greatest(p_age_ms, 0), 3600000);
  v_rows jsonb := farthing.json_argument(p_rows);
begin
  insert into farthing.metric_batches (batch_id, recorded_at) values (p_batch_id, p_now)
  on conflict do nothing;
  if not found then
    return jsonb_build_object('recorded', false);
  end if;
  insert into farthing.metrics as m (grain, starts_at, name, labels, count, sum_ms, buckets)
  select g.grain, g.starts_at, r.name, coalesce(r.labels, ''), r.count, coalesce(r.sum_ms, 0),
    coalesce(r.buckets, '{}')
  from (
    select * from jsonb_to_recordset(v_rows)
      r (name text, labels text, count numeric, sum_ms numeric, buckets bigint[])
    union all select c.name, c.labels, c.count, 0, '{}' from farthing.token_costs(v_rows, p_now) c
    union all select c.name, '', c.count, 0, '{}' from farthing.core_counts(v_rows) c) r
  cross join (values ('minute', date_trunc('minute', v_at, 'UTC')), ('hour', date_trunc('hour', v_at, 'UTC')),
    ('total', '-infinity')) g (grain, starts_at)
  -- Many processes add to the same rows: a fixed order of locks prevents deadlocks.
  order by g.grain, g.starts_at, r.name collate "C", r.labels collate "C"
  on conflict (grain, name, starts_at, labels) do update set count = m.count + excluded.count,
    sum_ms = m.sum_ms + excluded.sum_ms, buckets = farthing.add_buckets(m.buckets, excluded.buckets);
  -- If scheduled tasks have stopped, nothing else would notice.
  perform farthing.watch_runner(p_now);
  return jsonb_build_object('recorded', true);
end
$$;
grant execute on function farthing_public.metrics_record to service_role;
comment on function farthing_public.metrics_record is
  'Adds a batch of a process''s metrics: rows of {name, labels, count, sum_ms?, buckets?}, counted '
  'p_age_ms ago. A known batch adds nothing: {recorded: false}.';
