-- Health: the probe of the database, the report of GET /health, the metrics, and the paid checks
-- (each one uses a service a little, and this use costs money).

create function farthing_public.health_database()
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('ok', true, 'at', now(), 'migrated', exists (select from farthing.packages),
    'runs_tasks', farthing.runs_tasks(now()))
$$;
grant execute on function farthing_public.health_database to service_role;
comment on function farthing_public.health_database is
  'Probes the database. Returns {ok, at, migrated, runs_tasks}. migrated: true if the table of '
  'packages has a row. runs_tasks: the result of farthing.runs_tasks().';

-- The paid checks have a daily budget. The budget is in SQL, because a paid check costs money each
-- time, whether a scheduled task or a person requests it. One row stores the day's cost, and a
-- check that would exceed the budget is refused and costs nothing.

create function farthing_public.deep_checks_claim(p_units int, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_today constant date := (p_now at time zone 'UTC')::date;
  v_left int;
begin
  if coalesce(p_units, -1) < 0 then
    perform farthing.fail('invalid_request', 'units must be 0 or more.', null, 'units');
  end if;
  v_left := farthing.claim_deep_units(p_units, v_today);
  return jsonb_build_object('claimed', v_left is not null, 'units_left',
    coalesce(v_left, farthing.deep_units_left(v_today)));
end
$$;
grant execute on function farthing_public.deep_checks_claim to service_role;
comment on function farthing_public.deep_checks_claim is
  'Takes p_units of the day''s budget of paid checks. Returns {claimed, units_left}; claimed is false if '
  'too few units are left. Fails with invalid_request.';

create function farthing_public.deep_checks_report(
  p_name text, p_outcome text, p_duration_ms int, p_code text default null, p_figures jsonb default '{}',
  p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('name', c.name, 'outcome', c.outcome)
  from farthing.record_deep_check(p_name, p_outcome, p_duration_ms, p_code, farthing.json_argument(p_figures),
    p_now) c
$$;
grant execute on function farthing_public.deep_checks_report to service_role;
comment on function farthing_public.deep_checks_report is
  'Stores the result of a paid check, and the figures of the checked service. Returns {name, outcome}.';

create function farthing_public.deep_checks_ledger(p_start double precision)
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('looked_at', s.looked_at, 'wrong', s.wrong)
  from farthing.check_ledger_sample(p_start) s
$$;
grant execute on function farthing_public.deep_checks_ledger to service_role;
comment on function farthing_public.deep_checks_ledger is
  'Checks a sample of accounts by rule 1: the balance against the lots and the last entry, and the '
  'held credits against the open holds. p_start: the position of the first account, as a share of all '
  'accounts, from 0 to 1. Returns {looked_at, wrong}. prove() reads all accounts.';

create function farthing_public.health_report(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.health_answer(p_now)
$$;
grant execute on function farthing_public.health_report to service_role;
comment on function farthing_public.health_report is
  'Returns the report of GET /health: objectives, requests by route over 5 minutes, an hour and a day, '
  'the error budgets with their burn rates, and the last results of the paid checks.';

create function farthing_public.health_metrics(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'counted', coalesce((select jsonb_agg(jsonb_build_object('name', m.name, 'labels', m.labels, 'count',
        trim_scale(m.count)::text, 'sum_ms', trim_scale(m.sum_ms)::text, 'buckets', m.buckets)
        order by m.name, m.labels)
      from farthing.metrics m where m.grain = 'total'), '[]'),
    'figures', coalesce((select jsonb_agg(jsonb_build_object('name', f.name, 'labels', f.labels, 'value',
        trim_scale(f.value)::text) order by f.name, f.labels)
      from farthing.health_figures(p_now) f), '[]'))
$$;
grant execute on function farthing_public.health_metrics to service_role;
comment on function farthing_public.health_metrics is
  'Returns the metrics of GET /health/metrics: {counted: totals since the first day, by name and labels; '
  'figures: values at p_now}. Numbers are text.';

create function farthing_public.health_tasks(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('as_of', p_now, 'ran_at', (select r.ran_at from farthing.task_runner r),
    'silent_seconds', greatest(0, extract(epoch from farthing.runner_silence(p_now))::int),
    'tasks', (select coalesce(jsonb_agg(farthing.task_answer(t) order by t.failures desc, t.task), '[]')
      from farthing.tasks t),
    'failures', (select coalesce(jsonb_agg(jsonb_build_object('task', f.task, 'failed_at', f.failed_at,
        'error', f.error, 'took_ms', f.took_ms) order by f.failure_nr desc), '[]')
      from (select * from farthing.task_failures order by failure_nr desc limit 50) f),
    'parked', (select coalesce(jsonb_agg(jsonb_build_object('task', i.task, 'kind', i.item_kind,
        'id', i.item_id, 'attempts', i.attempts, 'error', i.error, 'parked_at', i.parked_at,
        'next_attempt_at', i.next_attempt_at) order by i.parked_at, i.item_id), '[]')
      from (select * from farthing.parked_items order by parked_at, item_id limit 100) i))
$$;
grant execute on function farthing_public.health_tasks to service_role;
comment on function farthing_public.health_tasks is
  'Returns the scheduled tasks with their last run, the newest 50 failures, and the oldest 100 parked '
  'items: {as_of, ran_at, silent_seconds, tasks, failures, parked}.';

create function farthing_public.health_hours(
  p_name text, p_hours int, p_service text default null, p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('as_of', p_now, 'name', p_name, 'rows', coalesce(jsonb_agg(jsonb_build_object(
    'hour', h.hour, 'labels', farthing.labels_object(h.labels), 'count', trim_scale(h.count),
    'p95_ms', round(h.p95_ms, 1)) order by h.hour desc, h.count desc, h.labels), '[]'))
  from farthing.hours_of(p_name, p_service, p_hours, p_now) h
$$;
grant execute on function farthing_public.health_hours to service_role;
comment on function farthing_public.health_hours is
  'Returns a metric of the last p_hours hours by hour and labels, newest first: {as_of, name, '
  'rows: [{hour, labels, count, p95_ms}]}. The rows contain no user ids, email addresses or IP '
  'addresses.';
