-- Each list refuses an invalid limit, and the error names the parameter. If a limit of 0 were
-- allowed, its empty page would look like the last page.

begin;
\ir ../helpers/all_tests.psql
create temporary table lists as
select p.proname as name,
  case when 'p_user_id' = any (p.proargnames) then 'p_user_id => tests.person(''ann''), '
    when 'p_customer_id' = any (p.proargnames) then 'p_customer_id => tests.person(''ann'')::text, '
    else '' end as who
from pg_proc p where p.pronamespace = 'farthing_public'::regnamespace and p.prosrc like '%page\_of(%';
select plan(7 + 7 * count(*)::int) from lists;
select cmp_ok(count(*)::int, '>=', 11, 'the lists of the API are found') from lists;
select isnt(tests.person('ann'), null, 'ann has no items');

select tests.fails_with(format('select %I(%sp_limit => %s)', name, who, lim), 'invalid_request', 'limit',
  format('%s refuses a limit of %s', name, lim))
from lists, unnest(array['null', '0', '-5', '1001', '2147483647']) lim order by name, lim;
select is(tests.outcome(format('select %I(%sp_limit => %s)', name, who, lim)) ->> 'code', 'ok',
  format('%s accepts a limit of %s', name, lim))
from lists, unnest(array['1', '1000']) lim order by name, lim;

select is(tests.outcome(format('select %I(%sp_before => ''no id'')', name, who)) ->> 'code', 'ok',
  format('a text that is no id is the cursor of no item of %s', name))
from lists where name in ('alerts_list', 'bookings_list', 'checkout_orders', 'fraud_blocks_list',
  'refunds_list') order by name;

select * from finish();
rollback;
