-- The list of disputes: disputes that wait for evidence come first. Each dispute in the list has
-- its amounts of money and credits.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(39);

create function pg_temp.dispute(p_name text, p_status text, p_due interval, p_passed interval,
  p_moved text[] default '{}') returns jsonb language sql as $$
  select tests.receive('charge.dispute.updated', jsonb_build_object('dispute_id', 'du_' || p_name,
    'payment_id', 'pi_' || p_name, 'charge_id', 'ch_' || p_name, 'amount', 999, 'currency', 'usd',
    'status', p_status, 'reason', 'fraudulent', 'case_type', 'chargeback',
    'movements', tests.moved(p_name, 999, p_moved),
    'evidence_due_by', extract(epoch from tests.after(p_due))::bigint), p_passed)
$$;
create function pg_temp.ids(p_page jsonb) returns text language sql as $$
  select string_agg(substr(d ->> 'dispute_id', 4), ' ' order by nr)
  from jsonb_array_elements(p_page -> 'disputes') with ordinality e (d, nr)
$$;

select is(disputes_list(), '{"disputes": [], "next_before": null}', 'on the first day there are no disputes');
select is(tests.buys(name), name, name || ' buys Starter')
from unnest(array['ann', 'bob', 'cid', 'dan', 'eve']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays')
from unnest(array['ann', 'bob', 'cid', 'dan', 'eve']) name;
select is(pg_temp.dispute(name, status, due::interval, passed::interval, moved::text[]), '{"received": true}',
  format('%s''s dispute is %s', name, status))
from (values ('ann', 'needs_response', '9 d', '1 h', '{out}'), ('bob', 'needs_response', '5 d', '2 h', '{}'),
  ('cid', 'lost', '3 d', '3 h', '{out}'), ('dan', 'warning_needs_response', null, '4 h', '{}'),
  ('eve', 'won', '4 d', '5 h', '{out,in}')) d (name, status, due, passed, moved);

set local enable_seqscan = off;
discard plans; -- a cached plan would ignore the new setting
select is(pg_temp.ids(disputes_list()), 'bob ann eve dan cid',
  'those with a deadline come first, the next one at the top, and the others are newest first');
select is(pg_temp.ids(disputes_list(status)), ids, format('with status %s the list is %s', status, ids))
from (values ('needs_response', 'bob ann'), ('lost', 'cid'), ('future', null)) s (status, ids);
create temporary table pages as
with recursive p as (
  select 1 as nr, disputes_list(p_limit => 2) as page
  union all select nr + 1, disputes_list(p_before => page ->> 'next_before', p_limit => 2) from p
  where page ->> 'next_before' is not null)
select * from p;
select is(string_agg(pg_temp.ids(page), ' | ' order by nr), 'bob ann | eve dan | cid',
  'the pages continue at their cursors') from pages;
select is(pg_temp.ids(disputes_list(p_before => 'du_nobody')), null, 'an unknown cursor has no page');
select is(pg_temp.ids(disputes_list(p_user_id => tests.person('cid'))), 'cid',
  'a buyer''s disputes are listed');
select is(pg_temp.ids(disputes_list(p_order_id => order_id)), 'ann', 'an order''s disputes are listed')
from tests.bought where name = 'ann';
select is(pg_temp.ids(disputes_list(p_order_id => gen_random_uuid())), null,
  'an unknown order has no disputes');
select tests.fails_with('select disputes_list(p_user_id => gen_random_uuid())', 'not_found', 'user_id',
  'an unknown buyer is not found');

-- A dispute is read with its order, its credits and its deadline.
select is(d - '{created_at,updated_at,movements,order_id}'::text[], jsonb_build_object(
  'dispute_id', 'du_ann', 'status', 'needs_response', 'is_open', true, 'reason', 'fraudulent',
  'case_type', 'chargeback', 'evidence_due_by', tests.after('9 d'), 'amount', 999, 'currency', 'usd',
  'booking_id', null, 'user_id', tests.person('ann'), 'credits_taken_back', '9990'),
  'a dispute has its deadline, its order and the credits that it clawed back') from disputes_read('du_ann') d;
select is(d #>> '{order_id}', order_id::text, 'a dispute names its order')
from disputes_read('du_ann') d, tests.bought where name = 'ann';
select is(d #- '{movements,0,created_at}' -> 'movements', '[{"transaction_id": "txn_ann_1", "amount": -999,
  "fee": 1500, "currency": "usd"}]', 'a dispute has its movements') from disputes_read('du_ann') d;
select is(disputes_read('du_' || name) ->> 'credits_taken_back', credits,
  format('%s''s dispute took %s credits back', name, credits))
from (values ('bob', '0'), ('cid', '9990'), ('eve', '0')) c (name, credits);
select tests.fails_with($$select disputes_read('du_nobody')$$, 'not_found', 'id',
  'an unknown dispute is not found');
select is(pg_temp.dispute('ann', 'won', '9 d', '6 h', '{out,in}'), '{"received": true}',
  'ann''s bank reinstates');
select is(d ->> 'credits_taken_back', '0', 'reinstated credits are not clawed back')
from disputes_read('du_ann') d;
select is(pg_temp.ids(disputes_list(p_limit => 2)), 'bob eve', 'a decided dispute has no deadline');
select is(tests.code_for(role, 'ann', 'select disputes_list()'), '42501', role || ' must not list disputes')
from unnest(array['anon', 'authenticated']) role;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
