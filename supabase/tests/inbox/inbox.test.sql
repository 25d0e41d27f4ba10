-- The inbox: each Stripe event is applied once, in any order and after any number of deliveries,
-- and none is lost.

begin;
\ir ../helpers/all_tests.psql
select plan(60);

-- Helpers that make orders of the package Starter (999 cents, 9,990 credits), and events about
-- them. The buyer's name identifies the order.
create temporary table bought (name text primary key, order_id uuid);
create function pg_temp.buys(p_name text) returns text language sql as $$
  insert into bought select p_name, (checkout_begin(tests.person(p_name),
    'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test', 'https://a.test', p_now => tests.after())
    #>> '{order,order_id}')::uuid;
  select checkout_attach((select order_id from bought where name = p_name), 'cs_' || p_name,
    'https://s.test') #>> '{data,status}'
$$;
create function pg_temp.event(p_name text, p_type text, p_facts jsonb default '{}',
  p_nr int default 1) returns jsonb
language sql as $$
  select jsonb_build_object('id', format('evt_%s_%s_%s', p_name, p_type, p_nr), 'type', p_type, 'livemode',
  false,
    'created', 1, 'facts', jsonb_build_object('order_id', (select order_id from bought where name = p_name),
    'session_id', 'cs_' || p_name, 'payment_id', 'pi_' || p_name, 'payment_status', 'paid', 'amount', 999,
    'currency', 'usd', 'mark', (select installation_id from farthing.policy)) || p_facts)
$$;
create function pg_temp.state(p_name text) returns text language sql as $$
  select format('%s, %s credits', o.status, a.balance::int) from farthing.orders o join bought using
  (order_id) join farthing.accounts a using (account_id) where name = p_name
$$;

select is(pg_temp.buys('ann'), 'pending', 'ann opens an order');
select is(inbox_receive(pg_temp.event('ann', 'checkout.session.completed'), tests.after()),
  '{"received": true}', 'a paid session is received');
select is(pg_temp.state('ann'), 'paid, 9990 credits', 'a paid session grants the credits');
select is(inbox_receive(pg_temp.event('ann', 'checkout.session.completed'), tests.after()),
  '{"received": true, "duplicate": true}', 'an event that was processed is a duplicate')
  from generate_series(1, 2);
select is(pg_temp.state('ann'), 'paid, 9990 credits', 'a duplicate grants nothing');
select is(inbox_receive(pg_temp.event('ann', type, facts, 2), tests.after()), '{"received": true}',
  format('T3: %s of the same payment is received', type))
from (values ('checkout.session.completed', '{}'::jsonb), ('checkout.session.async_payment_succeeded', '{}'),
  ('payment_intent.succeeded', '{"session_id": null}')) e (type, facts);
select is(pg_temp.state('ann'), 'paid, 9990 credits', 'T3: several events of one payment grant once');

-- Trap T4: an unpaid session grants nothing until its payment succeeds.
select is(pg_temp.buys('bob'), 'pending', 'bob opens an order with a slow payment method');
select is(inbox_receive(pg_temp.event('bob', 'checkout.session.completed', '{"payment_status": "unpaid"}')),
  '{"received": true}', 'bob''s session completes unpaid');
select is(pg_temp.state('bob'), 'processing, 0 credits', 'T4: an unpaid session grants nothing');
select is(inbox_receive(pg_temp.event('bob', 'checkout.session.async_payment_succeeded')),
  '{"received": true}', 'bob''s payment succeeds days later');
select is(pg_temp.state('bob'), 'paid, 9990 credits', 'T4: the later success grants the credits');
select is(pg_temp.buys('cid'), 'pending', 'cid opens an order with a slow payment method');
select is(inbox_receive(pg_temp.event('cid', type, '{"payment_status": "unpaid"}')), '{"received": true}',
  type)
from unnest(array['checkout.session.completed', 'checkout.session.async_payment_failed']) type;
select is(pg_temp.state('cid'), 'failed, 0 credits', 'T4: the later failure grants nothing');

select is(inbox_receive(pg_temp.event('cid', 'checkout.session.async_payment_failed', '{}', 2)),
  '{"received": true}', 'a failed payment that says "paid" is received');
select is(pg_temp.state('cid'), 'failed, 0 credits', 'T4: the order has failed');

-- Trap T7: an event arrives before the payment that it refers to.
insert into bought values ('dan', md5('dan''s order')::uuid);
select is(inbox_receive(pg_temp.event('dan', 'checkout.session.completed'), tests.after()),
  '{"received": true, "deferred": true}',
  'T7: an event whose order is unknown is deferred');
select is(inbox_receive(pg_temp.event('dan', 'checkout.session.completed'), tests.after()) ->> 'duplicate',
  null, 'T7: a deferred event that is delivered again is not a duplicate');
insert into farthing.accounts (owner_id) values (tests.person('dan'));
insert into farthing.orders (account_id, order_id, package_id, package_version, package_name, amount,
  currency, credits, bonus_credits, success_url, cancel_url, session_id, expires_at)
select account_id, md5('dan''s order')::uuid, 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 1, 'Starter', 999,
  'usd', 9990, 0, 'https://a.test', 'https://a.test', 'cs_dan', tests.after('1 h')
from farthing.accounts where owner_id = tests.person('dan');
select is(farthing.retry_events(tests.after('59 s')), 0, 'no attempt is made within the first minute');
select is(farthing.retry_events(tests.after('1 min')), 1, 'T7: the task retries a deferred event');
select is(pg_temp.state('dan'), 'paid, 9990 credits',
  'T7: a deferred event is applied when its order exists');

-- Trap T2: an event that fails does not count as processed.
select is(pg_temp.buys('eve'), 'pending', 'eve opens an order');
create function pg_temp.breaks() returns trigger language plpgsql as $$ begin raise 'the disk is full'; end
  $$;
create trigger breaks before insert on farthing.lots for each row execute function pg_temp.breaks();
select is(inbox_receive(pg_temp.event('eve', 'checkout.session.completed'), tests.after()),
  '{"received": true, "failed": true}', 'T2: an event whose grant fails is reported as failed');
select is(pg_temp.state('eve'), 'pending, 0 credits', 'T2: a failed grant leaves no partial changes');
select is((select state || ': ' || last_error from farthing.inbox where event_id like 'evt_eve%'),
  'failed: the disk is full', 'T2: a failed event is stored with its reason, and not as processed');
drop trigger breaks on farthing.lots;
select is(inbox_receive(pg_temp.event('eve', 'checkout.session.completed'), tests.after()),
  '{"received": true}', 'T2: the redelivery is applied and not treated as a duplicate');
select is(pg_temp.state('eve'), 'paid, 9990 credits', 'T2: the redelivery grants the credits');

-- A payment whose amount or currency differs from its order's.
select is(pg_temp.buys('fay'), 'pending', 'fay opens an order');
select is(inbox_receive(pg_temp.event('fay', 'checkout.session.completed', facts, nr),
  tests.after()) ->> 'failed',
  'true', format('a payment with %s is not granted', facts))
from (values ('{"amount": 998}'::jsonb, 1), ('{"amount": null}', 2), ('{"currency": "eur"}', 3),
  ('{"amount": "x"}', 4), ('{"session_id": "cs_other"}', 5), ('{"payment_id": "pi_ann"}', 6)) f (facts, nr);
select is(pg_temp.state('fay'), 'pending, 0 credits',
  'a payment that does not fit its order grants nothing');
select is((select array_agg(farthing.retry_events(tests.after(make_interval(mins => (2 ^ (n + 1) - 1)::int)))
  order by n) from generate_series(0, 9) n), '{6,6,6,6,6,6,6,6,6,0}',
  'a failed event is retried with a doubled backoff');
select is((select array_agg(distinct state || attempts) from farthing.inbox where event_id like 'evt_fay%'),
  '{dead10}', 'an event that failed ten times is dead-lettered');
select is(inbox_receive(pg_temp.event('fay', 'checkout.session.completed', '{}', 7)), '{"received": true}',
  'a later payment that fits is granted');

select is(inbox_receive(pg_temp.event('fay', 'payment_intent.succeeded', '{"payment_id": "pi_second"}', 8))
  ->> 'failed', 'true', 'a second payment of a paid order is not treated as the first');
select is(pg_temp.state('fay'), 'paid, 9990 credits', 'the second payment grants nothing');

-- Foreign events are ignored.
select is(inbox_receive(pg_temp.event('nobody', type, facts), tests.after()), '{"received": true}',
  format('%s with %s is taken note of', type, facts)) from (values ('customer.created', '{}'::jsonb),
  ('checkout.session.completed', '{"order_id": null}'), ('payment_intent.succeeded',
  '{"order_id": "A-17"}')) e (type,
  facts);
select is((select array_agg(distinct state) from farthing.inbox where event_id like 'evt_nobody%'),
  '{ignored}', 'a foreign event is ignored');
-- Trap m3: if a different app's session names one of our orders, an unpaid session does not change the order,
-- and a paid session raises an error.
select is(pg_temp.buys('ora'), 'pending', 'ora opens a checkout');
select is(inbox_receive(jsonb_build_object('id', 'evt_ora_' || nr, 'type', 'checkout.session.' || type,
    'livemode', false, 'created', nr, 'facts', jsonb_build_object('order_id', order_id, 'session_id', session,
    'payment_id', null, 'payment_status', 'unpaid', 'amount', 999, 'currency', 'usd')), tests.after()),
  '{"received": true}', format('m3: %s of %s is 200', type, session))
from bought, (values (1, 'completed', 'cs_ora'), (2, 'expired', 'cs_foreign'),
  (3, 'async_payment_failed', 'cs_foreign')) s (nr, type, session) where name = 'ora' order by nr;
select is((select array_agg(concat_ws(': ', state, last_error) order by event_id) from farthing.inbox
  where event_id like 'evt_ora_%'), '{processed,"ignored: the order is linked to a different session",'
  '"ignored: the order is linked to a different session"}', 'the event is ignored, with a reason');
select is((select status from farthing.orders join bought using (order_id) where name = 'ora'),
  'processing', 'the order keeps its own session and state');

-- For connected accounts, Farthing reads only the facts of account.updated events
-- (refetch-event.ts). The other events of these accounts arrive without facts. An event without
-- facts is ignored, whatever its type.
select is((select array_agg(distinct inbox_receive(jsonb_build_object('id', 'evt_foreign_' || type, 'type',
    type, 'livemode', false, 'created', 1, 'facts', '{}'::jsonb), tests.after()) - 'received')
  from unnest(array['checkout.session.completed', 'payment_intent.succeeded', 'payment_intent.canceled',
    'refund.created', 'charge.dispute.created', 'radar.early_fraud_warning.created', 'charge.succeeded',
    'application_fee.created', 'account.updated', 'setup_intent.succeeded', 'payment_method.detached']) type),
  '{"{}"}'::jsonb[], 'an event without facts is ignored, whatever its type');
select is(tests.code_for(role, 'ann', 'select inbox_receive(''{"id": "x", "type": "y", "livemode": false,
  "created": 1, "facts": {}}'')'), case role when 'service_role' then 'ok' else '42501' end,
  format('T13: inbox_receive by %s', role))
from unnest(array['service_role', 'authenticated', 'anon']) role;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
