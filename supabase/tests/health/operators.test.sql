-- The figures behind alerts, as operators read them: scheduled tasks, and metrics by the hour.

begin;
\ir ../helpers/all_tests.psql
select plan(23);

-- Scheduled tasks are listed with their failures and their parked items, which raised an error and
-- wait for the next attempt.
create function pg_temp.task(p_task text) returns jsonb language sql as $$
  select t from jsonb_array_elements(health_tasks(tests.after()) -> 'tasks') t where t ->> 'task' = p_task
$$;
select is((select count(*)::int from jsonb_array_elements(health_tasks() -> 'tasks')),
  (select count(*)::int from farthing.tasks), 'every task is listed');
select is(health_tasks() -> 'failures', '[]', 'on the first day no task has failed');
select is(health_tasks() -> 'parked', '[]', 'and no item is parked');
select is(pg_temp.task('seal') - '{next_due_at}'::text[], '{"task": "seal", "enabled": true,
  "every_seconds": 60, "started_at": null, "last_run_at": null, "last_ok_at": null, "last_ms": null,
  "last_count": null,
  "failures": 0, "last_error": null}', 'a task that never ran has no last run');
update farthing.tasks set last_run_at = tests.after(), last_ok_at = tests.after('-1 h'), last_ms = 5001,
  last_count = 7, failures = 3, last_error = '55P03' where task = 'seal';
insert into farthing.task_failures (task, failed_at, error, took_ms)
select 'seal', tests.after(n * interval '1 s'), '55P03', n from generate_series(1, 51) n;
insert into farthing.parked_items values ('expire_credits', 'account', '7', 2, '23514', tests.after(),
  tests.after('1 min'));
select is(health_tasks() #>> '{tasks,0,task}', 'seal', 'a task that fails comes first');
select is(concat_ws(' ', t ->> 'last_ms', t ->> 'last_count', t ->> 'failures', t ->> 'last_error'),
  '5001 7 3 55P03', 'its last run and error are shown') from pg_temp.task('seal') t;
select is(jsonb_array_length(t -> 'failures') || ' ' || (t #>> '{failures,0,took_ms}'), '50 51',
  'the newest 50 failures are shown') from health_tasks() t;
select is((t #> '{parked,0}') - '{parked_at,next_attempt_at}'::text[], '{"task": "expire_credits",
  "kind": "account", "id": "7", "attempts": 2, "error": "23514"}', 'parked items are shown')
from health_tasks() t;
select is(health_tasks(r.seen + interval '90 s') ->> 'silent_seconds', '90',
  'the time since the runner last looked is shown')
from (select greatest(t.ran_at, t.installed_at, pg_postmaster_start_time()) as seen
  from farthing.task_runner t) r;

-- Metrics are listed by the hour, newest first.
create function pg_temp.record(p_labels text, p_count int, p_passed interval, p_buckets jsonb default '[]',
  p_name text default 'outside_calls') returns text language sql as $$
  select metrics_record(gen_random_uuid(), 0, jsonb_build_array(jsonb_build_object('name', p_name,
    'labels', p_labels, 'count', p_count, 'sum_ms', 0, 'buckets', p_buckets)), tests.after(p_passed))
    ->> 'recorded'
$$;
create function pg_temp.hours(p_hours int, p_service text default null, p_name text default 'outside_calls')
returns text[] language sql as $$
  select coalesce(array_agg(concat_ws(' ', to_char((r ->> 'hour')::timestamptz at time zone 'UTC', 'HH24'),
    r #>> '{labels,service}', r #>> '{labels,outcome}', r ->> 'count', r ->> 'p95_ms') order by nr), '{}')
  from jsonb_array_elements(health_hours(p_name, p_hours, p_service, tests.after('3 h 10 min')) -> 'rows')
    with ordinality e (r, nr)
$$;
select is(pg_temp.hours(24), '{}', 'before the first request there is no hour');
select is(pg_temp.record(labels, count, passed::interval), 'true', 'requests are counted')
from (values ('service=ai,outcome=failed', 5, '1 h 30 min'), ('service=ai,outcome=ok', 20, '3 h 1 min'),
  ('service=ai,outcome=failed', 2, '3 h 2 min'), ('service=stripe,outcome=ok', 9, '3 h 3 min')) c
  (labels, count, passed);
select is(pg_temp.hours(3, 'ai'), array['03 ai ok 20', '03 ai failed 2', '01 ai failed 5'],
  'a service has a row for each hour and outcome, newest first, the begun hour included');
select is(pg_temp.record('service=ai,outcome=ok', 4, passed::interval), 'true', 'requests of earlier days')
from unnest(array['-29 h', '-30 h', '-60 h']) passed;
select is((pg_temp.hours(48, 'ai'))[4:], array['19 ai ok 4', '18 ai ok 4'],
  'hours of earlier days are not added up');
select is(pg_temp.hours(1), array['03 ai ok 20', '03 stripe ok 9', '03 ai failed 2'],
  'without a service all are read');
select is(pg_temp.record('service=ai', 100, '3 h 1 min', (
  select jsonb_agg(case n when 10 then 95 when 20 then 5 else 0 end) from generate_series(1, 20) n),
  'outside_call'), 'true', 'durations are recorded');
select is((health_hours('outside_call', 1, 'ai', tests.after('3 h 10 min')) #>> '{rows,0,p95_ms}')::numeric,
  round(farthing.bucket_ms(9.5), 1), 'the p95 is the bucket of the 95th of 100 durations');
select is(tests.code_for('authenticated', 'ann', call), '42501', 'a user must not read ' || call)
from unnest(array['select health_tasks()']) call;

select * from finish();
rollback;
