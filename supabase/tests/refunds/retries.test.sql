-- Refunds whose request came to no end: sent again under the same key of Stripe's, by a repeat or a runner,
-- and given up before Stripe forgets that key.

begin;
\ir ../helpers/story.psql
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
-- Stripe was out of reach: the key is free, the refund stays.
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
select is(step ->> 'step', 'send', 'a refund is to be sent') from first_step;
select is(step -> 'refund' -> 'amount', '400', 'of the requested ones') from first_step;
select is(pg_temp.fails(step, 'one'), 'pending', 'Stripe is out of reach') from first_step;
select is(pg_temp.asks('ann', '400', 'one', '1 min') #>> '{refund,refund_id}', step #>> '{refund,refund_id}',
  'a repeat sends the same refund') from first_step;
select is(pg_temp.fails(step, 'one'), 'pending', 'in vain') from first_step;
select tests.fails_with(format('select pg_temp.asks(''ann'', %L, ''one'', ''1 min'')', amount),
  'idempotency_key_reused', null, format('the same key for %s is another request', coalesce(amount, 'all')))
from unnest(array['399', null]) amount;
select tests.fails_with($$ select pg_temp.asks('ann', '600', 'two') $$, 'refund_too_large', 'amount',
  'a refund that waits to be sent is reserved');
select is(tests.standing('ann'), 'balance 9990, held 0, available 9990, debt 0', 'no credits have moved');

-- The runner: after two minutes, each time later, each refund once.
select is(pg_temp.claimed('2 min' - interval '1 s'), 'none', 'a request has two minutes for itself');
select is(pg_temp.claimed('2 min'), 'pi_ann', 'then a runner gets the refund');
select is(pg_temp.claimed('2 min'), 'none', 'and no other runner');
select is(pg_temp.claimed('4 min'), 'pi_ann', 'two minutes later again');
select is(pg_temp.claimed('8 min' - interval '1 s'), 'none', 'then later');
select is(pg_temp.claimed('8 min'), 'pi_ann', 'and later');

-- Attached, it is nobody's to send; the event moves the credits.
select is(refunds_attach((pg_temp.refund('ann')).refund_id, 're_ann', tests.after('9 min')) ->> 'status',
  'pending', 'Stripe has made it');
select is(pg_temp.claimed('1 day'), 'none', 'nobody sends it any more');
select is(tests.standing('ann'), 'balance 9990, held 0, available 9990, debt 0', 'no credits have moved');
select is(refunds_attach((pg_temp.refund('ann')).refund_id, 're_ann') ->> 'stripe_refund_id', 're_ann',
  'noted twice it is noted once');
select is(inbox_receive(jsonb_build_object('id', 'evt_re', 'type', 'refund.created', 'livemode', false,
  'created', 2, 'facts', jsonb_build_object('stripe_refund_id', 're_ann', 'refund_id',
  (pg_temp.refund('ann')).refund_id, 'payment_id', 'pi_ann', 'charge_id', null, 'amount', 400, 'currency',
  'usd', 'status', 'succeeded', 'failure_reason', null)), tests.after('10 min')), '{"received": true}',
  'its event comes');
select is((pg_temp.refund('ann')).credits_clawed_back::int, 4000, 'and takes its share of the credits');

-- Given up before Stripe forgets the key.
select is(pg_temp.buys('bob'), '{"received": true}', 'bob has bought');
select is(pg_temp.fails(pg_temp.asks('bob', '999', 'bob'), 'bob'), 'pending', 'his refund is not sent');
select is(pg_temp.claimed('23 hours' - interval '1 s'), 'pi_bob', 'it may be sent within 23 hours');
select is(pg_temp.claimed('2 days'), 'none', 'and not later');
select is((pg_temp.refund('bob')).status, 'failed', 'it has failed');
select is(refunds_attach((pg_temp.refund('bob')).refund_id, 're_bob') ->> 'status', 'failed',
  'an answer that comes after that changes nothing');
select isnt(pg_temp.asks('bob', '999', 'bob', '2 days') #>> '{refund,refund_id}',
  (select refund_id::text from farthing.refunds where status = 'failed'),
  'the same key is a new refund then');
select is((select count(*)::int from farthing.refunds join bought using (order_id) where name = 'bob'), 2,
  'beside the one that failed');

select tests.fails_with(format('select %s(gen_random_uuid(), ''re_x'')', answer), 'not_found', 'id',
  format('%s of no refund', answer))
from unnest(array['refunds_attach', 'refunds_refuse', 'refunds_postpone']) answer;

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
