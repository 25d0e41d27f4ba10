-- Receipts, refunds and disputes: there is one receipt per payment, one notification per refund,
-- and one per phase of a dispute. This is true whatever the order of the events is, and however
-- often they arrive. A failed notification does not stop the money from moving.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(49);

create function pg_temp.notified(p_name text) returns text language sql as $$
  select coalesce(string_agg(n.template, ' ' order by n.created_at, n.template), 'nothing')
  from farthing.notifications n join farthing.accounts a using (account_id)
    where a.owner_id = tests.person(p_name)
$$;
create function pg_temp.operators_notified() returns text language sql as $$
  select coalesce(string_agg(n.data ->> 'phase', ' ' order by n.created_at, n.subject), 'nothing')
  from farthing.notifications n where recipient = 'operators'
$$;

-- A payment has one receipt.
select is(tests.buys(name), name, name || ' buys Starter')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve']) name;
select is(pg_temp.notified('ann'), 'nothing', 'a buyer who has not paid gets no receipt');
select is(tests.pays('ann', '1 min'), '{"received": true}', 'ann pays') from generate_series(1, 3);
select is(tests.receive('payment_intent.succeeded', jsonb_build_object('order_id', order_id, 'payment_id',
  'pi_ann', 'payment_status', 'paid', 'amount', 999, 'currency', 'usd'), '2 min'), '{"received": true}',
  'another event reports the same payment') from tests.bought where name = 'ann';
select is(pg_temp.notified('ann'), 'receipt', 'ann has one receipt');
select results_eq($$ select n.data, n.created_at from farthing.notifications n $$,
  $$ select jsonb_build_object(
  'order_id', order_id, 'kind', 'package', 'package_name', 'Starter', 'amount', 999, 'currency', 'usd',
  'credits', '9990', 'bonus_credits', '0', 'paid_at', tests.after('1 min')), tests.after('1 min')
  from tests.bought where name = 'ann' $$, 'the receipt has the amount and the package');

-- The buyer is notified of a refund once, when it succeeds.
select is(tests.refund('ann', 1, 333, 'pending', '3 min'), '{"received": true}', 'a refund is pending');
select is(pg_temp.notified('ann'), 'receipt', 'a pending refund is not notified');
select is(tests.refund('ann', 1, 333, 'succeeded', '4 min'), '{"received": true}', 'the refund succeeds')
from generate_series(1, 2);
select is(pg_temp.notified('ann'), 'receipt refund', 'the refund is notified once');
select is((select data - 'refund_id' - 'order_id' from farthing.notifications where template = 'refund'),
  '{"amount": 333, "currency": "usd", "booking_id": null, "credits_taken_back": "3330"}',
  'the notification has the credits that were clawed back before');
select is(tests.refund('ann', 1, 333, 'failed', '5 min'), '{"received": true}', 'the refund fails later');
select is(pg_temp.notified('ann'), 'receipt refund', 'the failure is not notified');
select is(tests.refund('ann', 2, 666, 'succeeded', '6 min'), '{"received": true}',
  'another refund succeeds');
select is(pg_temp.notified('ann'), 'receipt refund refund', 'the other refund is notified');

-- A refund and a dispute that arrive before their payment.
select is(tests.refund('bob', 1, 999, 'succeeded', '7 min'), '{"received": true, "deferred": true}',
  'bob''s refund arrives before the payment');
select is(tests.dispute('bob', 'needs_response', 999, '7 min'), '{"received": true, "deferred": true}',
  'bob''s dispute arrives before the payment');
select is(pg_temp.notified('bob') || ', ' || pg_temp.operators_notified(), 'nothing, nothing',
  'neither is notified before the payment');
select is(tests.pays('bob', '8 min'), '{"received": true}',
  'bob''s payment arrives') from generate_series(1, 2);
select is(pg_temp.notified('bob'), 'receipt refund',
  'bob is notified of the payment and the refund, once each');
select is(pg_temp.operators_notified(), 'opened', 'the operators are notified of the dispute');

-- Operators are notified of each phase of a dispute.
select is(tests.pays('cyn', '9 min'), '{"received": true}', 'cyn pays');
select is(tests.dispute('cyn', status, 999, nr * interval '1 s' + '10 min'), '{"received": true}', status)
from unnest(array['warning_needs_response', 'warning_under_review', 'needs_response', 'under_review', 'lost',
  'needs_response', 'won', 'won']) with ordinality s (status, nr);
select is(pg_temp.operators_notified(), 'opened inquiry opened lost won', 'each phase is notified once');
select is((select count(*)::int from farthing.notifications where recipient = 'webhook'), 5,
  'each phase is also sent by webhook');
select is((select data - 'order_id' from farthing.notifications
  where recipient = 'operators' and subject = 'du_cyn:lost'), jsonb_build_object('dispute_id', 'du_cyn',
  'phase', 'lost', 'amount', 999, 'currency', 'usd', 'reason', 'fraudulent', 'booking_id', null, 'at',
  tests.after('10 min 5 s')), 'the notification names the order');
select is(pg_temp.notified('cyn'), 'receipt', 'cyn is not notified of the dispute');

-- A notification that raises an error does not stop the money from moving.
alter table farthing.notifications add constraint notifications_broken check (account_id is null) not valid;
select is(tests.pays('dan', '11 min'), '{"received": true}',
  'dan pays while no notification can be written');
select is(tests.bought_by('dan'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'dan gets the bought credits');
select is(tests.refund('dan', 1, 999, 'succeeded', '12 min'), '{"received": true}', 'dan is refunded');
select is(pg_temp.notified('dan'), 'nothing', 'dan is not notified');
alter table farthing.notifications drop constraint notifications_broken;

-- Deleted users are not notified.
delete from auth.users where id = (select tests.person('eve'));
select is(tests.pays('eve', '13 min'), '{"received": true}',
  'eve''s payment arrives after eve was deleted');
select is((select count(*)::int from farthing.notifications n join farthing.accounts using (account_id)
  where owner_id is null), 0, 'eve is not notified');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
