-- Refunds, disputes and warnings (rule 10 of docs/reference/rules.md): unspent credits are clawed
-- back, spent credits become debt, and a failed refund reinstates credits.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(60);

select is(tests.buys(name), name, name || ' buys Starter')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay', 'gus']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay']) name;

-- Ann's payment is refunded in two parts. The second refund claws back the rest of the bought
-- credits. Then this refund fails, and its credits are reinstated.
select is(tests.spends('ann', '5000'), '4990', 'ann spends 5,000');
select is(tests.refund('ann', 1, 333), '{"received": true}', 'a third of the payment is refunded');
select is(tests.bought_by('ann'),
  'partially_refunded, 3330 clawed back; balance 1660, held 0, available 1660, debt 0',
  'a third of the credits is clawed back');
select is(tests.refund('ann', 1, 333), '{"received": true}', 'a second event of the same refund arrives');
select is(tests.bought_by('ann'),
  'partially_refunded, 3330 clawed back; balance 1660, held 0, available 1660, debt 0',
  'a second event of the same refund moves no credits (T6)');
select is(tests.refund('ann', 2, 666), '{"received": true}', 'the rest of the payment is refunded');
select is(tests.bought_by('ann'), 'refunded, 9990 clawed back; balance -5000, held 0, available 0, debt 5000',
  'spent credits become debt');
select is(tests.refund('ann', 2, 666, 'failed'), '{"received": true}', 'the second refund fails');
select is(tests.bought_by('ann'),
  'partially_refunded, 3330 clawed back; balance 1660, held 0, available 1660, debt 0',
  'the failed refund reinstates its credits');
select is(tests.refund('ann', 2, 666), '{"received": true}', 'an event from before the failure arrives late');
select is(tests.bought_by('ann'),
  'partially_refunded, 3330 clawed back; balance 1660, held 0, available 1660, debt 0',
  'the late event moves no credits');
select is((select string_agg(format('%s %s %s', status, trim_scale(credits_clawed_back),
  trim_scale(debt_added)), ', ' order by stripe_refund_id) from farthing.refunds),
  'succeeded 3330 0, failed 0 0', 'each refund records the credits that it clawed back');

-- Bob's dispute freezes credits, is lost, and is won after an appeal.
select is(tests.spends('bob', '90'), '9900', 'bob spends 90');
select is(tests.dispute('bob', 'warning_needs_response'), '{"received": true}', 'the bank opens an inquiry');
select is(tests.bought_by('bob'), 'paid, 0 clawed back; balance 9900, held 0, available 9900, debt 0',
  'an inquiry freezes no credits');
select is(tests.dispute('bob', 'needs_response', 5000), '{"received": true}',
  'the inquiry becomes a dispute of more than was paid (T14)');
select is(tests.bought_by('bob'), 'disputed, 0 clawed back; balance 9900, held 0, available 0, debt 0',
  'a dispute freezes the unspent credits');
select tests.fails_with($$ select tests.spends('bob', '1') $$, 'insufficient_credits', null,
  'frozen credits cannot be spent');
select is(tests.dispute('bob', 'lost', 5000, '2 s'), '{"received": true}', 'the dispute is lost');
select is(tests.bought_by('bob', '2 s'),
  'disputed, 9990 clawed back; balance -90, held 0, available 0, debt 90',
  'no more is clawed back than was bought');
select isnt(tests.give('bob', '100', p_passed => '3 s'), null, 'bob is granted 100, which pay the debt');
select is(tests.dispute('bob', 'needs_response', 999, '4 s', '1 s'), '{"received": true}',
  'an early event of the dispute arrives late');
select is(tests.bought_by('bob', '4 s'),
  'disputed, 9990 clawed back; balance 10, held 0, available 10, debt 0',
  'the early event changes nothing');
select is(tests.dispute('bob', 'won', 5000, '5 s'), '{"received": true}', 'the dispute is won');
select is(tests.bought_by('bob', '5 s'),
  'paid, 0 clawed back; balance 10000, held 0, available 10000, debt 0', 'all credits are reinstated (T5)');
select is((select array_agg(trim_scale(remaining) order by source) from farthing.lots join farthing.accounts
  using (account_id) where owner_id = tests.person('bob')), array[100, 9900]::numeric[],
  'each lot has its credits back, including the lot that paid the debt');

-- Cyn's payment is refunded while a hold reserves credits. The hold keeps these credits, so the
-- work can still be paid from the hold.
create temporary table h as select tests.hold('cyn', '4000') as hold_id;
select is(tests.refund('cyn', 1, 999), '{"received": true}', 'cyn is refunded while 4,000 credits are held');
select is(tests.bought_by('cyn'), 'refunded, 9990 clawed back; balance 0, held 4000, available 0, debt 4000',
  'held credits become debt');
select is(holds_release(hold_id, p_now => tests.after()) #>> '{data,status}', 'released',
  'the hold is released')
from h;
select is(tests.bought_by('cyn'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'the released credits pay the debt');

-- Dan's payment gets an early fraud warning, under the policy that refunds such payments at once.
select farthing.set_policy('{"early_fraud_warning": "refund"}', 'a test');
select is(tests.warning('dan'), '{"received": true}', 'a card network warns of dan''s payment');
select is(tests.warning('dan'), '{"received": true}', 'the warning arrives twice');
select is(tests.bought_by('dan'), 'paid, 0 clawed back; balance 9990, held 0, available 0, debt 0',
  'dan''s credits are frozen');
select is((select array_agg(format('%s %s %s', amount, status, requested_by)) from farthing.refunds r
  join tests.bought using (order_id) where name = 'dan'), array['999 requested early_fraud_warning'],
  'one refund is requested for the runner');
select is(tests.refund('dan', 1, 999, p_refund_id => (select refund_id from farthing.refunds
  join tests.bought using (order_id) where name = 'dan')), '{"received": true}', 'Stripe makes the refund');
select is((select format('%s; %s, %s', w.state, r.status, r.stripe_refund_id) from farthing.fraud_warnings w
  join tests.bought using (order_id) join farthing.refunds r using (order_id) where name = 'dan'),
  'closed; succeeded, re_dan_1', 'the refund gets Stripe''s id and closes the warning');

-- An operator clears the warning of Eve's payment.
select farthing.set_policy('{"early_fraud_warning": "review"}', 'a test');
select is(tests.warning('eve'), '{"received": true}', 'a card network warns of eve''s payment');
select is(tests.balance('eve'), 'balance 9990, held 0, available 0, debt 0', 'eve''s credits are frozen');
select is(warnings_clear('issfr_eve', 'known', p_author => 'key:o') #>> '{data,state}', 'cleared',
  'an operator clears the warning');
select is(tests.bought_by('eve'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'eve''s credits are unfrozen');

-- Gus's refund arrives before its payment. Another refund belongs to a different app.
select is(tests.refund('gus', 1, 999), '{"received": true, "deferred": true}',
  'a refund before its payment is deferred');
select is(tests.pays('gus'), '{"received": true}', 'the payment arrives');
select is(tests.bought_by('gus'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'T7: the deferred refund is applied with its payment');
select is(tests.refund('nobody', 1, 999), '{"received": true, "deferred": true}',
  'the refund of a foreign payment is deferred');
select is((select array_agg(farthing.retry_events(tests.after(interval '1 day' * n))) from generate_series(1,
  10) n)
  is null, false, 'the foreign refund is attempted ten times');
select is((select state from farthing.inbox where facts ->> 'payment_id' = 'pi_nobody'), 'ignored',
  'the foreign refund is ignored in the end');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
