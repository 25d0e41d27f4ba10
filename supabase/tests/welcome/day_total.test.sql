-- The total of the welcome credits that were granted on a day. The total is exact across midnight
-- UTC, and the proof compares the total with the grants.

begin;
\ir ../helpers/all_tests.psql
select plan(20);

create function pg_temp.signs_up(p_name text) returns text language sql as $$
  insert into auth.users (id, email, email_confirmed_at)
  values (md5(p_name)::uuid, p_name || '@example.com', now()) returning 'signed up'
$$;
create function pg_temp.granted(p_at timestamptz) returns int language sql as $$
  select (welcome_run(50, p_at) ->> 'granted')::int
$$;
create function pg_temp.days() returns text language sql as $$
  select string_agg(concat_ws(' ', day, trim_scale(granted)), ', ' order by day) from farthing.welcome_days
$$;
create function pg_temp.found() returns text language sql as $$
  select string_agg(concat_ws(' ', rule, account_id, detail), ', ' order by detail) from farthing.prove()
$$;

select lives_ok($$ select farthing.set_policy('{"welcome_credits": "100", "welcome_credits_day": "200"}',
  'test') $$, 'a shop grants at most 200 credits a day');

-- A day ends at midnight UTC, even if the database session has a different time zone.
set local timezone = 'Pacific/Kiritimati'; -- UTC+14
select is(pg_temp.signs_up(name), 'signed up', name || ' signs up')
from unnest(array['ann', 'ben', 'cid', 'dan']) name;
select is(pg_temp.granted('2031-03-01T23:59:59.999999Z'), 2, 'two grants reach the ceiling');
select is(reason, 'day_ceiling', 'the next user is refused a microsecond before midnight')
from farthing.welcome_grants where user_id = md5('cid')::uuid;
select is(pg_temp.signs_up(name), 'signed up', name || ' signs up')
from unnest(array['eve', 'fay']) name;
select is(pg_temp.granted('2031-03-02T00:00:00Z'), 2, 'a new day begins at midnight');
select is(pg_temp.days(), '2031-03-01 200, 2031-03-02 200', 'each day has its own total');

-- Two runners overlap at midnight. The runner that began on the old day is the last to decide about
-- a grant.
select is(pg_temp.signs_up(name), 'signed up', name || ' signs up') from unnest(array['gus', 'hal']) name;
select is(farthing.grant_welcome(request_nr::text, '2031-03-04T00:00:01Z'), 1,
  'a runner grants after midnight')
from farthing.welcome_grants where user_id = md5('gus')::uuid;
select lives_ok($$ select farthing.set_policy('{"welcome_credits_day": "100"}', 'test') $$,
  'the ceiling of a day is one grant');
select is(farthing.grant_welcome(request_nr::text, '2031-03-03T23:59:59Z'), 1,
  'the grant after midnight does not count for the day before')
from farthing.welcome_grants where user_id = md5('hal')::uuid;

-- The proof compares the totals with the grants.
select is(pg_temp.found(), null, 'the proof finds no violation');
update farthing.welcome_days set granted = granted - 100 where day = '2031-03-02';
delete from farthing.welcome_days where day = '2031-03-03';
insert into farthing.welcome_days values ('2031-03-05', 7);
select is(pg_temp.found(), '18 welcome credits of 2031-03-02: the total is 100, the grants add up to 200, '
  || '18 welcome credits of 2031-03-03: the total is nothing, the grants add up to 100, '
  || '18 welcome credits of 2031-03-05: the total is 7, the grants add up to nothing',
  'a planted difference, a missing total and a total without grants are found');
select is((farthing.prove_in_parts()).o_rules, array[18, 18, 18], 'the hourly proof finds them, too');
update farthing.welcome_grants set amount = 99 where user_id = md5('gus')::uuid;
update farthing.welcome_days set granted = 99 where day = '2031-03-04';
select matches(detail, '^welcome credits of request [0-9]+: 99, its lot has 100$',
  'a request with another amount than its lot is found, too') from farthing.prove_welcome_grants();

select * from finish();
rollback;
