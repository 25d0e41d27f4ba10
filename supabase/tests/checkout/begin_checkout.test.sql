-- Checkout: the terms of a purchase are fixed before Stripe is called, and a user has at most one open
-- session per version and currency of a package.

begin;
\ir ../helpers/all_tests.psql
select plan(62);

insert into farthing.packages (package_id, version, name, amount, currency, credits, bonus_credits,
  effective_from)
values (md5('deal')::uuid, 1, 'Deal', 1000, 'usd', 10.000000000000000001, 0.5, tests.after('-1 day')),
  (md5('later')::uuid, 1, 'Later', 1, 'eur', 1, 0, tests.after('1 day'));
create function pg_temp.buy(p_name text, p_passed interval default '0',
  p_package text default md5('deal')::uuid::text)
returns jsonb language sql as $$
  select checkout_begin(tests.person(p_name), p_package, 'https://a.test/ok', 'https://a.test/no',
  'tmp-1',
    p_now => tests.after(p_passed))
$$;

-- Packages are listed, and are sold to existing users only.
select is((select array_agg(p ->> 'name') from jsonb_array_elements(checkout_packages(tests.after())) p),
  '{Starter,Deal,Plus,Pro,Business,Scale}',
  'packages are listed by price, and a package is not listed before its time');
select is((select p from jsonb_array_elements(checkout_packages(tests.after())) p where p ->> 'name'
  = 'Deal'),
  jsonb_build_object('id', md5('deal')::uuid, 'slug', md5('deal')::uuid, 'name', 'Deal', 'description', null,
    'highlight', false, 'amount', 1000, 'currency', 'usd',
    'prices', '[{"currency": "usd", "amount": 1000}]'::jsonb, 'credits',
    '10.000000000000000001', 'bonus_credits', '0.5', 'total_credits', '10.500000000000000001'),
  'a package has its price in minor units and its credits with all decimals');
select tests.fails_with(format('select pg_temp.buy(''ann'', p_package => %L)', bad), 'unknown_package',
  'package_id', format('buying the package %s is refused', coalesce(bad, 'nothing')))
from unnest(array[null, '', 'deal', md5('x')::uuid::text, md5('later')::uuid::text, repeat('x', 64)]) bad;
select tests.fails_with($$ select checkout_begin(gen_random_uuid(), md5('deal')::uuid::text, 'https://a.test',
  'https://a.test', p_now => tests.after()) $$, 'not_found', 'user_id',
  'a purchase by an unknown user is refused');

-- checkout_begin() creates an order before Stripe is called.
create temporary table ann as select pg_temp.buy('ann') as b;
select is((b -> 'order') - 'order_id', jsonb_build_object('status', 'pending', 'checkout_session_id', null,
    'checkout_url', null, 'expires_at', tests.after('1 hour'), 'package_id', md5('deal')::uuid,
    'package_slug', md5('deal')::uuid, 'package_name', 'Deal',
    'amount', 1000, 'currency', 'usd', 'amount_subtotal', 1000, 'amount_discount', null,
    'amount_tax', null, 'amount_total', null, 'invoice_id', null, 'has_tax_id', null,
    'credits', '10.000000000000000001', 'bonus_credits', '0.5',
    'total_credits', '10.500000000000000001', 'client_temp_id', 'tmp-1', 'kind', 'package',
    'amount_refunded', 0, 'amount_disputed', 0, 'credits_taken_back', '0', 'paid_at', null, 'created_at',
    tests.after(), 'success_url', 'https://a.test/ok', 'cancel_url', 'https://a.test/no', 'expires_at_epoch',
    extract(epoch from tests.after('1 hour'))::bigint, 'mark',
    (select installation_id from farthing.policy), 'session_settings', '{"locale": "auto",
    "automatic_tax": false, "tax_behavior": "inclusive", "tax_code": null, "billing_address": "auto",
    "tax_ids": false, "invoices": false, "promotion_codes": false, "customer_id": null}'::jsonb
    || jsonb_build_object('customer_email', (select email from auth.users where id = tests.person('ann')))),
  'a purchase begins with an order that has all values for Stripe') from ann;
