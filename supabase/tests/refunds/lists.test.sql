-- Lists of refunds and warnings: by order, by booking, and page by page.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(28);

select is(tests.buys(name), name, name || ' buys Starter') from unnest(array['ann', 'bob']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays') from unnest(array['ann', 'bob']) name;
select is(tests.refund('ann', nr, 100 * nr, p_passed => make_interval(secs => nr)), '{"received": true}',
  format('refund %s is made', nr)) from generate_series(1, 3) nr;
select is(tests.refund('bob', 1, 50, p_passed => '9 s'), '{"received": true}', 'bob gets a refund');

create function pg_temp.amounts(p_page jsonb) returns text language sql as $$
  select string_agg(r ->> 'amount', ' ') from jsonb_array_elements(p_page -> 'refunds') r
$$;
set local enable_seqscan = off;
discard plans; -- a cached plan would ignore the new setting
select is(pg_temp.amounts(refunds_list()), '50 300 200 100', 'all refunds are listed, newest first');
select is(pg_temp.amounts(refunds_list(order_id)), '300 200 100', 'the refunds of an order are listed')
from tests.bought where name = 'ann';
select is(pg_temp.amounts(refunds_list(p_booking_id => gen_random_uuid())), null,
  'a booking without refunds has an empty list');
select is(pg_temp.amounts(refunds_list(p_user_id => tests.person('ann'))), '300 200 100',
  'the refunds of a buyer are listed');
select tests.fails_with('select refunds_list(p_user_id => gen_random_uuid())', 'not_found', 'user_id',
  'an unknown buyer is not found');
select is(pg_temp.amounts(refunds_list(b.order_id, p_user_id => tests.person('ann'))), null,
  'another buyer''s order has no refunds of the buyer') from tests.bought b where name = 'bob';
create temporary table page as select refunds_list(p_limit => 3) as page;
select is(pg_temp.amounts(page), '50 300 200', 'a page has as many refunds as requested') from page;
select is(pg_temp.amounts(refunds_list(p_before => page ->> 'next_before', p_limit => 3)), '100',
  'the next page has the rest')
from page;
select is(refunds_list(p_before => page ->> 'next_before', p_limit => 3) -> 'next_before', 'null',
  'the last page names no next page') from page;
select is(refunds_read(refund_id) ->> 'credits_taken_back', '3000',
  'a refund is read, with its credits as text')
from farthing.refunds where amount = 300;
select tests.fails_with($$ select refunds_read(gen_random_uuid()) $$, 'not_found', 'id',
  'reading an unknown refund fails');

select is(tests.refund('bob', 2, 60, p_status => 'pending', p_passed => '9 s'), '{"received": true}',
  'bob gets a refund that is pending');
select is(pg_temp.amounts(refunds_list(p_status => 'pending')), '60', 'refunds are listed by status');
select is(pg_temp.amounts(refunds_list(p_status => 'failed')), null, 'a status without refunds has none');

select is(tests.warning('ann', p_passed => '10 s'), '{"received": true}',
  'a card network warns of ann''s payment');
select is(warnings_list('open') #>> '{warnings,0,warning_id}', 'issfr_ann',
  'an open warning is in the list of open warnings');
select is(warnings_list('cleared') -> 'warnings', '[]',
  'an open warning is not in the list of cleared warnings');
select is(jsonb_array_length(warnings_list(p_user_id => tests.person(name)) -> 'warnings'), n,
  'warnings are listed by user') from (values ('ann', 1), ('bob', 0)) u (name, n);

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
