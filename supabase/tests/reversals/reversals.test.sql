-- Money that comes back (rule 10): what is there is taken, what is spent becomes debt, what fails is given
-- back.

begin;
\ir ../helpers/story.psql
\ir ../helpers/money_back.psql
select plan(60);

select is(tests.buys(name), name, name || ' buys Starter')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay', 'gus']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay']) name;

-- Ann: refunds in part, the last of which takes what rounding left.
select is(tests.spends('ann', '5000'), '4990', 'ann spends 5,000');
select is(tests.refund('ann', 1, 333), '{"received": true}', 'a third is refunded');
select is(tests.bought_by('ann'),
  'partially_refunded, 3330 clawed back; balance 1660, held 0, available 1660, debt 0',
  'a third of the credits is clawed back');
select is(tests.refund('ann', 1, 333), '{"received": true}', 'the same refund in another event');
select is(tests.bought_by('ann'),
  'partially_refunded, 3330 clawed back; balance 1660, held 0, available 1660, debt 0', 'moves nothing (T6)');
select is(tests.refund('ann', 2, 666), '{"received": true}', 'the rest is refunded');
select is(tests.bought_by('ann'), 'refunded, 9990 clawed back; balance -5000, held 0, available 0, debt 5000',
  'spent credits become debt');
select is(tests.refund('ann', 2, 666, 'failed'), '{"received": true}', 'the second refund fails');
select is(tests.bought_by('ann'),
  'partially_refunded, 3330 clawed back; balance 1660, held 0, available 1660, debt 0',
  'its credits are reinstated');
select is(tests.refund('ann', 2, 666), '{"received": true}', 'an event from before it failed comes late');
select is(tests.bought_by('ann'),
  'partially_refunded, 3330 clawed back; balance 1660, held 0, available 1660, debt 0',
  'and changes nothing');
select is((select string_agg(format('%s %s %s', status, trim_scale(credits_clawed_back),
  trim_scale(debt_added)), ', ' order by stripe_refund_id) from farthing.refunds),
  'succeeded 3330 0, failed 0 0', 'each refund says what it took');

-- Bob: a dispute freezes, is lost, is won after all.
select is(tests.spends('bob', '90'), '9900', 'bob spends 90');
select is(tests.dispute('bob', 'warning_needs_response'), '{"received": true}', 'the bank asks');
select is(tests.bought_by('bob'), 'paid, 0 clawed back; balance 9900, held 0, available 9900, debt 0',
  'an inquiry freezes nothing');
select is(tests.dispute('bob', 'needs_response', 5000), '{"received": true}',
  'it becomes a dispute, of more than was paid (T14)');
select is(tests.bought_by('bob'), 'disputed, 0 clawed back; balance 9900, held 0, available 0, debt 0',
  'unspent credits are frozen');
select tests.fails_with($$ select tests.spends('bob', '1') $$, 'insufficient_credits', null,
  'frozen credits are not spent');
select is(tests.dispute('bob', 'lost', 5000, '2 s'), '{"received": true}', 'it is lost');
select is(tests.bought_by('bob', '2 s'),
  'disputed, 9990 clawed back; balance -90, held 0, available 0, debt 90',
  'no more is taken than was bought');
select isnt(tests.give('bob', '100', p_passed => '3 s'), null, 'bob gets 100, which pay the debt');
select is(tests.dispute('bob', 'needs_response', 999, '4 s', '1 s'), '{"received": true}',
  'an event from its beginning comes late');
select is(tests.bought_by('bob', '4 s'),
  'disputed, 9990 clawed back; balance 10, held 0, available 10, debt 0',
  'and changes nothing');
select is(tests.dispute('bob', 'won', 5000, '5 s'), '{"received": true}', 'it is won in the end');
select is(tests.bought_by('bob', '5 s'),
  'paid, 0 clawed back; balance 10000, held 0, available 10000, debt 0', 'all of it is reinstated (T5)');
select is((select array_agg(trim_scale(remaining) order by source) from farthing.lots join farthing.accounts
  using (account_id) where owner_id = tests.person('bob')), array[100, 9900]::numeric[],
  'to the same lots, also to the one that had paid the debt');

-- Cyn: what a hold keeps may still be spent by it.
create temporary table h as select tests.hold('cyn', '4000') as hold_id;
select is(tests.refund('cyn', 1, 999), '{"received": true}', 'cyn is refunded while 4,000 are held');
select is(tests.bought_by('cyn'), 'refunded, 9990 clawed back; balance 0, held 4000, available 0, debt 4000',
  'held credits become debt');
select is(holds_release(hold_id, p_now => tests.after()) #>> '{data,status}', 'released', 'the hold lets go')
from h;
select is(tests.bought_by('cyn'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'and pays what is owed');

-- Dan: an early fraud warning, and the policy that refunds at once.
select farthing.set_policy('{"early_fraud_warning": "refund"}', 'a test');
select is(tests.warning('dan'), '{"received": true}', 'a card network warns of dan''s payment');
select is(tests.warning('dan'), '{"received": true}', 'twice');
select is(tests.bought_by('dan'), 'paid, 0 clawed back; balance 9990, held 0, available 0, debt 0',
  'his credits are frozen');
select is((select array_agg(format('%s %s %s', amount, status, requested_by)) from farthing.refunds r
  join tests.bought using (order_id) where name = 'dan'), array['999 requested early_fraud_warning'],
  'one refund is set down for the runner');
select is(tests.refund('dan', 1, 999, p_refund_id => (select refund_id from farthing.refunds
  join tests.bought using (order_id) where name = 'dan')), '{"received": true}', 'Stripe makes it');
select is((select format('%s; %s, %s', w.state, r.status, r.stripe_refund_id) from farthing.fraud_warnings w
  join tests.bought using (order_id) join farthing.refunds r using (order_id) where name = 'dan'),
  'closed; succeeded, re_dan_1', 'it is the one that was set down, and ends the warning');

-- Eve: an operator trusts the payment.
select farthing.set_policy('{"early_fraud_warning": "review"}', 'a test');
select is(tests.warning('eve'), '{"received": true}', 'a card network warns of eve''s payment');
select is(tests.standing('eve'), 'balance 9990, held 0, available 0, debt 0', 'her credits are frozen');
select is(warnings_clear('issfr_eve', 'known', p_author => 'operator:o') #>> '{data,state}', 'cleared',
  'it is cleared');
select is(tests.bought_by('eve'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'her credits are free');

-- Gus: the refund is known before the payment; and one of somebody else's shop.
select is(tests.refund('gus', 1, 999), '{"received": true, "deferred": true}',
  'a refund waits for its payment');
select is(tests.pays('gus'), '{"received": true}', 'the payment comes');
select is(tests.bought_by('gus'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'T7: with the payment its refund is applied');
select is(tests.refund('nobody', 1, 999), '{"received": true, "deferred": true}',
  'a foreign payment''s refund');
select is((select array_agg(farthing.sweep_inbox(tests.after(interval '1 day' * n))) from generate_series(1,
  10) n)
  is null, false, 'waits ten times');
select is((select state from farthing.inbox where facts ->> 'payment_id' = 'pi_nobody'), 'ignored',
  'and is ignored: nobody has to look into it');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
