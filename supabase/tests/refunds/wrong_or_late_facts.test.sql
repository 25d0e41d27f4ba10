-- Refunds with wrong or late facts: metadata (any dashboard user can write it), late answers, and
-- amounts that can no longer be refunded.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(95);

create function pg_temp.asks(p_name text, p_amount text default null, p_key text default null,
  p_passed interval default '0') returns jsonb language sql as $$
  select refunds_begin((select order_id from tests.bought where name = p_name), p_amount => p_amount,
    p_author => 'key:default', p_idempotency_key => tests.sha256(p_key),
    p_fingerprint => tests.sha256('body'), p_now => tests.after(p_passed))
$$;
create function pg_temp.asked(p_name text, p_amount text default null, p_key text default null,
  p_passed interval default '0') returns uuid language sql as $$
  select (pg_temp.asks(p_name, p_amount, p_key, p_passed) #>> '{refund,refund_id}')::uuid
$$;
create function pg_temp.refused(p_name text, p_amount text default null, p_key text default null)
returns text language sql as $$
  select concat_ws(' ', o ->> 'code', o #>> '{details,refundable}')
  from tests.outcome(format('select pg_temp.asks(%L, %L, %L)', p_name, p_amount, p_key)) o
$$;
-- Returns the recorded refunds of a user's order, oldest first.
create function pg_temp.refunds(p_name text) returns text language sql as $$
  select string_agg(format('%s %s %s %s', r.amount, r.status, coalesce(r.stripe_refund_id, '-'),
    trim_scale(r.credits_clawed_back)), ', ' order by r.created_at, r.amount desc, r.stripe_refund_id)
  from farthing.refunds r join tests.bought using (order_id) where name = p_name
$$;
create function pg_temp.failed(p_answer jsonb) returns text language sql as $$
  select p_answer ->> 'failed'
$$;

select is(tests.buys(name), name, name || ' buys Starter')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay']) name;
-- Ann has two orders. The test gives each order its own name.
update tests.bought set name = 'ann_1' where name = 'ann';
select is(tests.pays(name), '{"received": true}', name || ' pays')
from unnest(array['ann_1', 'bob', 'cyn', 'dan', 'eve', 'fay']) name;
select is(tests.buys('ann'), 'ann', 'ann buys again');
update tests.bought set name = 'ann_2' where name = 'ann';
select is(tests.pays('ann_2'), '{"received": true}', 'ann pays again');

-- The metadata names a refund that has a different order, amount or buyer.
create temporary table asked as
select pg_temp.asked('ann_1', '400') as ann, pg_temp.asked('bob', '400') as bob;
select is(tests.refund('ann_2', 1, 400, p_refund_id => ann), '{"received": true}',
  'a dashboard refund names a refund of the buyer''s other order') from asked;
select is(pg_temp.refunds('ann_2'), '400 succeeded re_ann_2_1 4000', 'it is recorded as a refund of its own');
select is(tests.refund('bob', 1, 200, p_refund_id => bob), '{"received": true}',
  'a dashboard refund names a refund with another amount')
from asked;
select is(pg_temp.refunds('bob'), '400 requested - 0, 200 succeeded re_bob_1 2000',
  'the refund with another amount is recorded on its own');
select is(tests.refund('cyn', 1, 400, p_refund_id => bob), '{"received": true}',
  'a dashboard refund names a refund of another buyer')
from asked;
select is(pg_temp.refunds('cyn'), '400 succeeded re_cyn_1 4000',
  'the refund is recorded for the buyer of its payment');
select is(tests.refund('bob', 1, 200, p_refund_id => pg_temp.asked('bob', '200')), '{"received": true}',
  'a known refund''s event names another refund');
select is(pg_temp.refunds('bob'), '400 requested - 0, 200 succeeded re_bob_1 2000, 200 requested - 0',
  'a known refund keeps its row');
select is(tests.refund('ann_1', 2, 400, p_refund_id => ann), '{"received": true}',
  'the event of the requested refund arrives')
from asked;
select is(pg_temp.refunds('ann_1'), '400 succeeded re_ann_1_2 4000',
  'the event is applied to the requested refund');
select is(tests.refund('ann_1', 3, 400), '{"received": true}', 'a dashboard refund arrives');
select is(tests.refund('ann_1', 3, 400, p_refund_id => (pg_temp.asked('ann_1', '199'))),
  '{"received": true}', 'its event arrives again with metadata that names another refund');
select is(pg_temp.failed(tests.refund('ann_1', 3, 399)), 'true',
  'an event with another amount for a known refund fails');
select is(pg_temp.failed(tests.receive('refund.updated', '{"stripe_refund_id": "re_eur", "payment_id":
  "pi_ann_1", "amount": 1, "currency": "eur", "status": "succeeded"}')), 'true',
  'a refund in another currency than the payment fails');

-- Our records say that a refund failed, but Stripe has made it.
create temporary table given_up as select pg_temp.asked('dan', '500', 'dan') as dan;
select is(refunds_refuse(dan, 'no', tests.sha256('dan')) ->> 'status', 'failed', 'Stripe refuses a refund')
from given_up;
select is(refunds_attach(dan, 're_dan_1') ->> 'status', 'failed',
  'a late answer with Stripe''s id does not change the failed refund')
from given_up;
select is(tests.refund('dan', 1, 500, 'pending', p_refund_id => dan), '{"received": true}',
  'Stripe''s event of the failed refund arrives')
from given_up;
select is(refunds_refuse(dan, 'no') ->> 'status', 'pending',
  'a refusal after Stripe''s event does not change the refund') from given_up;
select is(pg_temp.refunds('dan'), '500 pending re_dan_1 5000',
  'the refund takes Stripe''s state and claws back credits');
select is(tests.refund('dan', 1, 500, 'failed'), '{"received": true}',
  'Stripe reports that the refund failed');
select is(tests.refund('dan', 1, 500), '{"received": true}',
  'Stripe''s earlier event of its success arrives late');
select is(pg_temp.refunds('dan'), '500 failed re_dan_1 0', 'the refund stays failed');
select isnt(pg_temp.asked('dan', '500', 'dan'), dan,
  'the same key begins a new refund after the failure') from given_up;

-- Stripe's id is stored with a refund. Then a parallel request reports that Stripe refused the
-- refund.
create temporary table noted as select pg_temp.asked('eve') as eve;
select is(refunds_attach(eve, 're_eve_1') ->> 'status', 'pending',
  'Stripe''s id of a refund is attached') from noted;
select is(refunds_refuse(eve, 'no') ->> 'status', 'pending',
  'the late refusal of a parallel request does not change the refund') from noted;
select tests.fails_with(format('select refunds_attach(%L, ''re_other'')', eve), 'P0001', null,
  'a second id of Stripe''s is refused for one refund') from noted;
select is(tests.refund('eve', 1, 999, p_refund_id => eve), '{"received": true}',
  'Stripe''s event of the refund arrives')
from noted;
select is(tests.bought_by('eve'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'the event claws back the credits');

-- The refundable amount is the payment less disputed money and less all refunds except cancelled
-- and failed ones. It is never below zero.
select is(pg_temp.refused('fay', '1000'), 'refund_too_large 999', 'a refund above the payment is refused');
select is(pg_temp.refused('fay', amount), 'invalid_request', format('the amount %L is refused', amount))
from unnest(array['0', '-1', '1.5', '1e3', '']) amount;
select is(tests.refund('fay', 1, 100, 'canceled'), '{"received": true}', 'a refund is cancelled');
select is(pg_temp.refused('fay', '1000'), 'refund_too_large 999',
  'a cancelled refund leaves the whole payment refundable');
select is(tests.refund('fay', 2, 100, status), '{"received": true}', 'a refund is ' || status)
from unnest(array['pending', 'requires_action', 'pending']) status;
select is(pg_temp.refunds('fay'), '100 canceled re_fay_1 0, 100 requires_action re_fay_2 1000',
  'a refund that requires action stays in that state after a late event');
select is(tests.bought_by('fay'), 'partially_refunded, 1000 clawed back; balance 8990, held 0, '
  'available 8990, debt 0', 'a refund that requires action claws back its share of the credits');
select is(pg_temp.refused('fay', '900'), 'refund_too_large 899',
  'the refundable amount is less the open refund');
select is(tests.dispute('fay', 'under_review', 500), '{"received": true}',
  'a part of the payment is disputed');
select is(pg_temp.refused('fay', '400'), 'refund_too_large 399', 'the disputed part cannot be refunded');
select is(tests.dispute('fay', 'lost', 5000, '1 s'), '{"received": true}',
  'the bank withdraws more than was paid');
select is(pg_temp.refused('fay'), 'already_refunded 0', 'nothing is refundable after the loss');
select is(tests.receive('charge.dispute.created',
  '{"dispute_id": "du_eur", "payment_id": "pi_cyn", "amount": 1,
  "currency": "eur", "status": "needs_response", "reason": "general"}'), '{"received": true}',
  'a dispute in another currency is opened');
select is(pg_temp.refused('cyn'), 'already_refunded 0',
  'a dispute in another currency counts as a dispute of the whole payment');

-- Two refunds became debt, and two grants paid that debt. When both refunds have failed, each
-- grant's lot has exactly the granted credits again.
select is(tests.buys('gus'), 'gus', 'gus buys');
select is(tests.pays('gus'), '{"received": true}', 'gus pays');
select is(tests.spends('gus', '9990'), '0', 'gus spends all credits');
select is(tests.refund('gus', nr, 300), '{"received": true}', format('refund %s of gus is made', nr))
from generate_series(1, 2) nr;
select is((select sum(debt_added)::int from farthing.refunds join tests.bought using (order_id)
  where name = 'gus'), 6000, 'the refunds record the credits that became debt');
select isnt(tests.give('gus', amount), null,
  format('gus is granted %s', amount)) from unnest(array['2000', '4500'])
  amount;
select is(tests.balance('gus'), 'balance 500, held 0, available 500, debt 0',
  'the grants pay his debt of 6000');
select is(tests.refund('gus', 1, 300, 'failed'), '{"received": true}', 'the first refund fails');
select is(tests.balance('gus'), 'balance 3500, held 0, available 3500, debt 0',
  'the failed refund reinstates its credits, although one payment of the debt was larger');
select is(tests.refund('gus', 2, 300, 'failed'), '{"received": true}', 'the second refund fails');
select is((select array_agg(trim_scale(remaining) order by amount) from farthing.lots join farthing.accounts
  using (account_id) where owner_id = tests.person('gus')), array[2000, 4500, 0]::numeric[],
  'each grant has its credits back');

-- Under this policy, a payment is refunded at once when a warning about it arrives. Here the
-- warning is cleared before a runner has sent the refund.
select farthing.set_policy('{"early_fraud_warning": "refund"}', 'a test');
select is(tests.buys('ida'), 'ida', 'ida buys');
select is(tests.pays('ida'), '{"received": true}', 'ida pays');
select is(tests.warning('ida'), '{"received": true}', 'a card network warns of ida''s payment');
select is((select r.status from farthing.refunds r join tests.bought using (order_id) where name = 'ida'),
  'requested', 'a refund is requested for the runner');
select is(warnings_clear('issfr_ida', 'known', p_author => 'key:o', p_now => tests.after())
  #>> '{data,state}',
  'cleared',
  'an operator clears the warning');
select is((select format('%s: %s', r.status, r.failure_reason) from farthing.refunds r join tests.bought
  using (order_id) where name = 'ida'), 'failed: The warning was cleared.',
  'the refund fails without being sent');
select is(refunds_claim(20, tests.after('1 day'))::text like '%pi_ida%', false,
  'no runner claims the failed refund');
select is(tests.bought_by('ida'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'the credits are unfrozen');
select is(tests.warning('ida'), '{"received": true}', 'the warning''s event arrives again');
select is((select count(*)::int from farthing.refunds join tests.bought using (order_id)
  where name = 'ida'), 1, 'a repeated event requests no second refund');
select is(tests.warning('eve'), '{"received": true}', 'a warning of a refunded payment arrives');
select is(warnings_clear('issfr_eve', 'known', p_author => 'key:o') #>> '{data,state}', 'closed',
  'm5: clearing a closed warning leaves it closed');

-- The tables refuse changes that only a bug in an RPC function could cause.
select is(tests.outcome('update farthing.refunds set ' || change || ' where stripe_refund_id = '
  || quote_literal(id)) ->> 'code', '23001', format('the change %s is refused', change))
from (values ('re_eve_1', $$status = 'pending'$$),
  ('re_dan_1', $$status = 'succeeded'$$), ('re_eve_1', $$stripe_refund_id = 're_x'$$),
  ('re_eve_1', 'amount = 1'), ('re_eve_1', $$currency = 'eur'$$)) c (id, change);
select is(tests.outcome('delete from farthing.' || t) ->> 'code', '23001',
  format('a row of %s cannot be deleted', t))
from unnest(array['refunds', 'disputes']) t;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
