-- The inbox as operators use it: which events it has, how events are replayed, and which events never
-- arrived.

begin;
\ir ../helpers/all_tests.psql
select plan(44);

-- Ann has an order. paid() makes the facts of an event about her payment.
create temporary table bought as select (checkout_begin(tests.person('ann'),
  'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test', 'https://a.test', p_now => tests.after())
  #>> '{order,order_id}')::uuid as order_id;
create function pg_temp.arrives(p_id text, p_type text, p_facts jsonb, p_passed interval default '0')
returns jsonb language sql as $$
  select inbox_receive(jsonb_build_object('id', p_id, 'type', p_type, 'livemode', false, 'created', 1,
    'facts', p_facts), tests.after(p_passed))
$$;
create function pg_temp.paid(p_order_id uuid, p_amount int default 999) returns jsonb language sql as $$
  select jsonb_build_object('order_id', p_order_id, 'session_id', null, 'payment_id', 'pi_ann',
    'payment_status', 'paid', 'amount', p_amount, 'currency', 'usd', 'mark', installation_id)
  from farthing.policy
$$;
create function pg_temp.ids(p_page jsonb) returns text language sql as $$
  select string_agg(e ->> 'event_id', ' ') || coalesce(' ...' || (p_page ->> 'next_before'), '')
  from jsonb_array_elements(p_page -> 'events') e
$$;
create function pg_temp.state(p_id text) returns text language sql as $$
  select format('%s, %s tries', state, attempts) from farthing.inbox where event_id = p_id
$$;

select is(pg_temp.arrives('evt_1', 'payment_intent.succeeded', pg_temp.paid(order_id, 1)) ->> 'failed',
  'true', 'an event that does not fit its order fails') from bought;
select is(pg_temp.arrives('evt_2', 'payment_intent.succeeded', pg_temp.paid(gen_random_uuid()), '1 s')
  ->> 'deferred', 'true', 'an event whose order is unknown is deferred');
select is(pg_temp.arrives('evt_3', 'customer.created', '{}', '2 s'), '{"received": true}',
  'an event of an unused type is ignored');

-- Operators list events page by page, and by state.
select is(pg_temp.ids(inbox_list()), 'evt_3 evt_2 evt_1', 'events are listed, newest first');
select is(pg_temp.ids(inbox_list(p_limit => 2)), 'evt_3 evt_2 ...evt_2', 'a page of events is listed');
select is(pg_temp.ids(inbox_list(p_limit => 2, p_before => 'evt_2')), 'evt_1',
  'the next page of events is listed');
select is(inbox_list(p_before => 'evt_9'), '{"events": [], "next_before": null}',
  'a list before an unknown event id is empty');
select is(pg_temp.ids(inbox_list('failed')), 'evt_1', 'events are listed by state');
select is(pg_temp.ids(inbox_list(p_type => 'customer.created')), 'evt_3', 'events are listed by type');
select is(inbox_list('dead'), '{"events": [], "next_before": null}', 'no event is dead-lettered');
select is(inbox_list('failed') #> '{events,0}' ? 'facts', false, 'a list has no facts');
select is(inbox_read('evt_1') #>> '{facts,payment_id}', 'pi_ann', 'a single event has its facts');
select matches(inbox_read('evt_1') ->> 'last_error', '.', 'a single event has the reason of its failure');
select tests.fails_with($$ select inbox_read('evt_9') $$, 'not_found', 'id',
  'reading an unknown event is refused');

-- An event is dead-lettered after ten attempts.
do $$
begin
  for n in 1..9 loop
    perform farthing.retry_events(tests.after(interval '1 day' * n));
  end loop;
end
$$;
select is(pg_temp.state('evt_1'), 'dead, 10 tries', 'an event is dead-lettered after ten attempts');
select is(inbox_dead(100), inbox_dead(9), 'dead-lettered events are listed');
select is(inbox_dead(100) ? 'evt_1', true, 'the failed event is among the dead-lettered ones');
select is(inbox_dead(0), '[]', 'the list has no more events than its limit');
select is(pg_temp.arrives('evt_1', 'payment_intent.succeeded', '{}', '11 days'),
  '{"received": true, "duplicate": true}', 'a delivery does not retry a dead-lettered event');

-- A replay applies an event again, and the number of attempts starts again from zero.
select is(inbox_replay('evt_1', tests.after('11 days')) ->> 'state', 'failed',
  'a replay fails if the cause is not fixed');
select is(pg_temp.state('evt_1'), 'failed, 1 tries', 'a replayed event has nine more attempts');
select is(tests.balance('ann'), 'balance 0, held 0, available 0, debt 0', 'no credits were granted');
select tests.unguarded('inbox', $$update farthing.inbox set facts = pg_temp.paid(order_id) from bought
  where event_id = 'evt_1'$$);
select is(inbox_replay('evt_1', tests.after('11 days')) ->> 'state', 'processed',
  'a replay applies the event after the cause is fixed');
select is(tests.balance('ann', '11 days'), 'balance 9990, held 0, available 9990, debt 0',
  'the replay grants the credits');
select is(inbox_read('evt_1') ->> 'customer_id', tests.person('ann')::text, 'an event names its customer');
select results_eq($$select e ->> 'kind', e ->> 'amount', e ->> 'stripe_event_id', e ->> 'reason'
  from jsonb_array_elements(inbox_read('evt_1') -> 'entries') e$$, $$select 'purchase', '9990', 'evt_1',
  'Starter package bought: order ' || order_id from bought$$, 'an event has the entries that it caused');
select is(array[inbox_read('evt_2') ->> 'customer_id', inbox_read('evt_2') ->> 'entries'],
  array[tests.person('ann')::text, '[]'], 'an event of an unknown order names the payment''s customer');
select is(array[inbox_read('evt_3') ->> 'customer_id', inbox_read('evt_3') ->> 'entries'], array[null, '[]'],
  'an event of an unused type has neither customer nor entries');
select is(inbox_replay('evt_1', tests.after('12 days')) ->> 'processed_at', (select to_jsonb(processed_at)
  #>> '{}' from farthing.inbox where event_id = 'evt_1'), 'a replay does not change a processed event');
select is(tests.balance('ann', '12 days'), 'balance 9990, held 0, available 9990, debt 0',
  'a second replay grants nothing');
select is(inbox_replay('evt_3', tests.after('12 days')) ->> 'state', 'ignored',
  'an event without facts stays ignored');
select tests.fails_with($$ select inbox_replay('evt_9') $$, 'not_found', 'id',
  'replaying an unknown event is refused');

-- An event is returned with the entries that it caused. Other entries of the account are left out,
-- whether they were made at the same moment or later.
select isnt(credits_debit(tests.person('ann'), '10', 'an image', p_author => 'key:default',
  p_now => tests.after('13 days')), null, 'ann spends at the moment of a refund');
select is(pg_temp.arrives('evt_4', 'refund.created', '{"stripe_refund_id": "re_1", "refund_id": null,
  "payment_id": "pi_ann", "charge_id": null, "amount": 999, "currency": "usd", "status": "succeeded",
  "failure_reason": null, "transfer_reversal": null, "mark": null}', '13 days'), '{"received": true}',
  'a refund is applied');
select isnt(credits_grant(tests.person('ann'), '5', 'promotional', p_reason => 'sorry',
  p_author => 'key:support', p_now => tests.after('14 days')), null, 'ann gets credits later');
select results_eq($$select e ->> 'kind', e ->> 'amount', e ->> 'author'
  from jsonb_array_elements(inbox_read('evt_4') -> 'entries') e$$, $$values
  ('clawback', '-9980', 'stripe:evt_4'), ('clawback', '-10', 'stripe:evt_4')$$,
  'a refund has the credits that it clawed back and the debt, and nothing else');
select is(jsonb_array_length(inbox_read('evt_1') -> 'entries'), 1, 'the purchase still has its entry');
select is((select count(*)::int from farthing.customer_reads where route = 'GET /webhook-events/{id}'
  and author = 'operator:ann'), 0, 'no operator has read the event');
select isnt(inbox_read('evt_1', 'operator:ann'), null, 'an operator reads the event');
select is((select count(*)::int from farthing.customer_reads where route = 'GET /webhook-events/{id}'
  and author = 'operator:ann'), 1, 'the read of the customer is recorded');

-- Events that Stripe made and that never arrived.
select is(inbox_missing('["evt_1", "evt_8", "evt_2", "evt_9"]'), '["evt_8", "evt_9"]',
  'the ids of events that never arrived are returned');
select is(inbox_missing('"[\"evt_1\"]"'), '[]', 'a list that arrives as text is accepted');
select is(inbox_missing('[]'), '[]', 'an empty list returns an empty list');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
