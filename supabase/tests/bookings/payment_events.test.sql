-- Bookings and Stripe's events in every order: the payment, the fee, refunds, disputes, and payments that
-- arrive too late.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
\ir ../helpers/orders.psql
select plan(99);

-- A payment is pending, fails, is retried and succeeds. These events are applied in every order,
-- each twice. An event is [type, seconds]: Stripe made it that many seconds after the start. ends()
-- makes a new booking, applies all events in the order p_order, and then applies them again in the
-- same order. It returns the last state of the booking, and undoes everything.
create function pg_temp.ends(p_events jsonb, p_order int[]) returns text language plpgsql as $$
declare
  v_nr int;
  v_end text;
begin
  perform tests.booking('p');
  foreach v_nr in array p_order || p_order loop
    case p_events -> v_nr ->> 0
    when 'fee' then perform tests.fee_event('p', 'created', 0, make_interval(secs =>
      (p_events -> v_nr ->> 1)::int));
    when 'fee back' then perform tests.fee_event('p', 'refunded', 12, make_interval(secs =>
      (p_events -> v_nr ->> 1)::int));
    when 'refund' then perform tests.refund_event('p', 'r', 400, 'succeeded', make_interval(secs =>
      (p_events -> v_nr ->> 1)::int));
    else perform tests.payment_event('p', p_events -> v_nr ->> 0, make_interval(secs =>
      (p_events -> v_nr ->> 1)::int), interval '1 hour');
    end case;
  end loop;
  perform farthing.retry_events(tests.after('2 hours'));
  v_end := format('%s; %s refunds asked for; events %s', tests.booking_line('p'), (select count(*) from
    farthing.refunds
    where status = 'requested'), (select string_agg(distinct state, ' ') from farthing.inbox));
  if exists (select from farthing.prove()) or exists (select from farthing.prove_bookings()) then
    v_end := v_end || ', and the proof reports violations';
  end if;
  raise exception using errcode = 'UNDO1', message = v_end;
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
select results_eq(format('select distinct pg_temp.ends(%L, o) from tests.orders_of(%L) o', events,
    array(select generate_series(0, jsonb_array_length(events::jsonb) - 1))), array[ending ||
      '; events processed'],
    name)
from (values
  ('processing and then paid in every order is paid', '[["processing", 1], ["succeeded", 2]]',
    'paid, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0; 0 refunds asked for'),
  ('a failed card, another one and payment in every order is paid',
    '[["processing", 1], ["payment_failed", 2], ["processing", 3], ["succeeded", 4]]',
    'paid, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0; 0 refunds asked for'),
  ('processing and then failed in every order is failed', '[["processing", 1], ["payment_failed", 2]]',
    'payment_failed, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0; 0 refunds asked for'),
  ('processing and failed within one second in every order is failed',
    '[["processing", 1], ["payment_failed", 1]]',
    'payment_failed, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0; 0 refunds asked for'),
  ('failed and retried in every order is processing',
    '[["processing", 1], ["payment_failed", 2], ["processing", 3]]',
    'processing, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0; 0 refunds asked for'),
  ('a payment that is cancelled at Stripe in every order is cancelled',
    '[["processing", 1], ["payment_failed", 2], ["canceled", 3]]',
    'cancelled, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0; 0 refunds asked for'),
  ('T7: payment, fee, part of it back and the refund in every order are netted',
    '[["succeeded", 1], ["fee", 1], ["refund", 2], ["fee back", 2]]',
    'paid, fee 30 of 1000, collected 30, back 12, refunded 400, disputed 0; 0 refunds asked for')
) plays (name, events, ending);

-- A payment whose amount or currency differs from the booking's is refused.
select isnt(tests.booking('a'), null, 'ann books');
select is(tests.payment_event('a', 'succeeded', passed, p_changes => changes), 'failed',
  format('a payment with %s is refused', changes))
from (values (interval '1 s', '{"amount": 999}'::jsonb), ('2 s', '{"amount": null}'),
  ('3 s', '{"currency": "eur"}'), ('4 s', '{"payment_id": "pi_other"}')) c (passed, changes);
select is(tests.payment_event('a', 'succeeded', '5 s', p_changes => '{"booking_id": "no uuid"}'), 'ignored',
  'a payment whose metadata has no id of ours is ignored');
select is(tests.payment_event('a', 'succeeded', '6 s', p_changes => jsonb_build_object('booking_id',
  gen_random_uuid(), 'mark', installation_id)), 'deferred',
  'a payment of an unknown booking with our mark is deferred')
