-- The log of operators who read customers' data: which reads are recorded, which are not, and for
-- how long.

begin;
\ir ../helpers/all_tests.psql
select plan(28);

create function pg_temp.account_of(p_name text) returns bigint language sql as $$
  select farthing.account_for(tests.person(p_name))
$$;
create function pg_temp.read(p_name text, p_author text, p_route text, p_query text default null)
returns text language sql as $$
  select farthing.record_customer_read(pg_temp.account_of(p_name), tests.person(p_name), p_author, p_route,
    tests.after(), p_query)::text
$$;
-- Returns the last recorded read as one line.
create function pg_temp.last_read() returns text language sql as $$
  select concat_ws(' ', r.author, r.route, 'account ' || r.account_id, 'user ' || r.user_id, r.query,
    r.request_id, r.correlation_id) from farthing.customer_reads r order by r.read_nr desc limit 1
$$;

select is_empty('select * from farthing.customer_reads', 'a new database has no reads');
select is(farthing.delete_old_customer_reads(tests.after()), 0, 'the task has nothing to delete');
select isnt(tests.give('ann', '10'), null, 'ann has an account');

-- An operator's read is recorded with the ids of the request.
select isnt(set_config('request.headers', json_build_object('x-request-id', 'request-1', 'traceparent',
  format('00-%s-%s-01', repeat('a', 32), repeat('b', 16)))::text, true), null, 'a request begins');
select is(pg_temp.read('ann', 'operator:' || tests.person('ops'), 'GET /credits'), '',
  'an operator reads ann''s balance');
select is(pg_temp.last_read(), format('operator:%s GET /credits account %s request-1 %s', tests.person('ops'),
  pg_temp.account_of('ann'), repeat('a', 32)), 'the read is recorded with its author and its request');
select is(read_at, tests.after(), 'the read has its moment') from farthing.customer_reads;
select isnt(set_config('request.headers', '', true), null, 'the request ends');

-- If the customer has no account, the record of a read has the user's id. Otherwise it has only the
-- account's id.
select is(pg_temp.read('bob', 'operator:x', 'GET /customers/{id}'), '', 'an operator reads bob''s page');
select is(pg_temp.last_read(), 'operator:x GET /customers/{id} user ' || tests.person('bob'),
  'a user without an account is recorded by their id');
select is(count(*)::int, 0, 'no row names an account and a user') from farthing.customer_reads
where account_id is not null and user_id is not null;

-- Reads by the account's owner are not recorded. Reads by a secret key are recorded only if their
-- route is under /customers.
select is(pg_temp.read('ann', 'key:default', route), '', 'a secret key reads ' || route)
from unnest(array['GET /credits', 'GET /jobs']) route;
select is(pg_temp.read('ann', 'owner', 'GET /credits'), '', 'ann reads her own balance');
select is(count(*)::int, 2, 'reads of lists by a secret key and by the owner are not recorded')
from farthing.customer_reads;
select is(pg_temp.read('ann', 'key:default', 'GET /customers', 'pi_1'), '', 'a secret key searches');
select is(pg_temp.last_read(), format('key:default GET /customers account %s pi_1',
  pg_temp.account_of('ann')),
  'a search by a secret key is recorded with its query');
select is(pg_temp.read('ann', null, 'GET /credits'), '', 'a SQL session reads ann''s balance');
select is(split_part(pg_temp.last_read(), ' ', 1), 'sql:' || session_user,
  'the read of a SQL session is recorded with its role');

-- A row can never be changed, and can't be deleted for a year.
select tests.fails_with('update farthing.customer_reads set author = ''key:x''', '23001', null,
  'a recorded read cannot be changed');
select tests.fails_with('truncate farthing.customer_reads', '23001', null, 'the log cannot be emptied');
select tests.fails_with('delete from farthing.customer_reads', '23001', null,
  'a read of this year cannot be deleted');
select is(tests.code_for(role, 'ann', 'select from farthing.customer_reads'), '42501',
  format('%s cannot read the log', role)) from unnest(array['service_role', 'anon', 'authenticated']) role;
select lives_ok($$ select farthing.record_customer_read(1, null, 'operator:x', 'GET /credits', t)
  from unnest(array[now() - interval '1 year', now() - interval '1 year' + interval '1 s']) t $$,
  'two reads are a year old and a second younger');
select is(farthing.delete_old_customer_reads(now()), 1, 'a read is deleted after a year');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
