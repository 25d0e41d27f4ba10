-- Metrics: each batch of a process is counted once, per minute, per hour and of all time, and is
-- read back exactly.

begin;
\ir ../helpers/all_tests.psql
select plan(38);

create function pg_temp.record(p_rows text, p_passed interval default '0', p_age_ms bigint default 0,
  p_batch_id uuid default gen_random_uuid())
returns text language sql as $$
  select metrics_record(p_batch_id, p_age_ms, p_rows::jsonb, tests.after(p_passed)) ->> 'recorded'
$$;
-- Returns a number of requests in one bucket.
create function pg_temp.requests(p_route text, p_status text, p_count int, p_bucket int) returns text
language sql as $$
  select jsonb_build_array(jsonb_build_object('name', 'requests', 'labels', format('route=%s,status=%s',
    p_route, p_status), 'count', p_count, 'sum_ms', p_count * 2.5, 'buckets',
    (select jsonb_agg(case n when p_bucket then p_count else 0 end) from generate_series(1, p_bucket) n)))
    ::text
$$;

-- A batch is counted once, and batches add up.
select is(pg_temp.record('[{"name": "limiter_decisions", "labels": "rule=user,outcome=blocked", "count": 2},
  {"name": "limiter_decisions", "labels": "rule=ip,outcome=blocked", "count": 1}]', '1 min', 0,
  md5('batch')::uuid), 'true', 'a batch is recorded');
select is(pg_temp.record('[{"name": "limiter_decisions", "labels": "rule=user,outcome=blocked", "count": 2}]',
  '1 min', 0, md5('batch')::uuid), 'false', 'a batch is recorded once');
select is(pg_temp.record(
  '[{"name": "limiter_decisions", "labels": "rule=user,outcome=blocked", "count": 3.5}]', '2 min', 60000),
  'true', 'another process adds to the batch''s row a minute later');
select results_eq($$ select grain, starts_at, count::float8 from farthing.metrics
  where labels like 'rule=user%' order by grain $$, $$ values ('hour', tests.after(), 5.5::float8),
  ('minute', tests.after('1 min'), 5.5), ('total', '-infinity', 5.5) $$,
  'counts are stored per minute, per hour and of all time');
select is(farthing.metric_sum('limiter_decisions', labels, tests.after('1 min'), tests.after(passed)),
  expected, format('the sum of %s within %s is %s', labels, passed, expected))
from (values (null, interval '2 min', 6.5), ('%outcome=blocked', '2 min', 6.5), ('rule=user,%', '2 min', 5.5),
  ('rule=ip,%', '61 min', 1), ('rule=key,%', '2 min', 0), (null, '1 min', 0)) s (labels, passed, expected);
select is(tests.code_for('none', null, format('select pg_temp.record(%L)', rows)), '23514',
  format('%s is refused', rows))
from unnest(array['[{"name": "Requests", "count": 1}]', '[{"name": "x", "count": -1}]']) rows;

-- Windows longer than an hour are read from hours, and from the minutes at both ends.
select is(pg_temp.record('[{"name": "ticks", "count": 1}]', make_interval(mins => n)), 'true',
  'a tick is recorded') from unnest(array[0, 59, 60, 119, 120, 121]) n;
select is(farthing.metric_sum('ticks', null, tests.after(make_interval(mins => a)),
  tests.after(make_interval(mins => b))), expected::numeric, format('%s ticks from minute %s to %s', expected,
  a, b))
from (values (0, 122, 6), (1, 122, 5), (59, 121, 4), (60, 120, 2), (0, 60, 2), (60, 61, 1), (61, 119, 0))
  w (a, b, expected);

-- Requests.
select is(pg_temp.record(pg_temp.requests('GET /credits', '2xx', 95, 40), '3 hours'), 'true',
  'fast requests are recorded');
select is(pg_temp.record(pg_temp.requests('GET /credits', '5xx', 4, 60), '3 hours'), 'true',
  'failed requests are recorded');
select is(pg_temp.record(pg_temp.requests('POST /jobs', '408', 1, 69), '3 hours'), 'true',
  'a slow request is recorded');
select results_eq($$ select * from farthing.requests_between(tests.after('3 hours'), tests.after('4 hours'))
  order by route nulls first $$, $$ values
  (null, 100::bigint, 5::bigint, farthing.bucket_ms(39.5), farthing.bucket_ms(39.5),
    farthing.bucket_ms(59.5)),
  ('GET /credits', 99, 4, farthing.bucket_ms(39.5), farthing.bucket_ms(39.5), farthing.bucket_ms(59.5)),
  ('POST /jobs', 1, 1, farthing.bucket_ms(68.5), farthing.bucket_ms(68.5), farthing.bucket_ms(68.5)) $$,
  'requests, errors and quantiles are returned by route and for all routes');
select results_eq(
  $$ select * from farthing.requests_between(tests.after('5 hours'), tests.after('6 hours')) $$,
  $$ values (null::text, 0::bigint, 0::bigint, null::numeric, null::numeric, null::numeric) $$,
  'without a request, only the row of all routes is returned');

-- A batch is counted at the time p_age_ms ago, at most an hour ago.
select is(pg_temp.record('[{"name": "late", "count": 1}]', '10 hours', age), 'true', format('%s ms old', age))
from unnest(array[-90000, 0, 86400000]) age;
select results_eq($$ select starts_at, count::int from farthing.metrics where name = 'late'
  and grain = 'minute' order by 1 $$, $$ values (tests.after('9 hours'), 1), (tests.after('10 hours'), 2) $$,
  'a batch is never counted in the future, or more than an hour ago');

-- Histograms of many processes add up, whichever is longer.
select is(pg_temp.record(pg_temp.requests('GET /jobs', '2xx', number, bucket), '12 hours'), 'true',
  format('%s in bucket %s', number, bucket)) from (values (3, 2), (2, 4)) h (number, bucket);
select is(array_agg(distinct m.buckets), array[array[0, 3, 0, 2]]::bigint[],
  'both batches are in the rows of every grain')
from farthing.metrics m where m.labels = 'route=GET /jobs,status=2xx';

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
