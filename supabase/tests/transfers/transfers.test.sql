-- Trap M6: with the policy `completed`, a provider's share is transferred when the booking is
-- completed: once, from the charge, without our fee and without refunded money. Later refunds and
-- disputes change the share.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
\ir ../helpers/transfers.psql
select plan(52);

create function pg_temp.advances(p_label text, p_status text, p_passed interval)
returns text language sql as $$
  select bookings_advance(tests.person('pat'), tests.booking_id(p_label), p_status,
    tests.after(p_passed)) ->> 'status'
$$;
-- Creates a booking that is paid and confirmed.
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

-- A booking keeps the policy that applied when it was created.
select isnt(tests.booking('old'), null, 'ann books under the policy to divide payments at once');
select farthing.set_policy('{"booking_transfer_at": "completed"}', 'a test');
select is((select transfer_at from farthing.bookings where booking_id = tests.booking_id('old')), 'payment',
  'a booking keeps the policy of its time');
select is(tests.payment_event('old', 'succeeded', '1 s'), 'processed', 'ann pays');
select is(pg_temp.advances('old', 'confirmed', '2 s'), 'confirmed', 'pat confirms');
select is(pg_temp.completes('old', '3 s'), 'completed', 'pat completes the booking');
select is(pg_temp.moves('old'), 'none', 'Stripe has transferred the share with the payment');
select tests.fails_with($$ update farthing.bookings set transfer_at = 'completed' $$, '23001', null,
  'the transfer time of a booking cannot be changed');
select tests.fails_with($$ select farthing.set_policy('{"booking_transfer_at": "never"}', 'a test') $$,
  '23514', null, 'an unknown transfer time is refused in the policy');

-- The share is transferred once, when the booking is completed.
select is(tests.begin_booking('ann', 'pat', 1000, 'usd') #>> '{booking,transfer_at}', 'completed',
  'a new booking waits for its completion, so Stripe does not divide the payment');
select is(pg_temp.begins('a'), 'confirmed', 'ann pays the booking, and pat confirms it');
select is(pg_temp.moves('a'), 'none', 'a paid and confirmed booking is not transferred yet');
select is(pg_temp.completes('a'), 'completed', 'pat completes the booking that waited');
select is(pg_temp.moves('a'), 'transfer 970 requested', 'the share is transferred without the fee of 30');
select is(pg_temp.completes('a', '2 h'), 'completed', 'pat completes the booking twice');
select is(pg_temp.moves('a'), 'transfer 970 requested', 'a repeated completion transfers nothing more');
select is(pg_temp.claims('2 h'), 'transfer 970 ch_a acct_pat',
  'the transfer is paid from the booking''s charge');
select is(pg_temp.finishes('2 h', 'tr_a'), '{}', 'Stripe makes the transfer');
-- After the transfer, refunds and disputes change the share.
select is(tests.refund_event('a', 'a1', 400, 'succeeded', '3 h'), 'processed',
  'a part of the booking is refunded');
select is((select r.status || ' ' || (farthing.refund_to_send(r) ->> 'connected') || ' '
    || (farthing.refund_to_send(r) ->> 'has_fee') from farthing.refunds r where stripe_refund_id = 're_a1'),
  'succeeded false false', 'the refund reverses no transfer, since the charge has none');
select is(pg_temp.claims('3 h'), 'reversal 388 ch_a tr_a acct_pat', 'that part of the share is reversed');
select is(pg_temp.finishes('3 h', 'trr_a'), '{}', 'Stripe makes the reversal');
select is(pg_temp.disputed('a', 'needs_response', '{-600}', '4 h', 600), 'processed',
  'a bank withdraws the rest');
select is(pg_temp.claims('4 h'), 'reversal 582 ch_a tr_a acct_pat', 'the rest of the share is reversed');
select is(pg_temp.finishes('4 h', 'trr_a2'), '{}', 'Stripe makes the second reversal');
select is(pg_temp.disputed('a', 'won', '{-600,600}', '5 h', 600), 'processed',
  'the bank reinstates the money');