from farthing.policy;
select is(tests.payment_event('a', 'requires_action', '7 s'), 'processed',
  'a payment that requires an action changes nothing');
select is(tests.booking_line('a'),
  'payment_pending, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0',
  'the booking stays pending after these events');
select is(tests.payment_event('a', 'succeeded', '8 s'), 'processed', 'ann pays');
select is((select array[charge_id, paid_at::text] from farthing.bookings where payment_intent_id = 'pi_a'),
  array['ch_a', tests.after('8 s')::text], 'the time and the charge of the payment are stored');
select is(tests.payment_event('a', what, passed), 'processed', format('a later event %s is processed', what))
from (values ('processing', interval '9 s'), ('payment_failed', '10 s'), ('canceled', '11 s')) w (what,
  passed);
select is((select status from farthing.bookings where payment_intent_id = 'pi_a'), 'paid',
  'the later events change nothing');

-- The collected fee and the refunded part of it are stored as Stripe reports them.
select is(tests.fee_event('a', 'created', 0, '8 s'), 'processed', 'a fee is collected');
select is(tests.fee_event('a', 'refunded', 12, '20 s'), 'processed', '12 of the fee are refunded');
select is(tests.fee_event('a', 'refunded', 5, '15 s'), 'processed', 'an older event of the fee arrives late');
select is((select array[fee_collected, fee_refunded] from farthing.bookings where payment_intent_id = 'pi_a'),
  '{30,12}', 'the older event changes nothing');
select is(tests.fee_event('a', 'created', 0, '30 s', changes), 'failed', format('a fee with %s is refused',
  changes)) from unnest(array['{"fee_id": "fee_b"}', '{"currency": "eur"}']::jsonb[]) changes;
select is(tests.fee_event('a', 'created', 0, '31 s', '{"fee_id": "fee_x", "charge_id": "ch_x"}'), 'deferred',
  'a fee of an unknown payment is deferred');
select is(tests.fee_event('a', 'created', 0, '32 s', '{"charge_id": null, "payment_id": "pi_a"}'),
  'processed',
  'a fee that names only its payment is found');

-- Refunds that we request, and refunds made in the dashboard.
select is(tests.refund_event('a', '1', 300, 'pending', '40 s'), 'processed', 'a refund is pending');
select is(tests.booking_line('a'), 'paid, fee 30 of 1000, collected 30, back 12, refunded 300, disputed 0',
  'a pending refund counts');
select is(tests.refund_event('a', '1', 300, 'failed', '50 s'), 'processed', 'the refund fails');
select is(tests.booking_line('a'), 'paid, fee 30 of 1000, collected 30, back 12, refunded 0, disputed 0',
  'a failed refund does not count');
select is(refunds_begin(p_booking_id => tests.booking_id('a'), p_amount => '600', p_now =>
  tests.after('1 min'))
  #>> '{refund,connected}', 'true',
  'a refund of a booking also reverses the provider''s share and our fee');
select tests.fails_with($$ select refunds_begin(p_booking_id => tests.booking_id('a'), p_amount => '401',
  p_now => tests.after('1 min')) $$, 'refund_too_large', 'amount', 'no more is refunded than is left');
select is(tests.refund_event('a', '2', 600, 'succeeded', '2 min', (select refund_id from farthing.refunds
  where status = 'requested')), 'processed', 'Stripe makes the refund');
select is(tests.booking_line('a'), 'paid, fee 30 of 1000, collected 30, back 12, refunded 600, disputed 0',
  'a booking that is refunded in part stays paid');
select is(tests.refund_event('a', '3', 400, 'succeeded', '3 min'), 'processed',
  'the rest is refunded in the dashboard');
select is(tests.booking_line('a'),
  'cancelled, fee 30 of 1000, collected 30, back 12, refunded 1000, disputed 0',
  'a booking that is refunded in full is cancelled');
select is(tests.refund_event('a', '3', 400, 'failed', '4 min'), 'processed', 'the second refund fails');
select is(tests.booking_line('a'),
  'cancelled, fee 30 of 1000, collected 30, back 12, refunded 600, disputed 0',
  'the booking stays cancelled, with what is refunded');

-- Disputes change the disputed amount, and block a cancellation.
create function pg_temp.disputed(p_label text, p_status text, p_amount bigint, p_passed interval) returns text
language sql as $$
  select tests.event('charge.dispute.updated', jsonb_build_object('dispute_id', 'dp_' || p_label,
    'payment_id',
    'pi_' || p_label, 'charge_id', 'ch_' || p_label, 'amount', p_amount, 'currency', 'usd', 'status',
      p_status,
    'reason', 'fraudulent'), p_passed)
