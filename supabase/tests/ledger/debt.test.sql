-- Debt: new and released credits pay the debt before they can be used for anything else.

begin;
\ir ../helpers/all_tests.psql
select farthing.set_policy('{"overdraft_floor": 10000}', 'the debts of this test');
select plan(60);

-- A settlement costs more than all of ann's credits.
select isnt(tests.give('ann', '10'), null, 'ann has 10');
select is(holds_settle(tests.hold('ann', '10'), '35', p_now => tests.after('1 s')) #>> '{data,shortfall}',
  '25', 'ann''s work cost 25 more than she had');
select is(tests.balance('ann', '1 s'), 'balance -25, held 0, available 0, debt 25', 'ann owes 25');

select is(tests.outcome($$ select credits_debit(tests.person('ann'), '1', 'x', p_now => tests.after()) $$),
  '{"code": "insufficient_credits", "status": 402,
    "details": {"limit": "balance", "required": "1", "available": "0"}}',
    'a debit is refused while there is debt');
select tests.fails_with($$ select tests.hold('ann', '1') $$, 'insufficient_credits', null,
  'a hold is refused while there is debt');
select tests.fails_with($$ select usage_charge(tests.person('ann'), '{"event_id": "e", "model": "gpt-4o",
  "input_tokens": 1}') $$, 'insufficient_credits', null, 'usage is refused while there is debt');

-- Incoming credits pay debt first.
select is(credits_grant(tests.person('ann'), '20', 'promotional', p_now => tests.after('2 s'))
  #>> '{data,remaining}', '0', 'incoming credits pay the debt first');
select is(tests.balance('ann', '2 s'), 'balance -5, held 0, available 0, debt 5', 'ann owes 5');
select is((select amount::int from farthing.debt_payments), 20, 'the payment of debt is recorded');
select is((select balance_after::int from farthing.entries order by seq desc limit 1), -5,
  'the entry has the whole incoming amount');
select is(credits_grant(tests.person('ann'), '20', 'promotional', p_now => tests.after('3 s'))
  #>> '{data,remaining}', '15', 'the rest after the debt can be spent');
select is(tests.balance('ann', '3 s'), 'balance 15, held 0, available 15, debt 0', 'ann owes nothing');
select is(credits_debit(tests.person('ann'), '15', 'x', p_now => tests.after('4 s'))
  #>> '{data,balance_after}', '0',
  'a debit is accepted after the debt is paid');

-- Bought credits pay debt, too.
select is(holds_settle(tests.hold('ann', '1', p_passed => '5 s'), '9000',
  p_now => tests.after('6 s')) ->> 'status',
  '200', 'ann''s next work costs 9,000')
from (select tests.give('ann', '1', p_passed => '5 s')) given;
select is(checkout_begin(tests.person('ann'), 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test',
  'https://a.test', p_now => tests.after('7 s')) ->> 'step', 'create',
  'ann opens an order of 9,990 credits');
select is(inbox_receive(jsonb_build_object('id', 'evt', 'type', 'checkout.session.completed', 'livemode',
  false, 'created', 1, 'facts', jsonb_build_object('order_id', order_id, 'payment_id', 'pi', 'payment_status',
  'paid', 'amount', 999, 'currency', 'usd')), tests.after('8 s')), '{"received": true}',
  'ann pays') from farthing.orders;
select is(tests.balance('ann', '8 s'), 'balance 991, held 0, available 991, debt 0',
  'a purchase pays the debt first');

-- The credits of a released hold pay debt, too.
create temporary table h as select tests.hold('ann', '900', p_passed => '9 s') as hold_id;
select is(holds_settle(tests.hold('ann', '91', p_passed => '9 s'), '191', p_now => tests.after('10 s'))
  #>> '{data,shortfall}', '100', 'ann owes 100 while 900 are held');
select is(tests.balance('ann', '10 s'), 'balance 800, held 900, available 0, debt 100',
  'a hold''s credits do not pay the debt');
select is(holds_release(hold_id, p_now => tests.after('11 s')) #>> '{data,status}', 'released',
  'ann''s hold is released')
from h;
select is(tests.balance('ann', '11 s'), 'balance 800, held 0, available 800, debt 0',
  'released credits pay the debt first');

-- The credits of an expired hold pay debt, whether a scheduled task or a call finds the hold first.
select isnt(tests.give('cid', '10'), null, 'cid has 10');
select isnt(tests.hold('cid', '6', 60), null, 'cid holds 6 for a minute');
select is(holds_settle(tests.hold('cid', '4'), '7', p_now => tests.after('1 s')) #>> '{data,shortfall}', '3',
  'cid owes 3 while 6 are held');
select is(farthing.expire_credits(tests.after('1 min')), 1, 'the task releases the expired hold');
select is(tests.balance('cid', '1 min'), 'balance 3, held 0, available 3, debt 0',
  'the credits of an expired hold pay the debt first');

-- If a hold is settled for less than its amount, the rest of the held credits pays debt.
select isnt(tests.give('dan', '10'), null, 'dan has 10');
create temporary table d as select tests.hold('dan', '6') as hold_id;
select is(holds_settle(tests.hold('dan', '4'), '7', p_now => tests.after('1 s')) #>> '{data,shortfall}', '3',
  'dan owes 3 while 6 are held');
select is(holds_settle(hold_id, '1', p_now => tests.after('2 s')) #>> '{data,released}', '5',
  'dan''s hold settles with 1') from d;
select is(tests.balance('dan', '2 s'), 'balance 2, held 0, available 2, debt 0',
  'credits that a settlement releases pay the debt first');

-- An expired lot pays no debt.
select isnt(tests.give('bob', '10', '1 hour'), null, 'bob has 10 for an hour');
create temporary table b as select tests.hold('bob', '10', 7200) as hold_id;
select is(holds_settle(hold_id, '0', p_now => tests.after('90 min')) #>> '{data,released}', '10',
  'bob''s hold on an expired lot is released') from b;
select isnt(tests.give('bob', '5', p_passed => '90 min'), null, 'bob has 5 more');
select is(holds_settle(tests.hold('bob', '5', p_passed => '90 min'), '8', p_now => tests.after('91 min'))
  #>> '{data,shortfall}', '3', 'an expired lot does not reduce a shortfall');
select is((select array_agg(amount::int order by payment_id) from farthing.debt_payments
  join farthing.accounts
  using (account_id) where owner_id = tests.person('bob')), null, 'an expired lot pays no debt');

-- Trap m4: a hold ends at its expiry, even if the scheduled task runs later. The task then acts as
-- if it had run at the expiry: the released credits pay the account's debt, although the lot of
-- these credits has expired in the meantime.
create function pg_temp.owe(p_name text) returns text language sql as $$
  select holds_settle(tests.hold(p_name, '1'), '1001', p_now => tests.after('1 s'))
    #>> '{data,shortfall}'
$$;
select isnt(tests.give(name, '100', '20 min'), null, name || ' has 100 for 20 minutes')
from unnest(array['eve', 'fay', 'kai']) name;
select isnt(tests.hold(name, '100', minutes * 60), null, format('held for %s', minutes))
from (values ('eve', 10), ('fay', 20), ('kai', 10)) h (name, minutes);
select isnt(tests.hold('kai', '50', 1800), null, 'kai holds 50 more for 30')
from (select tests.give('kai', '50')) given;
select is((select array_agg(pg_temp.owe(name)) from unnest(array['eve', 'fay', 'kai']) name,
  lateral (select tests.give(name, '1')) given), '{1000,1000,1000}', 'each of them owes 1,000');
select is(farthing.expire_credits(tests.after('1 hour')) > 0, true,
  'the task runs after the lots have expired');
select is(tests.balance('eve', '1 hour'), 'balance -900, held 0, available 0, debt 900',
  'credits that were released before their lot expired have paid');
select is((select amount::int from farthing.debt_payments join farthing.accounts using (account_id)
  where owner_id = tests.person('eve')), 100, 'all released credits have paid');
select is(tests.balance('fay', '1 hour'), 'balance -1000, held 0, available 0, debt 1000',
  'credits that were released as their lot expired are gone');
select is(tests.balance('kai', '1 hour'), 'balance -850, held 0, available 0, debt 850',
  'each of two holds has paid as of its own expiry');

-- Two accounts have holds that expire at the same moment. The released credits pay debt in burn-down order,
-- and not in the order of the holds or their ids.
create function pg_temp.owe_with_holds(p_name text, p_priorities int[]) returns text language plpgsql as $$
begin
  for nr in 1 .. cardinality(p_priorities) loop
    perform tests.give(p_name, '50', p_priority => p_priorities[nr]);
    perform tests.hold(p_name, '50', 600);
  end loop;
  perform tests.give(p_name, '1');
  return holds_settle(tests.hold(p_name, '1'), '61', p_now => tests.after('1 s'))
    #>> '{data,shortfall}';
end
$$;
select is(pg_temp.owe_with_holds(name, priorities), '60',
  name || ' owes 60, and holds lots until the same moment')
from (values ('gil', '{200,1}'::int[]), ('hal', '{1,200}'), ('ida', '{200,150,1}')) p (name, priorities);
select cmp_ok(farthing.expire_credits(tests.after('10 min')), '>=', 3, 'the task releases all holds');
select is((select array_agg(format('%s of %s', d.amount::int, l.priority) order by l.priority)
    from farthing.debt_payments d join farthing.lots l using (account_id, lot_id)
    join farthing.accounts a using (account_id) where a.owner_id = tests.person(name)),
  paid, format('T8: %s pays in burn-down order', name))
from (values ('gil', '{"50 of 1","10 of 200"}'::text[]), ('hal', '{"50 of 1","10 of 200"}'),
  ('ida', '{"50 of 1","10 of 150"}')) p (name, paid);

-- The expiry of a hold writes no entry. Even so, the proof accepts that the hold's lot has expired.
select isnt(tests.give('kim', '60', '10 min'), null, 'kim has 60 for ten minutes');
select isnt(tests.hold('kim', '60', 1200), null, 'kim holds the credits for twenty minutes');
select is((select pg_temp.owe('kim') from (select tests.give('kim', '1')) given), '1000',
  'kim owes 1,000');
select is(checkout_begin(tests.person('kim'), 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test',
  'https://a.test', p_now => tests.after('30 min')) ->> 'step', 'create',
  'kim buys credits after the expiry of the hold, before the task has run');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
