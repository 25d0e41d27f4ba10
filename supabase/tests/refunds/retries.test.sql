-- Refunds whose request did not finish. A repeated request or a runner sends them again with the
-- same idempotency key for Stripe. A refund that could not be sent is marked as failed before
-- Stripe deletes that key.

begin;
\ir ../helpers/all_tests.psql
select plan(34);

create temporary table bought (name text primary key, order_id uuid);
create function pg_temp.buys(p_name text) returns text language sql as $$
  insert into bought select p_name, (checkout_begin(tests.person(p_name),
    'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test', 'https://a.test', p_now => tests.after())
    #>> '{order,order_id}')::uuid;
  select inbox_receive(jsonb_build_object('id', 'evt_' || p_name, 'type', 'payment_intent.succeeded',
    'livemode', false, 'created', 1, 'facts', jsonb_build_object('order_id', (select order_id from bought
    where name = p_name), 'session_id', null, 'payment_id', 'pi_' || p_name, 'payment_status', 'paid',
    'amount', 999, 'currency', 'usd')), tests.after())::text
$$;
create function pg_temp.asks(p_name text, p_amount text, p_key text, p_passed interval default '0')
returns jsonb language sql as $$
  select refunds_begin((select order_id from bought where name = p_name), p_amount => p_amount,
    p_author => 'key:default', p_idempotency_key => tests.sha256(p_key),
    p_fingerprint => tests.sha256(coalesce(p_amount, 'all')), p_now => tests.after(p_passed))
$$;
-- Reports that Stripe did not answer. The caller's Idempotency-Key can be used again, and the refund stays.
create function pg_temp.fails(p_step jsonb, p_key text) returns text language sql as $$
  select refunds_postpone((p_step #>> '{refund,refund_id}')::uuid, 'stripe: down',
    tests.sha256(p_key)) ->> 'status'
$$;
create function pg_temp.refund(p_name text) returns farthing.refunds language sql as $$
  select r from farthing.refunds r join bought using (order_id) where name = p_name
$$;
create function pg_temp.claimed(p_passed interval) returns text language sql as $$
  select coalesce(string_agg(c ->> 'payment_id', ' '), 'none')
  from jsonb_array_elements(refunds_claim(20, tests.after(p_passed))) c
$$;

select is(pg_temp.buys('ann'), '{"received": true}', 'ann has bought');
create temporary table first_step as select pg_temp.asks('ann', '400', 'one') as step;
select is(step ->> 'step', 'send', 'a refund is to be sent to Stripe') from first_step;
select is(step -> 'refund' -> 'amount', '400', 'the refund has the requested amount') from first_step;
select is(pg_temp.fails(step, 'one'), 'pending',
  'Stripe does not answer, so the refund stays pending') from first_step;
select is(pg_temp.asks('ann', '400', 'one', '1 min') #>> '{refund,refund_id}', step #>> '{refund,refund_id}',
  'a repeat sends the same refund') from first_step;
select is(pg_temp.fails(step, 'one'), 'pending', 'Stripe does not answer the repeat either') from first_step;
select tests.fails_with(format('select pg_temp.asks(''ann'', %L, ''one'', ''1 min'')', amount),
  'idempotency_key_reused', null,
  format('the same key with %s is refused as another request', coalesce(amount, 'the whole amount')))
from unnest(array['399', null]) amount;
select tests.fails_with($$ select pg_temp.asks('ann', '600', 'two') $$, 'refund_too_large', 'amount',
  'the amount of a refund that waits to be sent is reserved');
select is(tests.balance('ann'), 'balance 9990, held 0, available 9990, debt 0',
  'a refund that waits to be sent moves no credits');

-- A refund becomes due for a runner after two minutes, and then at growing intervals. Each time
-- only one runner claims it.
select is(pg_temp.claimed('2 min' - interval '1 s'), 'none',
  'no runner claims the refund within two minutes');
select is(pg_temp.claimed('2 min'), 'pi_ann', 'a runner claims the refund after two minutes');
select is(pg_temp.claimed('2 min'), 'none', 'no second runner claims it');
select is(pg_temp.claimed('4 min'), 'pi_ann', 'two minutes later the refund is claimed again');
select is(pg_temp.claimed('8 min' - interval '1 s'), 'none',
  'the third claim is not due within four minutes');
select is(pg_temp.claimed('8 min'), 'pi_ann', 'four minutes later the refund is claimed again');

-- A refund that has Stripe's id is not sent again. Its credits are moved only by Stripe's event
-- about the refund.
select is(refunds_attach((pg_temp.refund('ann')).refund_id, 're_ann', tests.after('9 min')) ->> 'status',
  'pending', 'Stripe''s id is attached');
select is(pg_temp.claimed('1 day'), 'none', 'a refund with Stripe''s id is not claimed');
select is(tests.balance('ann'), 'balance 9990, held 0, available 9990, debt 0',
  'attaching Stripe''s id moves no credits');
select is(refunds_attach((pg_temp.refund('ann')).refund_id, 're_ann') ->> 'stripe_refund_id', 're_ann',
  'attaching the same id twice changes nothing');
select is(inbox_receive(jsonb_build_object('id', 'evt_re', 'type', 'refund.created', 'livemode', false,
  'created', 2, 'facts', jsonb_build_object('stripe_refund_id', 're_ann', 'refund_id',
  (pg_temp.refund('ann')).refund_id, 'payment_id', 'pi_ann', 'charge_id', null, 'amount', 400, 'currency',
  'usd', 'status', 'succeeded', 'failure_reason', null)), tests.after('10 min')), '{"received": true}',
  'Stripe''s event arrives');
select is((pg_temp.refund('ann')).credits_clawed_back::int, 4000,
  'the event claws back the refunded share of the credits');

-- A refund that could not be sent is marked as failed before Stripe deletes its idempotency key.
select is(pg_temp.buys('bob'), '{"received": true}', 'bob has bought');
select is(pg_temp.fails(pg_temp.asks('bob', '999', 'bob'), 'bob'), 'pending',
  'Stripe does not answer bob''s request');
select is(pg_temp.claimed('23 hours' - interval '1 s'), 'pi_bob',
  'a refund can be sent until 23 hours have passed');
select is(pg_temp.claimed('2 days'), 'none', 'a refund is not sent after 23 hours');
select is((pg_temp.refund('bob')).status, 'failed', 'a refund that was not sent in time fails');
select is(refunds_attach((pg_temp.refund('bob')).refund_id, 're_bob') ->> 'status', 'failed',
  'an answer after the failure does not change the refund');
select isnt(pg_temp.asks('bob', '999', 'bob', '2 days') #>> '{refund,refund_id}',
  (select refund_id::text from farthing.refunds where status = 'failed'),
  'the same key then begins a new refund');
select is((select count(*)::int from farthing.refunds join bought using (order_id) where name = 'bob'), 2,
  'the failed refund stays beside the new one');

select tests.fails_with(format('select %s(gen_random_uuid(), ''re_x'')', answer), 'not_found', 'id',
  format('%s fails for an unknown refund', answer))
from unnest(array['refunds_attach', 'refunds_refuse', 'refunds_postpone']) answer;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