select is(pg_temp.buy('ann', '1 min', upper(md5('deal')::uuid::text)) -> 'order', b -> 'order',
  'a second click before Stripe''s answer finds the same order') from ann;
select isnt(pg_temp.buy('bob') #>> '{order,order_id}', b #>> '{order,order_id}',
  'another user gets another order')
from ann;

-- checkout_attach() stores the session that Stripe opened.
create temporary table attached as select checkout_attach((b #>> '{order,order_id}')::uuid, 'cs_1',
  'https://s.test/1', p_now => tests.after('1 min')) as a from ann;
select is(a, jsonb_build_object('status', 201, 'replayed', false, 'data', (b -> 'order')
    - '{success_url,cancel_url,expires_at_epoch,mark,session_settings}'::text[]
    || '{"checkout_session_id": "cs_1", "checkout_url": "https://s.test/1"}'), 'the session is stored')
from attached, ann;
select is(pg_temp.buy('ann', '58 min') ->> 'step', 'reuse',
  'T24: a second click gets the session while it is open');
select is(pg_temp.buy('ann', '58 min') -> 'data', a -> 'data',
  'T24: the second click gets the same terms') from attached;
select tests.fails_with($$ select checkout_attach(gen_random_uuid(), 'cs_2', 'https://s.test/2') $$,
  'not_found', 'order_id', 'a session of an unknown order is refused');

-- Trap T24: the package changes while a session is open.
insert into farthing.packages (package_id, version, name, amount, currency, credits, effective_from)
values (md5('deal')::uuid, 2, 'Deal', 2000, 'usd', 15, tests.after('10 min'));
create temporary table changed as select pg_temp.buy('ann', '10 min') as b;
select is(concat_ws(' ', b ->> 'step', b #>> '{order,amount}', b #>> '{order,total_credits}'),
  'create 2000 15',
  'T24: a click after a change of the package gets a new session with the new price') from changed;
select is((select array_agg(format('%s %s', amount, status) order by amount) from farthing.orders
  join farthing.accounts
  using (account_id) where owner_id = tests.person('ann')), '{"1000 pending","2000 pending"}',
  'T24: the open session keeps its price');
select is(inbox_receive(jsonb_build_object('id', 'evt_1', 'type', 'checkout.session.completed', 'livemode',
  false,
    'created', 1, 'facts', jsonb_build_object('order_id', b #>> '{order,order_id}', 'session_id', 'cs_1',
    'payment_id', 'pi_1', 'payment_status', 'paid', 'amount', 1000, 'currency', 'usd')),
    tests.after('20 min')),
  '{"received": true}', 'ann pays the old session') from ann;
select is(tests.balance('ann', '20 min'),
  'balance 10.500000000000000001, held 0, available 10.500000000000000001, debt 0',
  'T24: ann gets the credits of the old session');
select is((select array_agg(format('%s %s', source, price) order by source)
  from farthing.lots), '{"bonus 48","paid 952"}', 'bought lots have their part of the price');

-- Trap T15: an operator edits packages, and packages are deleted.
insert into farthing.packages (package_id, version, name, amount, currency, credits, active, effective_from)
values (md5('deal')::uuid, 3, 'Deal', 1, 'eur', 1, false, tests.after('21 min'));
update farthing.packages set active = false where name = 'Pro';
select is((select array_agg(p ->> 'name') from jsonb_array_elements(checkout_packages(tests.after('21 min')))
  p), '{Starter,Plus,Business,Scale}', 'a package that is switched off is not listed');
select tests.fails_with($$ select pg_temp.buy('ann', '21 min') $$, 'unknown_package', 'package_id',
  'a package that is switched off is not sold');
select is(tests.balance('ann', '21 min'),
  'balance 10.500000000000000001, held 0, available 10.500000000000000001, debt 0',
  'T15: editing the catalogue changes no balance');
select tests.fails_with(sql, '23001', null, format('T15: %s is refused', sql)) from unnest(array[
  'update farthing.packages set credits = 1', 'update farthing.packages set amount = 1',
  'update farthing.packages set effective_from = now()', 'delete from farthing.packages',
  'update farthing.orders set credits = 1000', 'delete from farthing.orders']) sql;

-- When a session has ended, its order expires.
create temporary table cid as select pg_temp.buy('cid', p_package => 'b04eb8da-a595-4fbc-a8f4-708b219f705a')
  as b;
select isnt(pg_temp.buy('cid', '25 min', 'b04eb8da-a595-4fbc-a8f4-708b219f705a') #>> '{order,order_id}',
  b #>> '{order,order_id}', 'an order without a session is given up after 25 minutes') from cid;
select is(checkout_attach((b #>> '{order,order_id}')::uuid, 'cs_c', 'https://s.test/c') #>> '{data,status}',
  'expired', 'a session that arrives for an expired order is stored') from cid;
select is(farthing.expire_orders(tests.after('65 min' - interval '1 s')), 0,
  'the task waits for Stripe''s event first');
select is(farthing.expire_orders(tests.after('65 min')), 1,
  'the task expires orders five minutes after their session''s end');

select is(farthing.expire_orders(tests.after('10 hours')) > 0, true, 'the task expires all other orders');
create temporary table dan as select pg_temp.buy('dan', p_package => 'b04eb8da-a595-4fbc-a8f4-708b219f705a')
  as b;
select is(checkout_attach((b #>> '{order,order_id}')::uuid, 'cs_d', 'https://s.test/d') #>> '{data,status}',
  'pending', 'dan gets a session') from dan;
select is(pg_temp.buy('dan', passed, 'b04eb8da-a595-4fbc-a8f4-708b219f705a') ->> 'step', step,
  format('a click %s after the start of a session of an hour returns step %s', passed, step))
from (values (interval '58 min', 'reuse'), ('59 min', 'create')) c (passed, step);

-- Users read only their own orders.
select is(checkout_order(tests.person('ann'), (b #>> '{order,order_id}')::uuid) ->> 'status', 'paid',
  'a user reads their own order') from ann;
select tests.fails_with(format('select checkout_order(tests.person(''bob''), %L)', b #>> '{order,order_id}'),
  'not_found', 'id', 'another user''s order is not found') from ann;
select is(checkout_order(null, (b #>> '{order,order_id}')::uuid) ->> 'status', 'paid',
  'without a user an order of any user is read') from ann;
select tests.fails_with('select checkout_order(null, gen_random_uuid())', 'not_found', 'id',
  'without a user an unknown order is not found');
select tests.fails_with('select checkout_orders(gen_random_uuid())', 'not_found', 'user_id',
  'an unknown user has no orders');
select is(concat_ws(' ', o #>> '{orders,0,amount}', jsonb_array_length(o -> 'orders'), o ->> 'next_before'),
  '2000 1 ' || (o #>> '{orders,0,order_id}'), 'orders are listed by page, newest first')
from checkout_orders(tests.person('ann'), null, 1) o;
select is(checkout_orders(tests.person('ann'), b #>> '{order,order_id}', 20) #>> '{orders,0,amount}', '1000',
  'the next page begins after the first') from changed;
select is(checkout_orders(tests.person('bob'), b #>> '{order,order_id}', 20) -> 'orders', '[]',
  'another user''s order is no valid cursor') from changed;
select is(tests.code_for(role, 'ann', 'select ' || call), case role when 'service_role' then code else '42501'
  end, format('T13: only service_role may call %s (as %s)', split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role, (values ('checkout_packages()', 'ok'),
  ('checkout_begin(tests.person(''ann''), '''', '''', '''')', 'unknown_package'),
  ('checkout_attach(gen_random_uuid(), '''', '''')', 'not_found'), ('checkout_orders(tests.person(''ann''))',
  'ok'), ('checkout_order(tests.person(''ann''), gen_random_uuid())', 'not_found')) c (call, code);

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
