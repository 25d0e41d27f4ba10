-- Each read of a customer's data by an operator is recorded: reads of a list, and reads of a resource by
-- its id.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(10);

select is(tests.buys('ann'), 'ann', 'ann buys Starter');
select is(tests.pays('ann'), '{"received": true}', 'ann pays');
select tests.person('ops') as ops, tests.hold('ann', '5') as hold, jobs_create(tests.person('ann'), 'free',
  '{}') #>> '{data,job_id}' as job \gset
create temporary table calls as select route, format(call, tests.person('ann'), id) as call from (values
  ('GET /credits', 'credits_balance(%1$L, p_author => $1)', null),
  ('GET /credits/entries', 'credits_entries(%1$L, p_author => $1)', null),
  ('GET /credits/spend-cap', 'spend_caps_read(%1$L, p_author => $1)', null),
  ('GET /top-ups', 'top_ups_read(%1$L, p_author => $1)', null),
  ('GET /checkout/orders', 'checkout_orders(%1$L, p_author => $1)', null),
  ('GET /checkout/orders/{id}', 'checkout_order(null, %2$L, p_author => $1)',
    (select order_id::text from tests.bought)),
  ('GET /credits/holds/{id}', 'holds_read(%2$L, p_author => $1)', :'hold'),
  ('GET /jobs', 'jobs_list(%1$L, p_author => $1)', null),
  ('GET /jobs/{id}', 'jobs_read(null, %2$L, p_author => $1)', :'job'),
  ('GET /bookings', 'bookings_list(%1$L, p_author => $1)', null),
  ('GET /refunds', 'refunds_list(p_user_id => %1$L, p_author => $1)', null),
  ('GET /credits/grants', 'grants_list(p_user_id => %1$L, p_author => $1)', null),
  ('GET /disputes', 'disputes_list(p_user_id => %1$L, p_author => $1)', null),
  ('GET /mismatches', 'mismatches_list(p_user_id => %1$L, p_author => $1)', null),
  ('GET /notifications', 'notifications_list(p_user_id => %1$L, p_author => $1)', null),
  ('GET /fraud/blocked', 'fraud_blocks_list(p_user_id => %1$L, p_author => $1)', null),
  ('GET /fraud/warnings', 'warnings_list(p_user_id => %1$L, p_author => $1)', null),
  ('GET /fraud/decisions', 'fraud_decisions_list(%1$L, p_author => $1)', null)) c (route, call, id);

-- Makes each call of the table `calls` as this author. Returns the routes of the recorded reads.
create function pg_temp.recorded(p_author text) returns text[] language plpgsql as $$
declare
  v_before bigint := (select coalesce(max(read_nr), 0) from farthing.customer_reads);
  v_call text;
begin
  for v_call in select call from calls loop
    execute 'select ' || v_call using p_author;
  end loop;
  return array(select r.route from farthing.customer_reads r where r.read_nr > v_before
    and r.author = p_author and r.account_id = farthing.account_for(tests.person('ann')) order by 1);
end
$$;

select is(pg_temp.recorded('operator:' || :'ops'), array(select route from calls order by 1),
  'each read by an operator is recorded with its route');
select is(pg_temp.recorded(author), '{}', 'no read is recorded by ' || author)
from unnest(array['owner', 'key:default', 'operator:' || tests.person('ann')]) author;
select is(count(*)::int, (select count(*)::int from calls), 'no other read is recorded')
from farthing.customer_reads;
select is(refunds_list(p_author => 'operator:' || :'ops') ->> 'next_before', null,
  'an operator lists the refunds of all customers');
select is(count(*)::int, (select count(*)::int from calls), 'a list that names no customer is not recorded')
from farthing.customer_reads;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
