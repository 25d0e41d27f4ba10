-- Refunds that say something else than what is known: metadata that anybody can write, answers that come
-- late, amounts that are not there any more.

begin;
\ir ../helpers/story.psql
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
-- The recorded refunds of a person's order, the oldest first.
create function pg_temp.refunds(p_name text) returns text language sql as $$
  select string_agg(format('%s %s %s %s', r.amount, r.status, coalesce(r.stripe_refund_id, '-'),
    trim_scale(r.credits_clawed_back)), ', ' order by r.created_at, r.amount desc, r.stripe_refund_id)
  from farthing.refunds r join tests.bought using (order_id) where name = p_name
$$;
create function pg_temp.failed(p_heard jsonb) returns text language sql as $$ select p_heard ->> 'failed' $$;

select is(tests.buys(name), name, name || ' buys Starter')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay']) name;
-- Ann's two orders, each under a name of its own.
update tests.bought set name = 'ann_1' where name = 'ann';
select is(tests.pays(name), '{"received": true}', name || ' pays')
from unnest(array['ann_1', 'bob', 'cyn', 'dan', 'eve', 'fay']) name;
select is(tests.buys('ann'), 'ann', 'ann buys again');
update tests.bought set name = 'ann_2' where name = 'ann';
select is(tests.pays('ann_2'), '{"received": true}', 'and pays');

-- Metadata names a refund that is of another order, of another amount, of another buyer.
create temporary table asked as
select pg_temp.asked('ann_1', '400') as ann, pg_temp.asked('bob', '400') as bob;
select is(tests.refund('ann_2', 1, 400, p_refund_id => ann), '{"received": true}',
  'a refund of the dashboard names one of the buyer''s other order') from asked;
select is(pg_temp.refunds('ann_2'), '400 succeeded re_ann_2_1 4000', 'and is one of its own');
select is(tests.refund('bob', 1, 200, p_refund_id => bob), '{"received": true}', 'one names another amount')
from asked;
select is(pg_temp.refunds('bob'), '400 requested - 0, 200 succeeded re_bob_1 2000', 'and is one of its own');
select is(tests.refund('cyn', 1, 400, p_refund_id => bob), '{"received": true}', 'one names another buyer''s')
from asked;
select is(pg_temp.refunds('cyn'), '400 succeeded re_cyn_1 4000', 'and is the buyer''s own');
select is(tests.refund('bob', 1, 200, p_refund_id => pg_temp.asked('bob', '200')), '{"received": true}',
  'one that is known names another one');
select is(pg_temp.refunds('bob'), '400 requested - 0, 200 succeeded re_bob_1 2000, 200 requested - 0',
  'and stays what it is');
select is(tests.refund('ann_1', 2, 400, p_refund_id => ann), '{"received": true}', 'the real one comes')
from asked;
select is(pg_temp.refunds('ann_1'), '400 succeeded re_ann_1_2 4000', 'and is the one that was asked for');
select is(tests.refund('ann_1', 3, 400), '{"received": true}', 'one of the dashboard comes');
select is(tests.refund('ann_1', 3, 400, p_refund_id => (pg_temp.asked('ann_1', '199'))),
  '{"received": true}', 'and its event arrives again, with metadata that somebody has added');
