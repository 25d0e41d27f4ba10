-- Recording a batch of a process's metrics.

create function farthing_public.metrics_record(
  p_batch_id uuid, p_age_ms bigint, p_rows jsonb, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  if not farthing.record_metrics(p_batch_id, p_age_ms, farthing.json_argument(p_rows), p_now) then
    return '{"recorded": false}'::jsonb;
  end if;
  -- If scheduled tasks stop, no task can open the alert tasks_stopped, so each recording of metrics
  -- checks whether the tasks still run.
  perform farthing.watch_runner(p_now);
  return '{"recorded": true}'::jsonb;
end
$$;
grant execute on function farthing_public.metrics_record to service_role;
comment on function farthing_public.metrics_record is
  'Adds a batch of a process''s metrics: rows of {name, labels, count, sum_ms?, buckets?}, counted '
  'p_age_ms ago. A batch that was recorded before adds nothing: {recorded: false}.';
