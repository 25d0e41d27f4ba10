-- Metrics: each batch of a process is counted once in the row of its minute, its hour and its day, and once
-- in the total. The counts are read back exactly.

begin;
\ir ../helpers/all_tests.psql
select plan(64);

create function pg_temp.record(p_rows text, p_passed interval default '0', p_age_ms bigint default 0,
  p_batch_id uuid default gen_random_uuid())
returns text language sql as $$
  select metrics_record(p_batch_id, p_age_ms, p_rows::jsonb, tests.after(p_passed)) ->> 'recorded'
$$;
-- Returns a batch of p_count requests to a route, all in the histogram bucket p_bucket.
create function pg_temp.requests(p_route text, p_status text, p_count int, p_bucket int) returns text
language sql as $$
  select jsonb_build_array(jsonb_build_object('name', 'requests', 'labels', format('route=%s,status=%s',
    p_route, p_status), 'count', p_count, 'sum_ms', p_count * 2.5, 'buckets',
    (select jsonb_agg(case n when p_bucket then p_count else 0 end) from generate_series(1, p_bucket) n)))
    ::text
$$;

-- Each batch is counted once, and batches are added up.
select is(pg_temp.record('[{"name": "limiter_decisions", "labels": "rule=user,outcome=blocked", "count": 2},
  {"name": "limiter_decisions", "labels": "rule=ip,outcome=blocked", "count": 1}]', '1 min', 0,
  md5('batch')::uuid), 'true', 'a batch is recorded');
select is(pg_temp.record('[{"name": "limiter_decisions", "labels": "rule=user,outcome=blocked", "count": 2}]',
  '1 min', 0, md5('batch')::uuid), 'false', 'a batch is recorded once');
select is(pg_temp.record(
  '[{"name": "limiter_decisions", "labels": "rule=user,outcome=blocked", "count": 3.5}]', '2 min', 60000),
  'true', 'another process adds to the batch''s row a minute later');
select results_eq($$ select grain, starts_at, count::float8 from farthing.metrics
  where labels like 'rule=user%' order by grain $$, $$ values ('day', tests.after(), 5.5::float8),
  ('hour', tests.after(), 5.5),
  ('minute', tests.after('1 min'), 5.5), ('total', '-infinity', 5.5) $$,
  'counts are stored per minute, per hour, per day and of all time');
select is(farthing.metric_sum('limiter_decisions', labels, tests.after('1 min'), tests.after(passed)),
  expected, format('the sum of %s within %s is %s', labels, passed, expected))
from (values (null, interval '2 min', 6.5), ('%outcome=blocked', '2 min', 6.5), ('rule=user,%', '2 min', 5.5),
  ('rule=ip,%', '61 min', 1), ('rule=key,%', '2 min', 0), (null, '1 min', 0)) s (labels, passed, expected);
select is(tests.code_for('none', null, format('select pg_temp.record(%L)', rows)), '23514',
  format('%s is refused', rows))
from unnest(array['[{"name": "Requests", "count": 1}]', '[{"name": "x", "count": -1}]']) rows;

-- Windows longer than an hour are read from the rows of hours, and at both ends from the rows of minutes.
select is(pg_temp.record('[{"name": "ticks", "count": 1}]', make_interval(mins => n)), 'true',
  'a tick is recorded') from unnest(array[0, 59, 60, 119, 120, 121]) n;
select is(farthing.metric_sum('ticks', null, tests.after(make_interval(mins => a)),
  tests.after(make_interval(mins => b))), expected::numeric, format('%s ticks from minute %s to %s', expected,
  a, b))
from (values (0, 122, 6), (1, 122, 5), (59, 121, 4), (60, 120, 2), (0, 60, 2), (60, 61, 1), (61, 119, 0))
  w (a, b, expected);

-- Whole days are read from the rows of days, and the rest from hours and minutes. The test's time starts at
-- midnight.
select is(pg_temp.record('[{"name": "tocks", "count": 1}]', make_interval(mins => n)), 'true',
  'a tock is recorded') from unnest(array[0, 59, 1439, 1440, 2879, 2880, 3000, 4380]) n;
select is(farthing.metric_sum('tocks', null, tests.after(make_interval(mins => a)),
  tests.after(make_interval(mins => b))), expected::numeric, format('%s tocks from minute %s to %s', expected,
  a, b))
from (values (0, 4381, 8), (0, 4320, 7), (1, 4381, 7), (59, 2881, 5), (1440, 2880, 2), (1439, 2881, 4),
  (60, 1440, 1), (0, 1440, 3), (1439, 1440, 1), (600, 660, 0), (2880, 4320, 2),
  (610, 665, 0)) w (a, b, expected);
select is((select count(*) from farthing.metric_rows('tocks', tests.after('1 day'), tests.after('3 days'))),
  2::bigint, 'two whole days are two rows');

-- The proof compares the rows of days with the rows of their hours.
create function pg_temp.found(p_sql text) returns text language plpgsql as $$
begin
  execute p_sql;
  raise exception using errcode = 'UNDO1', message = coalesce((select string_agg(distinct p.detail, '; ')
    from farthing.prove() p), 'nothing');
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
select is(pg_temp.found(format('update farthing.metrics set %s where grain = ''day'' and name = ''tocks''
    and starts_at = %L', change, tests.after('1 day'))),
  format('metric tocks {} of 2027-01-02: %s in the day, 2 in its hours', day), format('%s is found', change))
from (values ('count = 3', 3), ('sum_ms = 1', 2), ('buckets = ''{1}''', 2)) c (change, day);
select is(pg_temp.found(format('delete from farthing.metrics where grain = ''day'' and name = ''tocks''
    and starts_at = %L', tests.after('1 day'))),
  'metric tocks {} of 2027-01-02: nothing in the day, 2 in its hours', 'a day that is gone is found');
select is(pg_temp.found(format('delete from farthing.metrics where grain = ''hour'' and name = ''tocks''
    and starts_at < %L', tests.after('12 hours'))), 'nothing', 'the oldest day may have lost hours');

-- Requests, errors and quantiles are read by route.
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

-- A batch that arrives p_age_ms after it was made counts at the time when it was made, but not more
-- than an hour before its arrival.
select is(pg_temp.record('[{"name": "late", "count": 1}]', '10 hours', age), 'true', format('%s ms old', age))
from unnest(array[-90000, 0, 86400000]) age;
select results_eq($$ select starts_at, count::int from farthing.metrics where name = 'late'
  and grain = 'minute' order by 1 $$, $$ values (tests.after('9 hours'), 1), (tests.after('10 hours'), 2) $$,
  'a batch is never counted in the future, or more than an hour ago');

-- The histograms of several processes are added up, even if their lengths differ.
select is(pg_temp.record(pg_temp.requests('GET /jobs', '2xx', number, bucket), '12 hours'), 'true',
  format('%s in bucket %s', number, bucket)) from (values (3, 2), (2, 4)) h (number, bucket);
select is(array_agg(distinct m.buckets), array[array[0, 3, 0, 2]]::bigint[],
  'both batches are in the rows of every grain')
from farthing.metrics m where m.labels = 'route=GET /jobs,status=2xx';

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