select is(pg_temp.failed(tests.refund('ann_1', 3, 399)), 'true', 'the amount of a refund does not change');
select is(pg_temp.failed(tests.hears('refund.updated', '{"stripe_refund_id": "re_eur", "payment_id":
  "pi_ann_1", "amount": 1, "currency": "eur", "status": "succeeded"}')), 'true',
  'dollars come back in dollars');

-- Given up here, made by Stripe.
create temporary table given_up as select pg_temp.asked('dan', '500', 'dan') as dan;
select is(refunds_refuse(dan, 'no', tests.sha256('dan')) ->> 'status', 'failed', 'a refund is refused')
from given_up;
select is(refunds_attach(dan, 're_dan_1') ->> 'status', 'failed',
  'an answer that comes late waits for its event')
from given_up;
select is(tests.refund('dan', 1, 500, 'pending', p_refund_id => dan), '{"received": true}', 'the event comes')
from given_up;
select is(refunds_refuse(dan, 'no') ->> 'status', 'pending', 'refused too late it is not') from given_up;
select is(pg_temp.refunds('dan'), '500 pending re_dan_1 5000', 'and claws back the refunded credits');
select is(tests.refund('dan', 1, 500, 'failed'), '{"received": true}', 'Stripe says that it has failed');
select is(tests.refund('dan', 1, 500), '{"received": true}', 'and, late, that it had succeeded');
select is(pg_temp.refunds('dan'), '500 failed re_dan_1 0', 'then it has failed for good');
select isnt(pg_temp.asked('dan', '500', 'dan'), dan, 'under the same key it is another refund') from given_up;

-- Noted, then refused by somebody who asked at the same time: Stripe has it.
create temporary table noted as select pg_temp.asked('eve') as eve;
select is(refunds_attach(eve, 're_eve_1') ->> 'status', 'pending', 'Stripe has made a refund') from noted;
select is(refunds_refuse(eve, 'no') ->> 'status', 'pending', 'another request''s no comes late') from noted;
select tests.fails_with(format('select refunds_attach(%L, ''re_other'')', eve), 'P0001', null,
  'a refund is one refund at Stripe') from noted;
select is(tests.refund('eve', 1, 999, p_refund_id => eve), '{"received": true}', 'its event comes')
from noted;
select is(tests.bought_by('eve'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'and takes the credits');

-- The refundable part: less refunds in progress, disputes and losses, never below zero.
select is(pg_temp.refused('fay', '1000'), 'refund_too_large 999', 'no more than was paid');
select is(pg_temp.refused('fay', amount), 'invalid_request', amount || ' is no amount')
from unnest(array['0', '-1', '1.5', '1e3', '']) amount;
select is(tests.refund('fay', 1, 100, 'canceled'), '{"received": true}', 'a refund is canceled');
select is(pg_temp.refused('fay', '1000'), 'refund_too_large 999', 'and leaves all');
select is(tests.refund('fay', 2, 100, status), '{"received": true}', 'one is ' || status)
from unnest(array['pending', 'requires_action', 'pending']) status;
select is(pg_temp.refunds('fay'), '100 canceled re_fay_1 0, 100 requires_action re_fay_2 1000',
  'and waits for the buyer');
select is(tests.bought_by('fay'), 'partially_refunded, 1000 clawed back; balance 8990, held 0, '
  'available 8990, debt 0', 'and has taken its share');
select is(pg_temp.refused('fay', '900'), 'refund_too_large 899', 'of the rest');
select is(tests.dispute('fay', 'under_review', 500), '{"received": true}', 'a part is disputed');
select is(pg_temp.refused('fay', '400'), 'refund_too_large 399', 'the bank holds it');
select is(tests.dispute('fay', 'lost', 5000, '1 s'), '{"received": true}', 'more than all is lost');
select is(pg_temp.refused('fay'), 'already_refunded 0', 'then nothing is left');
select is(tests.hears('charge.dispute.created', '{"dispute_id": "du_eur", "payment_id": "pi_cyn", "amount": 1,
  "currency": "eur", "status": "needs_response", "reason": "general"}'), '{"received": true}',
  'a dispute in another currency');
select is(pg_temp.refused('cyn'), 'already_refunded 0', 'is of the whole payment');

-- Two refunds became debt, which two gifts paid; both fail: each gift gets back what it gave, and no more.
select is(tests.buys('gus'), 'gus', 'gus buys');
select is(tests.pays('gus'), '{"received": true}', 'pays');
select is(tests.spends('gus', '9990'), '0', 'and spends all');
select is(tests.refund('gus', nr, 300), '{"received": true}', 'and is refunded')
from generate_series(1, 2) nr;
select is((select sum(debt_added)::int from farthing.refunds join tests.bought using (order_id)
  where name = 'gus'), 6000, 'they say that they became debt');
select isnt(tests.give('gus', amount), null, amount || ' are given to gus') from unnest(array['2000', '4500'])
  amount;
select is(tests.standing('gus'), 'balance 500, held 0, available 500, debt 0', '6000 of them paid his debt');
select is(tests.refund('gus', 1, 300, 'failed'), '{"received": true}', 'a refund fails');
select is(tests.standing('gus'), 'balance 3500, held 0, available 3500, debt 0',
  'and reinstates its credits, though one payment of the debt was more');
select is(tests.refund('gus', 2, 300, 'failed'), '{"received": true}', 'the other fails');
select is((select array_agg(trim_scale(remaining) order by amount) from farthing.lots join farthing.accounts
  using (account_id) where owner_id = tests.person('gus')), array[2000, 4500, 0]::numeric[],
  'each gift is whole again');

-- A warning, with the policy that refunds at once: cleared before anybody has sent the refund.
select farthing.set_policy('{"early_fraud_warning": "refund"}', 'a test');
select is(tests.buys('ida'), 'ida', 'ida buys');
select is(tests.pays('ida'), '{"received": true}', 'and pays');
select is(tests.warning('ida'), '{"received": true}', 'a card network warns of it');
select is((select r.status from farthing.refunds r join tests.bought using (order_id) where name = 'ida'),
  'requested', 'a refund is set down');
select is(warnings_clear('issfr_ida', 'known', p_author => 'operator:o', p_now => tests.after())
  #>> '{data,state}',
  'cleared',
  'an operator clears the warning');
select is((select format('%s: %s', r.status, r.failure_reason) from farthing.refunds r join tests.bought
  using (order_id) where name = 'ida'), 'failed: The warning was cleared.',
  'the refund is not sent any more');
select is(refunds_claim(20, tests.after('1 day'))::text like '%pi_ida%', false, 'by no runner');
select is(tests.bought_by('ida'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'and the credits are free');
select is(tests.warning('ida'), '{"received": true}', 'the warning''s event arrives again');
select is((select count(*)::int from farthing.refunds join tests.bought using (order_id)
  where name = 'ida'), 1, 'and asks for no other refund');
select is(tests.warning('eve'), '{"received": true}', 'a warning of what was refunded');
select is(warnings_clear('issfr_eve', 'known', p_author => 'operator:o') #>> '{data,state}', 'closed',
  'm5: is over, not cleared');

-- The tables refuse changes that only a bug in an RPC function could make.
select is(tests.outcome('update farthing.refunds set ' || change || ' where stripe_refund_id = '
  || quote_literal(id)) ->> 'code', '23001', change || ' is refused')
from (values ('re_eve_1', $$status = 'pending'$$),
  ('re_dan_1', $$status = 'succeeded'$$), ('re_eve_1', $$stripe_refund_id = 're_x'$$),
  ('re_eve_1', 'amount = 1'), ('re_eve_1', $$currency = 'eur'$$)) c (id, change);
select is(tests.outcome('delete from farthing.' || t) ->> 'code', '23001', t || ' are never deleted')
from unnest(array['refunds', 'disputes']) t;

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
