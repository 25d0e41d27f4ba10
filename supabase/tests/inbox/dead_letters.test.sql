-- T7: events about a payment that arrived before it and were dead-lettered meanwhile.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(8);

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

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
