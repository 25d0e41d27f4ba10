-- M6: where policy says so a provider's share waits for the booking to be completed: it is transferred
-- once,
-- out of the charge, without our fee and without what went back meanwhile; from then on it follows the
-- money.

begin;
\ir ../helpers/story.psql
\ir ../helpers/bookings.psql
\ir ../helpers/transfers.psql
select plan(52);

create function pg_temp.advances(p_label text, p_status text, p_passed interval)
returns text language sql as $$
  select bookings_advance(tests.person('pat'), tests.booking_id(p_label), p_status,
    tests.after(p_passed)) ->> 'status'
$$;
-- Booked, paid, and confirmed; then completed.
create function pg_temp.begins(p_label text) returns text language plpgsql as $$
begin
  perform tests.booking(p_label);
  perform tests.payment_event(p_label, 'succeeded', '1 s');
  return pg_temp.advances(p_label, 'confirmed', '2 s');
end
$$;
create function pg_temp.completes(p_label text, p_passed interval default '1 h')
returns text language sql as $$
  select pg_temp.advances(p_label, 'completed', p_passed)
$$;

-- The policy at the time of the booking applies to it.
select isnt(tests.booking('old'), null, 'ann books while the payment is divided at once');
select farthing.set_policy('{"booking_transfer_at": "completed"}', 'a test');
select is((select transfer_at from farthing.bookings where booking_id = tests.booking_id('old')), 'payment',
  'it stays so');
select is(tests.payment_event('old', 'succeeded', '1 s'), 'processed', 'she pays');
select is(pg_temp.advances('old', 'confirmed', '2 s'), 'confirmed', 'pat confirms');
select is(pg_temp.completes('old', '3 s'), 'completed', 'and completes');
select is(pg_temp.moves('old'), 'none', 'Stripe has transferred the share with the payment');
select tests.fails_with($$ update farthing.bookings set transfer_at = 'completed' $$, '23001', null,
  'when a booking is transferred does not change');
select tests.fails_with($$ select farthing.set_policy('{"booking_transfer_at": "never"}', 'a test') $$,
  '23514', null, 'a share is transferred some time');

-- Once, when it is completed.
select is(tests.begin_booking('ann', 'pat', 1000, 'usd') #>> '{booking,transfer_at}', 'completed',
  'Stripe does not divide the payment');
select is(pg_temp.begins('a'), 'confirmed', 'ann books again and pays, pat confirms');
select is(pg_temp.moves('a'), 'none', 'a paid and confirmed booking is not transferred yet');
select is(pg_temp.completes('a'), 'completed', 'pat has done it');
select is(pg_temp.moves('a'), 'transfer 970 requested', 'the share is transferred, without our fee of 30');
select is(pg_temp.completes('a', '2 h'), 'completed', 'said twice');
select is(pg_temp.moves('a'), 'transfer 970 requested', 'it is transferred once');
select is(pg_temp.claims('2 h'), 'transfer 970 ch_a acct_pat', 'out of the charge');
select is(pg_temp.finishes('2 h', 'tr_a'), '{}', 'Stripe makes it');
-- From then on it follows the money.
select is(tests.refund_event('a', 'a1', 400, 'succeeded', '3 h'), 'processed', 'an operator refunds a part');
select is((select r.status || ' ' || (farthing.refund_to_send(r) ->> 'connected') || ' '
    || (farthing.refund_to_send(r) ->> 'has_fee') from farthing.refunds r where stripe_refund_id = 're_a1'),
  'succeeded false false', 'it reverses nothing itself, since the charge has no transfer of its own');
select is(pg_temp.claims('3 h'), 'reversal 388 ch_a tr_a acct_pat', 'that part of the share is reversed');
select is(pg_temp.finishes('3 h', 'trr_a'), '{}', 'Stripe reverses it');
select is(pg_temp.disputed('a', 'needs_response', '{-600}', '4 h', 600), 'processed',
  'a bank takes the rest');
