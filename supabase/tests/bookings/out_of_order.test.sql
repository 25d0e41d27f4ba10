-- Bookings whose requests and events arrive in an unusual order: a retry after a day, a fee before
-- its payment, a payment of a cancelled booking, and disputes of a part of a payment.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
select plan(61);

select isnt(tests.provider('pat'), null, 'pat is a provider');

-- An idempotency key is used again after it was deleted.
create temporary table begun as
select n, tests.begin_booking('ann', 'pat', n, 'usd', 'k' || n) #>> '{booking,booking_id}' as id
from generate_series(100, 101) n;
select is(bookings_abandon(tests.sha256('k' || n)), '{}', 'Stripe does not answer') from begun;
select is(tests.begin_booking('ann', 'pat', 100, 'usd', 'k100', '24 hours' - interval '1 s')
  #>> '{booking,booking_id}' = id, true, 'within a day the key finds its booking') from begun where n = 100;
select is(bookings_abandon(tests.sha256('k100')), '{}', 'Stripe does not answer again');
select is(tests.begin_booking('ann', 'pat', 100, 'usd', 'k100', '24 hours') #>> '{booking,booking_id}' = id,
  false, 'after a day Stripe has forgotten the key, and a new booking is made') from begun where n = 100;
select is((select status from farthing.bookings where booking_id = id::uuid), 'cancelled',
  'the first booking is cancelled, so that only one can be paid') from begun where n = 100;
select is(bookings_cancel(tests.person('ann'), id::uuid, p_now => tests.after('1 min')) #>> '{data,status}',
  'cancelled', 'ann cancels the other booking') from begun where n = 101;
select is(bookings_cancel(tests.person('ann'), id::uuid, p_now => tests.after('2 min')) #>> '{data,status}',
  'cancelled', 'ann cancels the booking again') from begun where n = 101;
select is((select array[cancelled_at, updated_at] from farthing.bookings where booking_id = id::uuid),
  array_fill(tests.after('1 min'), '{2}'), 'the booking is cancelled once') from begun where n = 101;
select is(tests.begin_booking('ann', 'pat', 101, 'usd', 'k101', '3 min') #>> '{booking,booking_id}' = id,
  false, 'the key of a cancelled booking makes a new booking') from begun where n = 101;

-- If the cursor of a list is a booking that the reader of the list must not see, the page is empty.
select isnt(tests.booking('b', 300, 'usd', 'bob', 'pat', '2 days'), null, 'bob books later');
select is(jsonb_array_length(bookings_list(tests.person('ann'), p_before => tests.booking_id('b')::text)
  -> 'bookings'), 0, 'bob''s booking is no cursor for ann');

-- If Stripe has cancelled a payment, it stays cancelled, whichever event arrives later.
select isnt(tests.booking('c'), null, 'ann books');
select is(tests.payment_event('c', 'processing', '3 s'), 'processed', 'the newer event arrives first');
select is(tests.payment_event('c', 'canceled', '2 s'), 'processed', 'the cancellation arrives later');
select is(tests.booking_line('c') like 'cancelled%', true, 'the booking stays cancelled');

-- The event of a fee arrives before the booking's payment, and is then dead-lettered or ignored.
-- Even so, the fee is applied when the payment arrives.
select isnt(tests.booking('f'), null, 'ann books');
select is(tests.fee_event('f', 'refunded', 12, '2 s'), 'deferred',
  'the refund of a fee arrives before the payment');
update farthing.inbox set state = 'dead', next_attempt_at = null, attempts = 10 where state = 'deferred';
select is(tests.payment_event('f', 'succeeded', '1 s'), 'processed', 'the payment arrives');
select is(tests.booking_line('f'), 'paid, fee 30 of 1000, collected 30, back 12, refunded 0, disputed 0',
  'the fee is applied with the payment, although its event is dead-lettered');
select isnt(tests.booking('i'), null, 'ann books');
select is(tests.fee_event('i', 'created', 0, '2 s'), 'deferred', 'a fee arrives before its payment');
select is((select sum(farthing.retry_events(tests.after(interval '2 s' + make_interval(mins =>
  (2 ^ nr - 1)::int)))) > 8 from generate_series(1, 10) nr), true, 'the fee''s event is retried nine times');
select is((select state || ': ' || last_error from farthing.inbox where facts ->> 'fee_id' = 'fee_i'),
  'ignored: its payment is not here and its metadata does not name this installation',
  'the fee''s event is ignored, with the reason');
select is(tests.payment_event('i', 'succeeded', '1 s', '13 hours'), 'processed', 'the payment arrives');
select is(tests.booking_line('i'), 'paid, fee 30 of 1000, collected 30, back 0, refunded 0, disputed 0',
  'an ignored fee is applied with its payment');

-- Stripe has created a booking's payment, but its answer was lost. Meanwhile the booking is cancelled.
create temporary table lost as
select (tests.begin_booking('ann', 'pat', 700, 'usd', 'lost') #>> '{booking,booking_id}')::uuid as id;
select is(bookings_cancel(tests.person('ann'), id) #>> '{data,status}', 'cancelled',
  'ann cancels the booking') from lost;
select is(tests.event('payment_intent.succeeded', jsonb_build_object('order_id', null, 'booking_id', id,
  'session_id', null, 'payment_id', 'pi_lost', 'charge_id', 'ch_lost', 'payment_status', 'paid', 'amount',
  700, 'currency', 'usd'), '1 min'), 'processed', 'the payment of Stripe''s lost answer arrives')
from lost;
select is((select array_agg(r ->> 'payment_id' || ' ' || (r ->> 'amount'))
  from jsonb_array_elements(refunds_claim(20, p_now => tests.after('1 min'))) r), '{"pi_lost 700"}',
  'the payment is refunded');

-- A dispute of a part of a payment is won. One of the events of this dispute has a different
-- currency. Another dispute is lost. A refund waits for an action of the customer.
create function pg_temp.disputed(p_status text, p_amount bigint, p_currency text, p_passed interval)
returns text language sql as $$
  select tests.event('charge.dispute.updated', jsonb_build_object('dispute_id', 'dp_f', 'payment_id', 'pi_f',
    'charge_id', 'ch_f', 'amount', p_amount, 'currency', p_currency, 'status', p_status, 'reason',
    'fraudulent'), p_passed) || ': ' || tests.booking_line('f')
$$;
select is(pg_temp.disputed(status, amount, currency, passed),
  format('processed: paid, fee 30 of 1000, collected 30, back 12, refunded 0, disputed %s', counted),
  format('a dispute %s of %s %s disputes %s of the booking', status, amount, currency, counted))
from (values ('needs_response', 400, 'usd', interval '10 s', 400), ('under_review', 400, 'usd', '20 s', 400),
  ('under_review', 4, 'eur', '30 s', 1000), ('won', 400, 'usd', '40 s', 0))
  d (status, amount, currency, passed, counted);
select isnt(tests.booking('l'), null, 'ann books');
select is(tests.payment_event('l', 'succeeded', '1 s'), 'processed', 'ann pays');
select is(tests.event('charge.dispute.closed', jsonb_build_object('dispute_id', 'dp_l', 'payment_id', 'pi_l',
  'charge_id', 'ch_l', 'amount', 1000, 'currency', 'usd', 'status', 'lost', 'reason', 'fraudulent',
  'movements', '[{"id": "txn_l", "amount": -1000, "fee": 1500, "currency": "usd"}]'::jsonb), '9 s'),
  'processed', 'the dispute is lost');
select is(tests.booking_line('l') like '%disputed 1000', true, 'the amount of a lost dispute stays disputed');
select tests.fails_with($$ select bookings_cancel(tests.person('ann'), tests.booking_id('l')) $$,
  'booking_not_cancellable', 'id', 'a booking with a lost dispute cannot be cancelled');
select is(tests.refund_event('f', 'f1', 300, 'requires_action', '50 s'), 'processed',
  'a refund waits for its customer');
select is(tests.booking_line('f') like '%refunded 300,%', true, 'a refund that waits counts as refunded');
select is(bookings_advance(tests.person('pat'), tests.booking_id('f'), 'confirmed') ->> 'status',
  'confirmed', 'pat confirms the booking');
select is(tests.refund_event('f', 'f2', 700, 'succeeded', '60 s'), 'processed',
  'the rest of the payment is refunded');
select is(tests.booking_line('f') like 'cancelled%refunded 1000,%', true,
  'a confirmed booking that is refunded in full is cancelled');

-- Because of a dispute, a bank holds the money of a cancelled booking. When the dispute is won, the
-- money is refunded.
create function pg_temp.of_d(p_type text, p_status text, p_passed interval) returns text language sql as $$
  select tests.event('charge.dispute.' || p_type, jsonb_build_object('dispute_id', 'dp_d', 'payment_id',
    'pi_d', 'charge_id', 'ch_d', 'amount', 600, 'currency', 'usd', 'status', p_status, 'reason', 'other'),
    p_passed)
$$;
create function pg_temp.asked() returns text[] language sql as $$
  select coalesce(array_agg(format('%s by %s', amount, requested_by) order by amount), '{}')
  from farthing.refunds where booking_id = tests.booking_id('d') and status = 'requested'
$$;
select isnt(tests.booking('d'), null, 'ann books');
select is(bookings_cancelled(tests.booking_id('d')) #>> '{data,status}', 'cancelled',
  'ann cancels the booking');
select is(pg_temp.of_d('created', 'needs_response', '2 s'), 'deferred',
  'ann disputes the payment that she made nevertheless');
select is(tests.payment_event('d', 'succeeded', '1 s'), 'processed', 'the event of the payment arrives last');
select is(pg_temp.asked(), '{"400 by late_payment"}',
  'money that the bank does not hold is refunded at once');
select is(pg_temp.of_d('updated', 'under_review', '3 s'), 'processed', 'the dispute is under review');
select is(pg_temp.asked(), '{"400 by late_payment"}', 'the disputed money is not refunded');
select is(pg_temp.of_d('closed', 'won', '4 s'), 'processed', 'the dispute is won');
select is(pg_temp.asked(), '{"400 by late_payment","600 by dispute_won"}',
  'the reinstated money is refunded');
select is(pg_temp.of_d('funds_reinstated', 'won', '5 s') || array_to_string(pg_temp.asked(), ', '),
  'processed400 by late_payment, 600 by dispute_won', 'a second event does not refund the money again');

-- The proof reports every inconsistency of a booking.
create function pg_temp.named(p_label text, p_change text) returns text[] language plpgsql as $$
declare
  v_named text[];
begin
  set local session_replication_role = replica;
  execute format('update farthing.bookings set %s where payment_intent_id = %L', p_change, 'pi_' || p_label);
  set local session_replication_role = origin;
  v_named := array(select format('%s: %s', rule, split_part(detail, ': ', 2)) from farthing.prove());
  raise exception using errcode = 'UNDO1', message = array_to_string(v_named, ', ');
exception when sqlstate 'UNDO1' then
  return string_to_array(sqlerrm, ', ');
end
$$;
select is(pg_temp.named(label, change), expected, format(
  'the proof reports for %s of %s: %s', change, label, expected))
from (values ('f', 'amount_refunded = 699', '{"10: 699 refunded","its refunds say 1000"}'::text[]),
  ('l', 'amount_refunded = 1', '{"10: 1 refunded","its refunds say 0"}'),
  ('f', 'fee_collected = 29', '{"10: the fee is 30","Stripe collected 29",'
    '"9: application_fee of 17 usd","its revenue lines say 18"}'),
  ('b', 'fee_collected = 9', '{"9: a fee of 9 and no payment","9: application_fee of 9 usd",'
    '"its revenue lines say 0"}'),
  ('f', 'fee_refunded = 0', '{"9: application_fee of 30 usd","its revenue lines say 18"}')) b (label,
    change, expected);

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select is_empty('select * from farthing.prove_bookings()', 'the proof of bookings finds no violation');
select * from finish();
rollback;
