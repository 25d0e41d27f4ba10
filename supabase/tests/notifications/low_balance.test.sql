-- Notifications of a low balance: a user gets only one until new credits arrive.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(28);

select isnt(tests.give(name, '600'), null, name || ' has 600') from unnest(array['ann', 'bob']) name;

-- An account falls below the threshold.
select is(farthing.notify_low_balances(tests.after('1 min')),
  0, 'a user with enough credits is not notified');
select is((credits_debit(tests.person(name), amount, 'x', p_now => tests.after('2 min')) ->> 'status')::int,
  201, format('%s spends %s', name, amount))
from (values ('ann', '100'), ('bob', '100.000000000000000001')) s (name, amount);
select is(farthing.notify_low_balances(tests.after('2 min')), 1,
  'an account that has fallen below the threshold is notified');
select results_eq($$ select owner_id, template, data, n.created_at from farthing.notifications n
  join farthing.accounts using (account_id) $$, $$ values (tests.person('bob'), 'low_balance',
    '{"available": "499.999999999999999999", "threshold": "500"}'::jsonb, tests.after('2 min')) $$,
  'the notification has the available credits, to the last decimal');
select is((credits_debit(tests.person('bob'), '300', 'x', p_now => tests.after('3 min')) ->> 'status')::int,
  201, 'bob spends more');
select is(farthing.notify_low_balances(tests.after('3 min')), 0, 'a low balance is notified once');
select isnt(tests.give('bob', '50', p_passed => '4 min'), null, 'bob is granted too few credits');
select is(farthing.notify_low_balances(tests.after('5 min')), 1, 'bob is notified again after the grant');
select is(farthing.notify_low_balances(tests.after('6 min')), 0, 'bob is notified once after the grant');
select is(tests.opts_in('ann', '550', '2000', 100, '7 min', false) ->> 'state', 'off',
  'ann sets a threshold of 550, without a top-up');
select is(farthing.notify_low_balances(tests.after('7 min')), 1,
  'the user''s own threshold precedes the policy''s');
select is(tests.person(name) is not null, true, name || ' has nothing, and never had')
from unnest(array['cid', 'dan']) name;
select is((farthing.lock_account(tests.person('cid'), tests.after())).balance, 0::numeric,
  'cid has an account');
select is(farthing.notify_low_balances(tests.after('8 min')), 0,
  'an account that never had credits is not notified');

-- Each run of the scheduled task continues after the last account that the previous run checked.
-- When all accounts have been checked, the next run begins again with the first account.
select isnt(tests.give(format('p%s', n), '1', p_passed => '9 min'), null,
  'a user has 1 credit') from generate_series(1, 4) n;
update farthing.low_balance_round set last_account_id = 0;
select is(array(select farthing.notify_low_balances(tests.after('10 min'), 3) from generate_series(1, 4)),
  array[0, 3, 1, 0], 'the task continues after its last account, and begins again after the last one');

-- Users with a top-up, and deleted users, are not notified.
select isnt(tests.give(name, '10', p_passed => '11 min'), null, name || ' has too little')
from unnest(array['ivy', 'jon']) name;
select is(tests.tops_up('ivy'), 'card_missing, processed', 'ivy turns on top-ups and saves a card');
delete from auth.users where id = (select tests.person('jon'));
select is(farthing.notify_low_balances(tests.after('11 min')), 0, 'neither ivy nor jon is notified');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
