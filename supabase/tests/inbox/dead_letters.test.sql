-- Trap T7: an event waits too long for its payment, or for the event of its checkout session, and is
-- dead-lettered. When the payment, or the event of the checkout session, arrives later, the
-- dead-lettered event is applied.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/paid_amounts.psql
select plan(22);

select is(tests.buys('ann'), 'ann', 'ann opens an order');
select is(tests.receive('refund.updated', jsonb_build_object('stripe_refund_id', 're_ann', 'refund_id', null,
  'order_id', (select order_id from tests.bought where name = 'ann'), 'payment_id', 'pi_ann', 'charge_id',
  'ch_ann', 'amount', 999, 'currency', 'usd', 'status', 'succeeded', 'failure_reason', null,
  'mark', (select installation_id from farthing.policy))),
  '{"received": true, "deferred": true}', 'a refund that arrives before its payment is deferred');
select is((select sum(farthing.retry_events(tests.after(make_interval(mins => (2 ^ nr - 1)::int))))::int
  from generate_series(1, 9) nr), 9, 'nine more attempts are made');
select is((select state from farthing.inbox where type = 'refund.updated'), 'dead',
  'the refund is dead-lettered after ten attempts');
select is(tests.pays('ann', '2 days'), '{"received": true}', 'the payment arrives two days later');
select is((select state from farthing.inbox where type = 'refund.updated'), 'processed',
  'the refund is applied with the payment');
select is(tests.bought_by('ann', '2 days'),
  'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'the refunded credits cannot be spent');

-- The event of a payment waits for the event of the checkout session, because only the session's
-- event states tax and discount.
create function pg_temp.payment_event(p_name text, p_passed interval) returns text language sql as $$
  select tests.receive('payment_intent.succeeded', jsonb_build_object('order_id', order_id, 'session_id',
    null, 'payment_id', 'pi_' || name, 'payment_status', 'paid', 'amount', 1230, 'currency', 'pln', 'mark',
    (select installation_id from farthing.policy)), p_passed)::text from tests.bought where name = p_name
$$;
create function pg_temp.payment_state(p_name text) returns text language sql as $$
  select concat_ws(': ', state, last_error) from farthing.inbox
  where facts ->> 'payment_id' = 'pi_' || p_name and type = 'payment_intent.succeeded'
$$;
select is(tests.begins('bob', 'exclusive', false), 'bob', 'bob begins a checkout with tax on top');
select is(tests.begins('cyn', 'exclusive', false), 'cyn', 'cyn begins one, too');
select is(pg_temp.payment_event(name, '0'), '{"deferred": true, "received": true}',
  'the event of a payment waits for the event of its session')
from unnest('{bob,cyn}'::text[]) name;
select is(tests.session_event('cyn', '{1000,0,230,1230}', '1 s'), 'processed',
  'the event of cyn''s session arrives a second later');
select is(pg_temp.payment_state('cyn'), 'processed', 'the deferred event is applied with it');
select is((select sum(farthing.retry_events(tests.after(make_interval(mins => (2 ^ nr - 1)::int))))::int
  from generate_series(1, 9) nr), 9, 'nine more attempts are made with bob''s payment');
select is(pg_temp.payment_state('bob'), 'dead: only the event of the session states discount and tax',
  'the event of the payment is dead-lettered after ten attempts');
select is(tests.session_event('bob', '{1000,0,230,1230}', '2 days'), 'processed',
  'the event of bob''s session arrives two days later');
select is(pg_temp.payment_state('bob'), 'processed', 'the event of the payment is applied with it');
select is(tests.paid(name), 'paid 1000 0 230 1230', 'the order has what was paid')
from unnest('{bob,cyn}'::text[]) name;
select is(tests.balance(name, '2 days'), 'balance 12000, held 0, available 12000, debt 0',
  'the credits were granted once')
from unnest('{bob,cyn}'::text[]) name;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