$$;
select isnt(tests.booking('d'), null, 'ann books again');
select is(tests.payment_event('d', 'succeeded', '1 s'), 'processed', 'ann pays');
select is(pg_temp.disputed('d', status, amount, passed), 'processed', format(
  'a dispute %s of %s is applied', status,
  amount))
from (values ('warning_needs_response', 1000, interval '2 s'), ('needs_response', 1500, '3 s')) s
  (status, amount, passed);
select is(tests.booking_line('d'), 'paid, fee 30 of 1000, collected -, back 0, refunded 0, disputed 1000',
  'T14: a dispute above the payment disputes the whole payment and no more');
select tests.fails_with($$ select bookings_cancel(tests.person('ann'), tests.booking_id('d')) $$,
  'booking_not_cancellable', 'id', 'a disputed booking cannot be cancelled');
select is(pg_temp.disputed('d', 'won', 1500, '4 s'), 'processed', 'the dispute is won');
select is(tests.booking_line('d'), 'paid, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0',
  'a won dispute disputes nothing');

-- Cancelling a booking refunds or cancels its payment once.
create function pg_temp.cancel(p_name text, p_label text, p_key text default null) returns jsonb language sql
  as
$$
  select bookings_cancel(tests.person(p_name), tests.booking_id(p_label), tests.sha256(p_key),
    tests.sha256('cancel'), tests.after('10 min'))
$$;
create function pg_temp.cancelled(p_label text, p_key text default null) returns jsonb language sql as $$
  select bookings_cancelled(tests.booking_id(p_label), tests.sha256(p_key), tests.after('11 min'))
$$;
select tests.fails_with(format('select pg_temp.cancel(%L, ''d'')', who), 'not_found', 'id',
  format('%s cannot cancel ann''s booking', who)) from unnest(array['cid', 'bob']) who;
create temporary table paid as select pg_temp.cancel('ann', 'd', 'k') as c;
select is(c, jsonb_build_object('step', 'refund', 'refund', jsonb_build_object('refund_id', (select refund_id
    from farthing.refunds where status = 'requested'), 'order_id', null, 'booking_id', tests.booking_id('d'),
    'amount', 1000, 'currency', 'usd', 'reason', 'requested_by_customer', 'connected', true, 'has_fee', true,
    'payment_id', 'pi_d', 'mark', (select installation_id from farthing.policy))),
  'a paid booking is refunded') from paid;
select is(tests.booking_line('d'), 'cancelled, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0',
  'a paid booking is cancelled');
