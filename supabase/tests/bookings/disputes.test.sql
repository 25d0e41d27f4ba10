-- M6: money that a bank takes of a booking is taken from its provider, pro rata and without our fee, and
-- restored with the money. The moves are recorded; a runner sends them to Stripe.

begin;
\ir ../helpers/story.psql
\ir ../helpers/bookings.psql
\ir ../helpers/transfers.psql
select plan(45);


select isnt(tests.booking('a'), null, 'ann books for 1000, of which 30 are our fee');
select is(tests.payment_event('a', 'succeeded', '1 s'), 'processed', 'and pays');
select is(pg_temp.disputed('a', 'warning_needs_response', '{}', '2 s'), 'processed', 'the bank asks');
select is(pg_temp.moves('a'), 'none', 'an inquiry takes nothing');
select is(pg_temp.disputed('a', 'needs_response', '{-1000}', '3 s'), 'processed', 'it takes the money');
select is(pg_temp.moves('a'), 'reversal 970 requested', 'the provider''s share of it, without our fee');
select is(pg_temp.disputed('a', 'under_review', '{-1000}', '4 s'), 'processed', 'it thinks');
select is(pg_temp.moves('a'), 'reversal 970 requested', 'no more is taken for it');
select is(pg_temp.disputed('a', 'won', '{-1000,1000}', '5 s'), 'processed', 'the money is returned');
select is(pg_temp.moves('a'), 'reversal 970 requested, restoration 970 requested', 'so do we');
select is(pg_temp.claims('10 s'), 'reversal 970 ch_a acct_pat',
  'one after the other: first what is reversed');
select is(pg_temp.claims('11 s'), 'nothing', 'given out once');
select is(pg_temp.finishes('10 s', null, 'no answer'), '{}', 'no answer comes');
select is(pg_temp.claims('2 min 11 s'), 'reversal 970 ch_a acct_pat', 'it is asked for again');
select is(pg_temp.finishes('2 min 11 s', 'trr_1'), '{}', 'Stripe reverses it');
select is(pg_temp.finishes('2 min 11 s', 'trr_2'), '{}', 'said twice it is said once');
select is(pg_temp.claims('3 min'), 'restoration 970 ch_a acct_pat', 'then what is transferred again');
select is(pg_temp.finishes('3 min', 'tr_2'), '{}', 'it is');
select is(pg_temp.disputed('a', 'lost', '{-1000,1000,-1000}', '6 s'), 'processed', 'the bank takes it again');
select is(pg_temp.claims('4 min'), 'reversal 970 ch_a tr_2 acct_pat', 'of the transfer that was made last');
select is(pg_temp.finishes('4 min', null, 'no money', true), '{}', 'Stripe refuses');
select is(pg_temp.moves('a'), 'reversal 970 made, restoration 970 made, reversal 970 refused', 'it stays so');
select is((select task || ' ' || item_kind || ' ' || error from farthing.parked_items),
  'payment_runner transfer refused', 'and an operator is alerted');

-- A part, beside a refund that reversed its own part; and a refund after it.
select isnt(tests.booking('b'), null, 'ann books again');
select is(tests.payment_event('b', 'succeeded', '1 s'), 'processed', 'and pays');
select is(tests.refund_event('b', 'b1', 400, 'succeeded', '2 s'), 'processed', 'a part is refunded');
select is(pg_temp.disputed('b', 'lost', '{-1000}', '3 s'), 'processed', 'the bank takes all of it');
select is(pg_temp.moves('b'), 'reversal 582 requested', 'the rest of the share after the refund');
select is(farthing.refund_to_send(r) -> 'connected', 'true'::jsonb, 'that refund reversed it itself')
from farthing.refunds r where stripe_refund_id = 're_b1';
select is(tests.refund_event('b', 'b2', 1, 'failed', '4 s'), 'processed', 'another one');
select is(farthing.refund_to_send(r) -> 'connected', 'false'::jsonb, 'a refund now reverses nothing itself')
from farthing.refunds r where stripe_refund_id = 're_b2';

-- Cancelled meanwhile: what comes back is the buyer's.
select isnt(tests.booking('c'), null, 'ann books once more');
select is(tests.payment_event('c', 'succeeded', '1 s'), 'processed', 'and pays');
select is(pg_temp.disputed('c', 'needs_response', '{-1000}', '2 s'), 'processed', 'the bank takes it');
select is((farthing.cancel_booking(b, tests.after('3 s'))).status, 'cancelled', 'the booking is called off')
from farthing.bookings b where booking_id = tests.booking_id('c');
select is(pg_temp.disputed('c', 'won', '{-1000,1000}', '4 s'), 'processed', 'the bank returns it');
select is(pg_temp.moves('c'), 'reversal 970 requested', 'not to the provider');

-- Prevented, by unknown means: operators are notified, until a refund explains it.
select isnt(tests.booking('d'), null, 'ann books a last time');
select is(tests.payment_event('d', 'succeeded', '1 s'), 'processed', 'and pays');
select is(pg_temp.disputed('d', 'prevented', '{}', '2 s'), 'processed', 'a dispute is prevented');
select is((select array_agg(what) from farthing.unclear_states(tests.after('1 day'), tests.after(passed))),
  said, format('after %s nobody knows by what: %s', passed, said))
from (values (interval '1 h', null::text[]), ('1 h 2 s', '{"dispute prevented of dp_d"}')) u (passed, said);
select is(tests.refund_event('d', 'd1', 1000, 'succeeded', '3 s'), 'processed', 'its refund comes');
select is_empty($$ select * from farthing.unclear_states(tests.after('1 day'), tests.after('1 day')) $$,
  'now it is known');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