select is(pg_temp.claims('5 h'), 'restoration 582 ch_a acct_pat',
  'the share is restored from our balance');
select is(pg_temp.finishes('5 h', 'tr_a2'), '{}', 'Stripe makes the restoration');

-- Money that was refunded before the completion is not transferred.
select is(pg_temp.begins('b'), 'confirmed', 'a second booking is paid and confirmed');
select is(tests.refund_event('b', 'b1', 500, 'succeeded', '3 s'), 'processed', 'a half of it is refunded');
select is(pg_temp.moves('b'), 'none', 'a share that was not transferred is not reversed');
select is(pg_temp.completes('b'), 'completed', 'the second booking is completed');
select is(pg_temp.moves('b'), 'transfer 485 requested', 'the provider gets the share of the rest');

-- An open dispute delays the transfer, and a lost dispute prevents it.
select is(pg_temp.begins('c'), 'confirmed', 'a third booking is paid and confirmed');
select is(pg_temp.disputed('c', 'needs_response', '{}', '3 s'), 'processed', 'a bank claims the payment');
select is(pg_temp.completes('c'), 'completed', 'the third booking is completed');
select is(pg_temp.moves('c'), 'none', 'claimed money is not transferred');
select is(pg_temp.disputed('c', 'under_review', '{-1000}', '2 h'), 'processed',
  'the bank withdraws the money');
select is(pg_temp.moves('c'), 'none', 'withdrawn money is not transferred');
select is(pg_temp.disputed('c', 'won', '{-1000,1000}', '3 h'), 'processed',
  'the bank reinstates the money of the third booking');
select is(pg_temp.moves('c'), 'restoration 970 requested',
  'reinstated money is transferred from our balance');

-- The money of a cancelled booking is refunded to the buyer.
select is(pg_temp.begins('d'), 'confirmed', 'a fourth booking is paid and confirmed');
select is(bookings_cancel(tests.person('ann'), tests.booking_id('d'), p_now => tests.after('3 s'))
  #>> '{refund,connected}', 'false', 'the refund of a cancelled booking reverses no transfer');
select is(pg_temp.moves('d'), 'none', 'a cancelled booking is not transferred');

-- Stripe has refused a transfer. The reversal of this transfer then counts as refused, too. A later
-- run requests a transfer of the share that is due by then.
select is(pg_temp.begins('e') || pg_temp.completes('e', '9 h'), 'confirmedcompleted',
  'a fifth booking is completed');
select is(tests.refund_event('e', 'e1', 200, 'succeeded', '9 h 1 s'), 'processed',
  'a part of the fifth booking is refunded');
select transfers_finish(move_id, p_error => 'no capability', p_refused => true,
  p_now => tests.after('9 h 2 s'))
from farthing.booking_transfers where booking_id = tests.booking_id('e') and kind = 'transfer';
select is(pg_temp.moves('e'), 'transfer 970 refused, reversal 194 refused',
  'a refused transfer is not reversed');
select farthing.net_transfers(b, tests.after('10 h')) from farthing.bookings b
where booking_id = tests.booking_id('e');
select is(pg_temp.moves('e'), 'transfer 970 refused, reversal 194 refused, transfer 776 requested',
  'a later run transfers the share that is due then');

select transfers_finish(move_id, 'tr_e', p_now => tests.after('11 h')) from farthing.booking_transfers
where booking_id = tests.booking_id('e') and status = 'requested';

-- If it is unknown whether a transfer was made, the result of its reversal is unknown, too.
select is(tests.refund_event('b', 'b2', 100, 'succeeded', '30 h'), 'processed',
  'a late refund of the second booking arrives');
select is(pg_temp.claims('31 h'), 'nothing', 'a transfer without an answer for a day is not claimed again');
select is(pg_temp.claims('32 h'), 'nothing', 'the reversal of an uncertain transfer is not claimed');
select is(pg_temp.moves('b'), 'transfer 485 uncertain, reversal 97 uncertain',
  'the transfer and its reversal are uncertain');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
