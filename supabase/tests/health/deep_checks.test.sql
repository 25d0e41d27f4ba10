-- A paid check calls an external service, and the call costs money. Paid checks stay within the
-- day's budget. Tokens are priced when they are counted, and old metrics are deleted.

begin;
\ir ../helpers/all_tests.psql
select plan(49);

-- Checks take units from the day's budget, and are refused when the budget is spent.
create function pg_temp.claim(p_units int, p_passed interval default '0') returns text language sql as $$
  select format('%s, %s left', a ->> 'claimed', a ->> 'units_left')
  from deep_checks_claim(p_units, tests.after(p_passed)) a
$$;
update farthing.deep_budget set daily_units = 30;
select is(pg_temp.claim(10), 'true, 20 left', 'a check takes its units from the budget');
select is(pg_temp.claim(21, '1 hour'), 'false, 20 left',
  'a check beyond the budget is refused and costs nothing');
select is(pg_temp.claim(20, '23 hours'), 'true, 0 left', 'the last units of the budget can be taken');
select is(pg_temp.claim(0, '23 hours'), 'true, 0 left', 'free checks run when the budget is spent');
select is(pg_temp.claim(1, '23 hours'), 'false, 0 left',
  'paid checks are refused when the budget is spent');
select is(pg_temp.claim(31, '24 hours'), 'false, 30 left',
  'more units than the budget of a day are refused');
select is(pg_temp.claim(30, '24 hours'), 'true, 0 left', 'each day (UTC) has its own budget');
select tests.fails_with(format('select pg_temp.claim(%s)', units), 'invalid_request', 'units',
  format('%s units are no price', units)) from unnest(array['-1', 'null']) units;
select is(pg_temp.claim(1, '23 hours'), 'false, 0 left',
  'a run that began before midnight finds the new day''s spent budget');
select is(pg_temp.claim(1, '25 hours'), 'false, 0 left',
  'a run that began before midnight keeps the new day');
update farthing.deep_budget set daily_units = 0;
select is(pg_temp.claim(1, '3 days'), 'false, 0 left', 'a budget of 0 switches paid checks off');
select is(pg_temp.claim(1, '25 hours'), 'false, 0 left',
  'no units are left if the budget is below what is spent');
select is((select f.value from farthing.health_figures(tests.after('25 hours')) f
  where f.name = 'deep_units_left'), 0::numeric, 'the rest of the budget is never negative');

-- The last result of each check is stored.
select is(deep_checks_report('stripe', outcome, 120, code, p_now => tests.after(passed)) ->> 'outcome',
  outcome, 'a check reports ' || outcome)
from (values ('ok', null, interval '1 hour'), ('failed', 'upstream_unavailable', '2 hours')) r
  (outcome, code, passed);
select results_eq('select name, outcome, code, checked_at, ok_at from farthing.deep_checks', $$ values
  ('stripe', 'failed', 'upstream_unavailable', tests.after('2 hours'), tests.after('1 hour')) $$,
  'the last result is stored, with the time of the last success');
select tests.fails_with(format('select deep_checks_report(%L, %L, 1)', name, outcome), '23514', null,
  format('no check is %s %s', name, outcome)) from (values ('Stripe', 'ok'), ('stripe', 'skipped')) r
  (name, outcome);

-- The figures of a checked service are reported for two hours after the check.
select is(deep_checks_report('redis', outcome, 5, p_figures => figures, p_now => tests.after(passed))
  ->> 'outcome', outcome, format('redis is %s and says %s', outcome, figures))
from (values ('ok', '{"memory_used_bytes": 1048576, "evicted_keys": 0}'::jsonb, interval '3 hours'))
  r (outcome, figures, passed);
create function pg_temp.redis(p_passed interval) returns text language sql as $$
  select coalesce(string_agg(format('%s %s', f.name, f.value), ', ' order by f.name), 'nothing')
  from farthing.health_figures(tests.after(p_passed)) f where f.name like 'redis%'
$$;
select is(pg_temp.redis('4 hours'), 'redis_evicted_keys 0, redis_memory_used_bytes 1048576',
  'the service''s own figures are reported');
