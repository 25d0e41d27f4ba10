-- Trap M6: if a bank withdraws money, the provider's share of this money is reversed. Our fee is not
-- part of the share. If the bank reinstates the money, the share is transferred to the provider
-- again. The transfers are recorded, and a runner sends them to Stripe.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
\ir ../helpers/transfers.psql
select plan(45);


select isnt(tests.booking('a'), null, 'ann books for 1000, of which 30 are our fee');
select is(tests.payment_event('a', 'succeeded', '1 s'), 'processed', 'ann pays');
select is(pg_temp.disputed('a', 'warning_needs_response', '{}', '2 s'), 'processed',
  'the bank opens an inquiry');
select is(pg_temp.moves('a'), 'none', 'an inquiry moves nothing');
select is(pg_temp.disputed('a', 'needs_response', '{-1000}', '3 s'), 'processed',
  'the bank withdraws the money');
select is(pg_temp.moves('a'), 'reversal 970 requested', 'the provider''s share is reversed, without our fee');
select is(pg_temp.disputed('a', 'under_review', '{-1000}', '4 s'), 'processed',
  'the dispute is under review');
select is(pg_temp.moves('a'), 'reversal 970 requested', 'a dispute under review reverses nothing more');
select is(pg_temp.disputed('a', 'won', '{-1000,1000}', '5 s'), 'processed', 'the bank reinstates the money');
select is(pg_temp.moves('a'), 'reversal 970 requested, restoration 970 requested',
  'the provider''s share is transferred again');
select is(pg_temp.claims('10 s'), 'reversal 970 ch_a acct_pat',
  'the runner claims the reversal first');
select is(pg_temp.claims('11 s'), 'nothing', 'a reversal is claimed once');
select is(pg_temp.finishes('10 s', null, 'no answer'), '{}', 'Stripe does not answer');
select is(pg_temp.claims('2 min 11 s'), 'reversal 970 ch_a acct_pat', 'the reversal is claimed again');
select is(pg_temp.finishes('2 min 11 s', 'trr_1'), '{}', 'Stripe reverses the transfer');
select is(pg_temp.finishes('2 min 11 s', 'trr_2'), '{}', 'a second answer changes nothing');
select is(pg_temp.claims('3 min'), 'restoration 970 ch_a acct_pat',
  'the runner claims the new transfer next');
select is(pg_temp.finishes('3 min', 'tr_2'), '{}', 'Stripe makes the transfer');
select is(pg_temp.disputed('a', 'lost', '{-1000,1000,-1000}', '6 s'), 'processed',
  'the bank withdraws the money again');
select is(pg_temp.claims('4 min'), 'reversal 970 ch_a tr_2 acct_pat', 'the newest transfer is reversed');
select is(pg_temp.finishes('4 min', null, 'no money', true), '{}', 'Stripe refuses the reversal');
select is(pg_temp.moves('a'), 'reversal 970 made, restoration 970 made, reversal 970 refused',
  'a refused reversal stays refused');
select is((select task || ' ' || item_kind || ' ' || error from farthing.parked_items),
  'payment_runner transfer refused', 'the refused reversal is parked for an operator');

-- A refund comes before the dispute and has reversed the refunded part of the transfer. Another
-- refund comes after the dispute.
select isnt(tests.booking('b'), null, 'ann books again');
select is(tests.payment_event('b', 'succeeded', '1 s'), 'processed', 'ann pays');
select is(tests.refund_event('b', 'b1', 400, 'succeeded', '2 s'), 'processed', 'a part is refunded');
select is(pg_temp.disputed('b', 'lost', '{-1000}', '3 s'), 'processed',
  'the bank withdraws the whole amount');
select is(pg_temp.moves('b'), 'reversal 582 requested', 'the rest of the share after the refund is reversed');
select is(farthing.refund_to_send(r) -> 'connected', 'true'::jsonb,
  'the first refund reverses its own part of the transfer')
from farthing.refunds r where stripe_refund_id = 're_b1';
select is(tests.refund_event('b', 'b2', 1, 'failed', '4 s'), 'processed', 'another refund arrives');
select is(farthing.refund_to_send(r) -> 'connected', 'false'::jsonb,
  'a refund after a reversal of ours does not reverse the transfer itself')
from farthing.refunds r where stripe_refund_id = 're_b2';

-- The booking is cancelled during the dispute. Money that the bank reinstates afterwards therefore
-- belongs to the buyer.
select isnt(tests.booking('c'), null, 'ann books once more');
select is(tests.payment_event('c', 'succeeded', '1 s'), 'processed', 'ann pays');
select is(pg_temp.disputed('c', 'needs_response', '{-1000}', '2 s'), 'processed',
  'the bank withdraws the money');
select is((farthing.cancel_booking(b, tests.after('3 s'))).status, 'cancelled', 'the booking is cancelled')
from farthing.bookings b where booking_id = tests.booking_id('c');
select is(pg_temp.disputed('c', 'won', '{-1000,1000}', '4 s'), 'processed', 'the bank reinstates the money');
select is(pg_temp.moves('c'), 'reversal 970 requested', 'the provider gets nothing of the reinstated money');

-- Stripe reports that a dispute was prevented, but not how. Operators are notified until a refund
-- arrives, because a refund explains how the dispute was prevented.
select isnt(tests.booking('d'), null, 'ann books a last time');
select is(tests.payment_event('d', 'succeeded', '1 s'), 'processed', 'ann pays');
select is(pg_temp.disputed('d', 'prevented', '{}', '2 s'), 'processed', 'a dispute is prevented');
select is((select array_agg(what) from farthing.unclear_states(tests.after('1 day'), tests.after(passed))),
  expected, format('after %s the means is reported as: %s', passed, expected))
from (values (interval '1 h', null::text[]), ('1 h 2 s',
  '{"dispute prevented of dp_d"}')) u (passed, expected);
select is(tests.refund_event('d', 'd1', 1000, 'succeeded', '3 s'), 'processed',
  'the refund of the payment arrives');
select is_empty($$ select * from farthing.unclear_states(tests.after('1 day'), tests.after('1 day')) $$,
  'a refund explains the prevented dispute');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
