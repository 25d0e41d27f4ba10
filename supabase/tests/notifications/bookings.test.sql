-- The buyer of a booking gets one receipt, one notification of a refund, and one notification of
-- the cancellation. This is true whatever the order of the events is, and however often they
-- arrive. None of these notifications names the fee.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
select plan(45);

create function pg_temp.notified(p_name text) returns text language sql as $$
  select coalesce(string_agg(n.template, ' ' order by n.created_at, n.template), 'nothing')
  from farthing.notifications n join farthing.accounts a using (account_id)
  where a.owner_id = tests.person(p_name)
$$;
create function pg_temp.cancellation(p_label text) returns jsonb language sql as $$
  select n.data - 'booking_id' - 'title' - 'cancelled_at' from farthing.notifications n
  where n.template = 'booking_cancelled' and n.subject = tests.booking_id(p_label)::text
$$;
-- Delivers Stripe's event about the success of a refund that we requested.
create function pg_temp.refund(p_label text, p_passed interval) returns text language sql as $$
  select tests.refund_event(p_label, p_label, r.amount, 'succeeded', p_passed, r.refund_id)
  from farthing.refunds r where r.booking_id = tests.booking_id(p_label)
$$;

-- A paid booking has one receipt.
select isnt(tests.booking('a', 1200000, 'huf', 'ann'), null, 'ann books');
select is(pg_temp.notified('ann'), 'nothing', 'an unpaid booking has no receipt');
select is(tests.payment_event('a', 'payment_failed', '1 s'), 'processed', 'her card is declined');
select is(pg_temp.notified('ann'), 'nothing', 'a declined payment has no receipt');
select is(tests.payment_event('a', 'succeeded', moment), 'processed', 'she pays after ' || moment)
from unnest(array['2 s', '2 s', '3 s']::interval[]) moment;
select is(pg_temp.notified('ann'), 'booking_receipt', 'she has one receipt');
select results_eq('select data, created_at from farthing.notifications', $$ select jsonb_build_object(
  'booking_id', tests.booking_id('a'), 'title', null, 'amount', 1200000, 'currency', 'huf', 'paid_at',
  tests.after('2 s')), tests.after('2 s') $$, 'the receipt has the amount and no fee');
select is((select pg_temp.notified('pat')), 'nothing', 'the provider gets no receipt of the buyer');

-- The app sets the title in the details of the booking.
select is(farthing.booking_title(jsonb_populate_record(null::farthing.bookings,
  jsonb_build_object('details', details::jsonb))), title, 'the title of ' || coalesce(details, 'nothing'))
from (values (null, null), ('{}', null), ('{"title": ""}', null), ('{"title": 5}', null),
  ('{"title": ["x"]}', null), ('{"title": "Guitar lesson"}', 'Guitar lesson'),
  ('{"title": "' || repeat('x', 300) || '"}', repeat('x', 200))) t (details, title);

-- A paid booking is cancelled and refunded.
select is((bookings_cancel(tests.person('ann'), tests.booking_id('a'), null, null, tests.after('4 s'))
  ->> 'step'), 'refund', 'ann cancels');
select is(pg_temp.notified('ann'), 'booking_receipt booking_cancelled', 'she is notified once');
select is(pg_temp.cancellation('a'), '{"amount": 1200000, "currency": "huf", "payment": "paid",
  "refund_amount": 1200000}', 'the notification says that the whole payment is refunded');
select is(pg_temp.refund('a', '5 s'), 'processed', 'the refund succeeds') from generate_series(1, 2);
select is(pg_temp.notified('ann'), 'booking_receipt booking_cancelled refund', 'the refund is notified once');
select is((select data ->> 'booking_id' from farthing.notifications where template = 'refund'),
  tests.booking_id('a')::text, 'the notification of the refund names the booking');

-- An unpaid booking is cancelled, and so is a booking whose payment is still in progress.
select isnt(tests.booking('b', 500, 'huf', 'bob'), null, 'bob books');
select is(tests.payment_event('b', 'canceled', '1 min'), 'processed', 'his payment is cancelled at Stripe');
select is(pg_temp.cancellation('b'), '{"amount": 500, "currency": "huf", "payment": "none",
  "refund_amount": 0}', 'the notification says that he was not charged');
select isnt(tests.booking('c', 500, 'huf', 'cyn'), null, 'cyn books');
select is(tests.payment_event('c', 'processing', '1 min'), 'processed', 'her bank debit is on its way');
select is((farthing.cancel_booking(farthing.lock_booking(tests.booking_id('c')),
  tests.after('2 min'))).status, 'cancelled', 'the booking is cancelled');
select is(pg_temp.cancellation('c'), '{"amount": 500, "currency": "huf", "payment": "in_transit",
  "refund_amount": 0}', 'the notification says that her payment is refunded if it arrives');
select is(tests.payment_event('c', 'succeeded', '3 min'), 'processed', 'the payment arrives');
select is(pg_temp.notified('cyn'), 'booking_cancelled', 'a payment after the cancellation has no receipt');
select is(pg_temp.refund('c', '4 min'), 'processed', 'it is refunded');
select is(pg_temp.notified('cyn'), 'booking_cancelled refund', 'the refund is notified');

-- If the whole amount is refunded in Stripe's dashboard, the booking is cancelled.
select isnt(tests.booking('d', 700, 'huf', 'dan'), null, 'dan books');
select is(tests.payment_event('d', 'succeeded', '1 min'), 'processed', 'dan pays');
select is(tests.refund_event('d', 'd', 700, 'succeeded', '2 min'), 'processed', 'the whole is refunded');
select is(pg_temp.cancellation('d'), '{"amount": 700, "currency": "huf", "payment": "refunded",
  "refund_amount": 700}', 'the notification says that the payment is refunded');

-- A booking for which Stripe has made no payment.
select is(tests.begin_booking('eve', 'pat', 500, 'huf') ->> 'step', 'create', 'eve books');
select is(farthing.cancel_unanswered_bookings(tests.after('25 h')), 1, 'Stripe never answered');
select is(pg_temp.notified('eve'), 'nothing', 'she is not notified, because the request failed');

-- A notification that can't be stored does not stop the money from moving.
alter table farthing.notifications add constraint none check (template !~ '^booking') not valid;
select isnt(tests.booking('f', 900, 'huf', 'fay'), null, 'fay books');
select is(tests.payment_event('f', 'succeeded', '1 min') || pg_temp.notified('fay'), 'processednothing',
  'a receipt that cannot be stored does not stop the payment');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

select * from finish();
rollback;