select is(pg_temp.redis('5 hours'), 'nothing', 'figures are unknown, and not 0, after two hours');
select is(deep_checks_report('redis', 'failed', 200, 'degraded', p_now => tests.after('5 hours'))
  ->> 'outcome', 'failed', 'the check of Redis fails');
select is(pg_temp.redis('5 hours'), 'nothing', 'a failed check reports no figures');
select is((select count(*)::int from health_report(tests.after('5 hours')) r,
  jsonb_array_elements(r -> 'deep') d where d ? 'figures'), 0,
  'the public report has no figures of services');

-- Tokens are priced at the rate in force when they are counted.
select is(metrics_record(gen_random_uuid(), 0, (select jsonb_agg(jsonb_build_object('name', 'ai_tokens',
  'labels', format('model=%s,kind=%s', model, kind), 'count', 1000000)) from (values ('gpt-4o', 'input'),
  ('gpt-4o', 'cached_input'), ('gpt-4o', 'output'), ('gpt-4o', 'reasoning'), ('nobody', 'input')) t (model,
  kind)), tests.after()) ->> 'recorded', 'true', 'a million tokens of each kind are counted');
select results_eq($$ select labels, trim_scale(count) from farthing.metrics
  where name = 'ai_spend_usd' and grain = 'total' $$, $$
  select 'model=gpt-4o', trim_scale(input_per_million_usd + coalesce(cached_input_per_million_usd,
    input_per_million_usd) + output_per_million_usd + coalesce(reasoning_per_million_usd,
    output_per_million_usd)) from farthing.rates where model = 'gpt-4o'
  order by effective_from desc limit 1 $$,
  'tokens are priced at the rate in force; tokens of a model without a rate are not priced');

insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, effective_from)
values ('dear', 1, 1, 1, tests.after('-1 day')), ('dear', 2, 90, 90, tests.after('1 day'));
select is(metrics_record(gen_random_uuid(), 0,
  '[{"name": "ai_tokens", "labels": "model=dear,kind=input", "count": 1000000}]', tests.after())
  ->> 'recorded', 'true', 'a million tokens of a model whose rate will rise are counted');
select is((select trim_scale(count)::text from farthing.metrics
  where labels = 'model=dear' and grain = 'total'), '1', 'tomorrow''s rate does not price today''s tokens');

-- Old metrics are deleted. Their grain (minute, hour, day or total) determines for how long they are stored.
delete from farthing.metrics;
delete from farthing.metric_batches;
select is(metrics_record(gen_random_uuid(), 0, '[{"name": "ticks", "count": 1}]', tests.after(passed)) ->>
  'recorded', 'true', format('a tick after %s', passed))
from unnest(array['0', '1 day', '35 days']::interval[]) passed;
select is(farthing.delete_old_metrics(tests.after('24 hours' - interval '1 s')), 0,
  'nothing is deleted within a day');
select is(farthing.delete_old_metrics(tests.after('25 hours' - interval '1 s')), 1,
  'after a day only the batch is deleted');
select is(farthing.delete_old_metrics(tests.after('25 hours')), 1, 'after 25 hours the minute is deleted');
select is(farthing.delete_old_metrics(tests.after('35 days'), 1), 2,
  'the task deletes no more rows than its limit');
select is(farthing.delete_old_metrics(tests.after('35 days'), 1), 1,
  'the task deletes the other rows in its next run');
select is(farthing.delete_old_metrics(tests.after('35 days'), 1), 0, 'hours are stored for 35 days');
select is((select count from farthing.metrics where grain = 'total'), 3::numeric,
  'the result of a check is stored');
select is((select string_agg(n, ' ' order by n) from (select grain || ' ' || count(*) as n
    from farthing.metrics group by grain) g), 'day 3 hour 2 minute 1 total 1',
  'yesterday''s hours, all days and the last tick are stored');

-- Permissions.
select is(tests.code_for(role, 'ann', sql), '42501', format('%s is denied to %s', left(sql, 40), role))
from unnest(array['authenticated', 'anon']) role, unnest(array['select * from farthing.metrics',
  'select health_metrics()', 'select health_report()',
  'select deep_checks_claim(1)']) sql;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
