-- Feature flags: a product is off, on, or on for a percentage of the users. If the percentage is raised, no
-- user loses the product.

begin;
\ir ../helpers/all_tests.psql
select plan(47);

-- Both flags exist and are on.
select is((select array_agg(format('%s %s %s', f ->> 'name', f ->> 'state', f ->> 'percentage'))
  from jsonb_array_elements(features_read()) f), '{b2b on 0,b2c on 0}', 'both products begin switched on');

-- Setting a flag changes only that flag.
select is(features_set('b2b', state, percentage, 'key:ops', tests.after(passed)) - 'changed_at',
  jsonb_build_object('name', 'b2b', 'state', state, 'percentage', shown, 'changed_by', 'key:ops'),
  format('b2b is set to %s %s', state, percentage))
from (values ('off', null, interval '1 s', 0), ('percentage', 0, '2 s', 0), ('percentage', 12.5, '3 s', 12.5),
  ('percentage', 100, '4 s', 100), ('percentage', 0.01, '5 s', 0.01), ('on', null, '6 s', 0))
  s (state, percentage, passed, shown);
select is((select count(distinct f ->> 'changed_at') from jsonb_array_elements(features_read()) f), 2::bigint,
  'the other flag does not change');
select tests.fails_with(format('select features_set(%L, %L, %L)', name, state, percentage), code, field,
  format('setting %L to %L %L is refused', name, state, percentage))
from (values ('b2d', 'on', null, 'not_found', 'name'), (null, 'on', null, 'not_found', 'name'),
  ('b2b', 'ON', null, 'invalid_request', 'state'), ('b2b', null, null, 'invalid_request', 'state'),
  ('b2b', 'percentage', null, 'invalid_request', 'percentage'),
  ('b2b', 'on', 5, 'invalid_request', 'percentage'), ('b2b', 'off', 0, 'invalid_request', 'percentage'),
  ('b2b', 'percentage', -0.01, 'invalid_request', 'percentage'),
  ('b2b', 'percentage', 100.01, 'invalid_request', 'percentage'),
  ('b2b', 'percentage', 0.001, 'invalid_request', 'percentage'),
  ('b2b', 'percentage', 'NaN', 'invalid_request', 'percentage'))
  c (name, state, percentage, code, field);
select is((select array_agg(f ->> 'state') from jsonb_array_elements(features_read()) f), '{on,on}',
  'a refused request changes nothing');
select tests.fails_with(format('update farthing.features set %s', change), '23514', null,
  format('the table refuses %s', change))
from unnest(array['state = ''maybe''', 'percentage = 101', 'percentage = -1', 'name = name || '' ''',
  'changed_by = repeat(''x'', 256)']) change;

-- A user's bucket never changes, and the Edge Functions compute the same bucket as SQL does
-- (feature-flags.test.ts has the same three examples).
select is(farthing.feature_bucket(name, person::uuid), bucket, format(
  'the user %s is for the flag %s in bucket %s', person,
  name, bucket))
from (values ('b2c', '0b5d1a52-77a4-4b0c-9f0f-3f1f4f1d2a01', 5486),
  ('b2b', '0b5d1a52-77a4-4b0c-9f0f-3f1f4f1d2a01', 4820),
  ('b2b', '00000000-0000-0000-0000-000000000000', 3598)) b (name, person, bucket);

create temporary table people as select md5(n::text)::uuid as id from generate_series(1, 20000) n;
create temporary table buckets as select id, farthing.feature_bucket('b2b', id) as b2b,
  farthing.feature_bucket('b2c', id) as b2c from people;
select is((select min(b2b) >= 0 and max(b2b) <= 9999 from buckets), true,
  'a bucket is a number from 0 to 9999');
select is((select count(*) between 1850 and 2150 from buckets where b2b < 1000), true,
  'ten percent of 20,000 users are about 2,000');
select is((select count(*) > 8000 from (select distinct b2b from buckets) d), true,
  'users are spread over the buckets');
select is((select abs(corr(b2b, b2c)) < 0.03 from buckets), true,
  'the buckets of two flags are independent');
select is((select count(*)::int from buckets where farthing.feature_bucket('b2b', id) <> b2b), 0,
  'a user''s bucket is always the same');

-- A higher percentage includes all users of a lower one.
select is_empty(format('select id from buckets where b2b < %s * 100 and not b2b < %s * 100', p, q),
  format('from %s to %s %% no user is removed', p, q))
from (values (0, 0.01), (0.01, 1), (1, 12.5), (12.5, 50), (50, 99.99), (99.99, 100)) g (p, q);
select is((select count(*)::int from buckets where b2b < percentage * 100), expected,
  format('%s %% of the users are %s users', percentage, expected))
from (values (0, 0), (100, 20000)) e (percentage, expected);

-- Only service_role may call these functions.
select is(tests.code_for(role, 'ann', 'select ' || call), case role when 'service_role' then 'ok' else '42501'
  end, format('T13: only service_role may call %s (as %s)', split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role,
  unnest(array['features_read()', 'features_set(''b2b'', ''on'')']) call;

select * from finish();
rollback;
