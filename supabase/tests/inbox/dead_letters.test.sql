-- T7: events about a payment that arrived before it and were dead-lettered meanwhile.

begin;
\ir ../helpers/story.psql
\ir ../helpers/money_back.psql
select plan(8);

select is(tests.buys('ann'), 'ann', 'ann orders');
select is(tests.hears('refund.updated', jsonb_build_object('stripe_refund_id', 're_ann', 'refund_id', null,
  'order_id', (select order_id from tests.bought where name = 'ann'), 'payment_id', 'pi_ann', 'charge_id',
  'ch_ann', 'amount', 999, 'currency', 'usd', 'status', 'succeeded', 'failure_reason', null,
  'mark', (select installation_id from farthing.policy))),
  '{"received": true, "deferred": true}', 'a refund comes before its payment, and waits');
select is((select sum(farthing.sweep_inbox(tests.after(make_interval(mins => (2 ^ nr - 1)::int))))::int
  from generate_series(1, 9) nr), 9, 'it is tried nine times more');
select is((select state from farthing.inbox where type = 'refund.updated'), 'dead',
  'then it is a dead letter');
select is(tests.pays('ann', '2 days'), '{"received": true}', 'two days later the payment comes');
select is((select state from farthing.inbox where type = 'refund.updated'), 'processed',
  'and the refund is applied with it');
select is(tests.bought_by('ann', '2 days'),
  'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0', 'so nothing can be spent');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