select is(pg_temp.claims('4 h'), 'reversal 582 ch_a tr_a acct_pat', 'and so do we');
select is(pg_temp.finishes('4 h', 'trr_a2'), '{}', 'Stripe reverses it');
select is(pg_temp.disputed('a', 'won', '{-600,600}', '5 h', 600), 'processed', 'the money is returned');
select is(pg_temp.claims('5 h'), 'restoration 582 ch_a acct_pat',
  'out of our balance it is transferred again');
select is(pg_temp.finishes('5 h', 'tr_a2'), '{}', 'Stripe makes it');

-- Earlier refunds are not transferred.
select is(pg_temp.begins('b'), 'confirmed', 'a booking');
select is(tests.refund_event('b', 'b1', 500, 'succeeded', '3 s'), 'processed', 'is refunded by half');
select is(pg_temp.moves('b'), 'none', 'there is nothing to reverse');
select is(pg_temp.completes('b'), 'completed', 'completed');
select is(pg_temp.moves('b'), 'transfer 485 requested', 'its provider gets the other half');

-- A dispute keeps it while the bank decides, and for good where it is lost.
select is(pg_temp.begins('c'), 'confirmed', 'a booking');
select is(pg_temp.disputed('c', 'needs_response', '{}', '3 s'), 'processed', 'a bank claims it');
select is(pg_temp.completes('c'), 'completed', 'it is completed');
select is(pg_temp.moves('c'), 'none', 'money that a bank claims is not transferred');
select is(pg_temp.disputed('c', 'under_review', '{-1000}', '2 h'), 'processed', 'nor what it takes');
select is(pg_temp.moves('c'), 'none', 'while it thinks');
select is(pg_temp.disputed('c', 'won', '{-1000,1000}', '3 h'), 'processed', 'the money is returned');
select is(pg_temp.moves('c'), 'restoration 970 requested', 'then the share is due, out of our balance');

-- Cancelled: all of it goes to the buyer.
select is(pg_temp.begins('d'), 'confirmed', 'a booking');
select is(bookings_cancel(tests.person('ann'), tests.booking_id('d'), p_now => tests.after('3 s'))
  #>> '{refund,connected}', 'false', 'is cancelled: its refund has no share to reverse');
select is(pg_temp.moves('d'), 'none', 'and nothing was transferred');

-- Stripe refuses: what was not transferred is not reversed, and is set down anew when asked for.
select is(pg_temp.begins('e') || pg_temp.completes('e', '9 h'), 'confirmedcompleted',
  'a booking is completed');
select is(tests.refund_event('e', 'e1', 200, 'succeeded', '9 h 1 s'), 'processed', 'and refunded in part');
select transfers_finish(move_id, p_error => 'no capability', p_refused => true,
  p_now => tests.after('9 h 2 s'))
from farthing.booking_transfers where booking_id = tests.booking_id('e') and kind = 'transfer';
select is(pg_temp.moves('e'), 'transfer 970 refused, reversal 194 refused', 'Stripe refuses the transfer');
select farthing.net_transfers(b, tests.after('10 h')) from farthing.bookings b
where booking_id = tests.booking_id('e');
select is(pg_temp.moves('e'), 'transfer 970 refused, reversal 194 refused, transfer 776 requested',
  'mended, it is set down as much as is due by now');

select transfers_finish(move_id, 'tr_e', p_now => tests.after('11 h')) from farthing.booking_transfers
where booking_id = tests.booking_id('e') and status = 'requested';

-- An uncertain transfer is not reversed.
select is(tests.refund_event('b', 'b2', 100, 'succeeded', '30 h'), 'processed',
  'a late refund of the second');
select is(pg_temp.claims('31 h'), 'nothing', 'its transfer got no answer for a day');
select is(pg_temp.claims('32 h'), 'nothing', 'its reversal waits for an operator, too');
select is(pg_temp.moves('b'), 'transfer 485 uncertain, reversal 97 uncertain', 'for nobody knows of it');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