select is(tests.key('k'), 'started', 'the key is started');
select is(refunds_attach((c #>> '{refund,refund_id}')::uuid, 're_d') ->> 'status', 'pending',
  'Stripe accepts the refund') from paid;
select is(pg_temp.cancelled('d', 'k') -> 'data', jsonb_build_object('booking_id', tests.booking_id('d'),
  'status',
    'cancelled', 'refund', jsonb_build_object('refund_id', c #>> '{refund,refund_id}', 'amount', 1000,
      'currency',
      'usd', 'status', 'pending')), 'the answer has the refund') from paid;
select is(pg_temp.cancel('ann', 'd', 'k') ->> 'step', 'replay', 'T12: a repeat gets the answer');
select is(pg_temp.cancel('pat', 'd') #>> '{data,refund,status}', 'pending',
  'a second cancellation gets the same refund');
select is((select count(*)::int from farthing.refunds where booking_id = tests.booking_id('d')), 1,
  'T6: the booking is refunded once');
select is(tests.refund_event('d', 'd', 1000, 'succeeded', '12 min', (select refund_id from farthing.refunds
  where stripe_refund_id = 're_d')), 'processed', 'the refund succeeds');
select is(tests.booking_line('d'),
  'cancelled, fee 30 of 1000, collected -, back 0, refunded 1000, disputed 0',
  'the whole amount is refunded');

select isnt(tests.booking('u'), null, 'ann books and does not pay');
select is(pg_temp.cancel('pat', 'u', 'u'), jsonb_build_object('step', 'cancel_payment', 'payment_intent_id',
  'pi_u', 'booking_id', tests.booking_id('u')), 'an unpaid payment is first cancelled at Stripe');
select is(tests.booking_line('u') like 'payment_pending%',
  true, 'the booking is not cancelled before its payment');
select is(pg_temp.cancelled('u', 'u') -> 'data', jsonb_build_object('booking_id', tests.booking_id('u'),
  'status',
  'cancelled', 'refund', null), 'the booking is cancelled after its payment');
select is(tests.key('u'), '200', 'the key is finished');
select is(tests.payment_event('u', 'canceled', '12 min'), 'processed',
  'Stripe''s event of the cancellation arrives');

-- The payment succeeds before its cancellation reaches Stripe. The money is then refunded, in
-- whatever order the events arrive.
select is(tests.payment_event('u', 'succeeded', '13 min'), 'processed',
  'a payment of the cancelled booking arrives');
select is(tests.booking_line('u'), 'cancelled, fee 30 of 1000, collected -, back 0, refunded 0, disputed 0',
  'the booking stays cancelled');
select is((select format('%s %s by %s, due %s', amount, status, requested_by, next_attempt_at <= tests.after(
  '13 min')) from farthing.refunds where booking_id = tests.booking_id('u')),
    '1000 requested by late_payment, due t',
  'the late payment is refunded at once');
select is(tests.payment_event('u', 'succeeded', '14 min'), 'processed',
  'the event of the payment arrives again');
select is((select count(*)::int from farthing.refunds where booking_id = tests.booking_id('u')), 1,
  'the late payment is refunded once');
select isnt(tests.booking('v'), null, 'ann books');
select is(pg_temp.cancel('ann', 'v', 'v') ->> 'step', 'cancel_payment', 'ann begins to cancel the booking');
select is(tests.payment_event('v', 'succeeded', '12 min'), 'processed',
  'the event of ann''s payment arrives first');
select is(pg_temp.cancelled('v', 'v') #>> '{data,refund,status}', 'pending', 'the payment is refunded');
select isnt(tests.booking('w'), null, 'ann books');
select is(tests.refund_event('w', 'w', 1000, 'succeeded', '2 min'), 'deferred',
  'a refund arrives before its payment');
select is(pg_temp.cancelled('w') #>> '{data,status}', 'cancelled', 'the booking is cancelled');
select is(tests.payment_event('w', 'succeeded', '1 min'), 'processed', 'the payment arrives last');
select is(tests.booking_line('w'),
  'cancelled, fee 30 of 1000, collected -, back 0, refunded 1000, disputed 0',
  'the refund is applied to the cancelled booking');
select is((select string_agg(requested_by, ' ') from farthing.refunds where booking_id =
  tests.booking_id('w')),
  'stripe', 'the refunded amount is not refunded again');
select is(tests.begin_booking('ann', 'pat', 800, 'usd', 'x') ->> 'step', 'create', 'ann begins a booking');
select is(bookings_cancel(tests.person('ann'), booking_id) #>> '{data,status}', 'cancelled',
  'a booking without a payment is cancelled at once') from farthing.bookings where amount = 800;

select isnt(tests.booking('z'), null, 'ann books');
select is(tests.payment_event('z', 'succeeded', '1 min'), 'processed', 'ann pays');
select isnt(bookings_advance(tests.person('pat'), tests.booking_id('z'), status), null,
  'the booking becomes ' || status)
from unnest(array['confirmed', 'completed']) status;
select tests.fails_with($$ select pg_temp.cancel('ann', 'z') $$, 'booking_not_cancellable', 'id',
  'a completed booking cannot be cancelled');
select tests.fails_with($$ select pg_temp.cancelled('z') $$, 'booking_not_cancellable', 'id',
  'a completed booking cannot be cancelled after Stripe''s answer');
select is(tests.refund_event('z', 'z', 1000, 'succeeded', '20 min'), 'processed',
  'a completed booking may be refunded');
select is(tests.booking_line('z'),
  'completed, fee 30 of 1000, collected -, back 0, refunded 1000, disputed 0',
  'a refunded booking stays completed');

-- The first event sets the Stripe mode of the project. Events and keys of the other mode are
-- refused.
select is((select livemode from farthing.policy), false,
  'the first event set the mode of the project to test');
select tests.fails_with($$ select tests.event('account.updated', '{}', '1 h', p_livemode => true) $$,
  'mode_mismatch', null, 'an event of the live mode is refused');
select is(mode_check(false), '{"livemode": false}', 'a key of the test mode fits');
select tests.fails_with('select mode_check(true)', 'mode_mismatch', null,
  'a key of the live mode is refused');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select is_empty('select * from farthing.prove_bookings()', 'the proof of bookings finds no violation');
select * from finish();
rollback;
