-- occurred_at may differ from the time of the report only within the policy's limits.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
select plan(24);

select isnt(tests.give('ann', '1000'), null, 'ann has 1,000');
create function pg_temp.at(p_moment text) returns jsonb language sql as $$
  select jsonb_build_object('model', 'gpt-4o', 'input_tokens', 1, 'occurred_at', p_moment)
$$;
create function pg_temp.use(p_moment text) returns jsonb language sql as $$
  select tests.outcome(format('select usage_charge(tests.person(''ann''), %L, p_now => tests.after())',
    pg_temp.at(p_moment)))
$$;

-- Trap m8: each limit is tested at its exact value, and one microsecond beyond it.
select is(pg_temp.use(tests.after(passed)::text) ->> 'code', code, name) from (values
  (interval '-35 days', 'ok', 'a use of 35 days ago is taken'),
  (interval '-35 days -1 microsecond', 'invalid_request', 'an older one is not'),
  (interval '5 min', 'ok', 'a use five minutes ahead is taken: clocks differ'),
  (interval '5 min 1 microsecond', 'invalid_request', 'one further ahead is not')) v (passed, code, name);
select is(pg_temp.use(moment), '{"code": "invalid_request", "status": 400, "field": "occurred_at", "details":
  {"max_age_seconds": 3024000, "max_ahead_seconds": 300}}', 'a use at ' || moment || ' is refused')
from unnest(array['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '-infinity', 'infinity']) moment;
select is(usage_charge(tests.person('ann'), '{"model": "gpt-4o", "input_tokens": 1}', p_now =>
  '1999-01-01 00:00+00') ->> 'status', '201', 'usage without occurred_at is accepted at any time');
select tests.fails_with(format('select usage_charge(tests.person(''ann''), %L, p_now => tests.after())',
  '{"model": "gpt-99", "input_tokens": 1, "occurred_at": "0001-01-01T00:00:00Z"}'), 'invalid_request',
  'occurred_at', 'the window is checked before the model');

-- A batch checks each event. The error of a settlement or a job names the field with its path.
select is((select jsonb_agg(r - 'event_id') from jsonb_array_elements(usage_charge_batch((select jsonb_agg(
  pg_temp.at(m::text) || jsonb_build_object('user_id', tests.person('ann'), 'event_id', nr) order by nr)
  from (values (1, tests.after()), (2, tests.after('-40 days')), (3, tests.after('1 day'))) v (nr, m)),
  p_now => tests.after()) #> '{data,rejected}') r), '[{"index": 1, "code": "invalid_request", "field":
    "occurred_at"}, {"index": 2, "code": "invalid_request", "field": "occurred_at"}]',
  'in a batch, only the event outside of the window is refused');
select tests.fails_with(format('select holds_settle(%L, p_usage => %L, p_now => tests.after(''1 s''))',
  tests.hold('ann', '20'), pg_temp.at('2020-01-01T00:00:00Z')), 'invalid_request', 'usage.occurred_at',
  'a settlement checks the window at the moment of the settlement');
select tests.fails_with(format('select * from tests.job(''ann'', ''paid'', %L)', jsonb_build_array(
  pg_temp.at(tests.after('-1 day')::text), pg_temp.at(tests.after('-36 days')::text))), 'invalid_request',
  'input.events[1].occurred_at', 'a job with an event outside of the window is refused when it is created');
select is((select data ->> 'held' from tests.job('ann', 'paid', jsonb_build_array(pg_temp.at(
  tests.after('-35 days')::text)))), '0.02', 'a job with events just within the window is accepted');
select is(tests.claim('one', 'paid', '1 h'), '1', 'a runner claims the job an hour later');
select is(jobs_checkpoint(tests.job_id('ann'), 1, 's1', 60, null, jsonb_build_array(pg_temp.at(
  tests.after('-35 days')::text)), p_now => tests.after('1 h')) ->> 'credits', '0.02',
  'the step checks the window of the moment when the job was created');

-- An operator changes the limits.
select farthing.allow_change('sql:' || session_user, 'another window');
update farthing.policy set usage_max_age = '1 hour', usage_max_ahead = '0' where one_row;
select is(pg_temp.use(tests.after(passed)::text) ->> 'code', code, format('with an hour''s policy %s is %s',
  passed, code)) from (values (interval '-1 h', 'ok'), (interval '-61 min', 'invalid_request'),
  (interval '0', 'ok'), (interval '1 s', 'invalid_request')) v (passed, code);
select is(tests.outcome(format('update farthing.policy set %s where one_row', change)) ->> 'code', '23514',
  'a policy is refused that sets ' || change)
from unnest(array['usage_max_age = ''0''', 'usage_max_ahead = ''-1 s''']) change;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
