-- Deleted users: their entries stay, their credits become breakage, and no row identifies them.

begin;
\ir ../helpers/all_tests.psql
select plan(31);

-- Ann has lots, a hold and a pending order when she is deleted.
select isnt(tests.give('ann', '10', '1 hour'), null, 'ann has 10 for an hour');
select isnt(tests.give('ann', '20'), null, 'ann has 20 for ever');
select isnt(tests.give('bob', '7'), null, 'bob has 7');
create temporary table ann as
select tests.hold('ann', '15') as hold_id, (checkout_begin(tests.person('ann'),
  'b04eb8da-a595-4fbc-a8f4-708b219f705a',
  'https://a.test', 'https://a.test', p_now => tests.after()) #>> '{order,order_id}')::uuid as order_id;
create temporary table account as select account_id from farthing.accounts where owner_id
  = tests.person('ann');
select is((select array_agg(tests.code_for(role, 'ann', 'delete from auth.users') order by role)
  from unnest(array['anon', 'authenticated']) role), '{42501,42501}',
  'users cannot be deleted through the data API');
select is(tests.outcome('delete from auth.users where email = ''ann@example.com''') ->> 'code', 'ok',
  'ann is deleted');

select is((select array_agg(owner_id) from farthing.accounts join account using (account_id)),
  array[null::uuid], 'the account stays without an owner');
select results_eq($$ select kind::text, direction::text, amount::int, reference_type::text
  from farthing.entries
    join account using (account_id) order by direction, amount $$,
  $$ values ('promotion', 'in', 10, 'grant'), ('promotion', 'in', 20, 'grant'), ('expiry', 'out', 10,
  'account_closed'),
    ('expiry', 'out', 20, 'account_closed') $$,
  'all entries stay, and the rest of the credits is in breakage');
select results_eq('select balance::int, held::int, debt::int from farthing.accounts join account using
  (account_id)', 'values (0, 0, 0)', 'the account has no credits left');
select is((select array_agg(status) from farthing.holds join account using (account_id)), '{released}',
  'an open hold is released');
select tests.fails_with(format('select holds_settle(%L, ''1'', p_now => tests.after())', hold_id),
  'hold_not_open', null, 'the released hold cannot be settled') from ann;
select is(tests.balance('bob'), 'balance 7, held 0, available 7, debt 0',
  'another user''s account does not change');
select tests.fails_with('select ' || call, 'not_found', 'user_id', split_part(call, '(',
  1) || ' of a deleted user is not found')
from unnest(array['credits_balance(md5(''ann'')::uuid)', 'credits_entries(md5(''ann'')::uuid)',
  'credits_debit(md5(''ann'')::uuid, ''1'', ''x'')',
  'credits_grant(md5(''ann'')::uuid, ''1'', ''promotional'')',
  'holds_open(md5(''ann'')::uuid, 600, ''1'')',
  'usage_charge(md5(''ann'')::uuid, ''{"model": "gpt-4o", "input_tokens": 1}'')',
  'checkout_begin(md5(''ann'')::uuid, ''b04eb8da-a595-4fbc-a8f4-708b219f705a'', '''', '''')']) call;

-- A user who signs up again with the same address gets a new account.
select is(tests.balance('ann'), 'balance 0, held 0, available 0, debt 0',
  'ann signs up again and has no credits');
select is(credits_entries(tests.person('ann')) -> 'entries', '[]', 'ann''s new account has no entries');

-- A user with debt is deleted: held credits pay the debt first.
select isnt(tests.give('cid', '10'), null, 'cid has 10');
create temporary table cid as select tests.hold('cid', '5') as kept;
select is(holds_settle(tests.hold('cid', '5'), '8', p_now => tests.after()) #>> '{data,shortfall}', '3',
  'cid owes 3');
select is(tests.outcome('delete from auth.users where email = ''cid@example.com''') ->> 'code', 'ok',
  'cid is deleted');
select results_eq($$ select a.balance::int, a.debt::int from farthing.accounts a join farthing.holds h using
  (account_id), cid where h.hold_id = cid.kept $$, 'values (0, 0)',
  'the credits of the released hold pay the debt');

-- A user pays and is deleted before Stripe's event arrives. The order is paid, and its credits
-- become breakage.
create temporary table eve as select checkout_begin(tests.person('eve'),
  'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test', 'https://a.test', p_now => tests.after())
  #>> '{order,order_id}' as order_id;
select is(tests.outcome('delete from auth.users where email = ''eve@example.com''') ->> 'code', 'ok',
  'eve is deleted');
select is(inbox_receive(jsonb_build_object('id', 'evt_eve', 'type', 'payment_intent.succeeded', 'livemode',
  false, 'created', 1, 'facts', jsonb_build_object('order_id', order_id, 'payment_id', 'pi_eve',
  'payment_status', 'paid', 'amount', 999, 'currency', 'usd')), tests.after('1 s')), '{"received": true}',
  'the late payment is received') from eve;
select results_eq($$ select o.status, a.balance::int from farthing.orders o join farthing.accounts a
  using (account_id), eve where o.order_id::text = eve.order_id $$, $$ values ('paid', 0) $$,
  'credits paid for a deleted user close to breakage');

-- A user without an account leaves no rows behind.
select isnt(tests.person('dan'), null, 'dan signs up');
select is(tests.balance('dan'), 'balance 0, held 0, available 0, debt 0', 'dan does nothing');
select is(tests.outcome('delete from auth.users where email = ''dan@example.com''') ->> 'code', 'ok',
  'dan is deleted');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
