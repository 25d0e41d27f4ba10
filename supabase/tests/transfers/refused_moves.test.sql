-- Stripe refuses a reversal. So the transfer that was to undo the reversal is not made; otherwise the
-- provider would be paid twice. An operator must settle the refused reversal.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
\ir ../helpers/transfers.psql
select no_plan();

create function pg_temp.paid(p_label text, p_amount bigint default 1000) returns text language plpgsql as $$
begin
  perform tests.booking(p_label, p_amount);
  return tests.payment_event(p_label, 'succeeded', '1 s');
end
$$;
create function pg_temp.refuses(p_label text, p_passed interval) returns text language sql as $$
  select max(transfers_finish(move_id, p_error => 'insufficient funds', p_refused => true,
    p_now => tests.after(p_passed))::text)
  from (select move_id from farthing.booking_transfers where booking_id = tests.booking_id(p_label)
    and status = 'requested' order by move_nr limit 1) m
$$;

-- A refund from the dashboard makes a reversal due. The refund fails before the runner has made the
-- reversal at Stripe.
select is(pg_temp.paid('a'), 'processed', 'a booking is paid');
select is(tests.refund_event('a', 'a', 500, state, passed, p_reverses => false), 'processed',
  'the refund of a half is ' || state)
from (values ('succeeded', interval '2 s'), ('failed', '3 s')) r (state, passed) order by passed;
select is(pg_temp.moves('a'), 'reversal 485 requested, restoration 485 requested',
  'the reversal and the restoration of a half are requested');
select is(pg_temp.claims('1 h'), 'reversal 485 ch_a acct_pat', 'a runner claims the reversal');
select is(pg_temp.refuses('a', '1 h'), '{}', 'Stripe refuses the reversal');
select is(pg_temp.moves('a'), 'reversal 485 refused, restoration 485 refused',
  'T46: a restoration is refused with its reversal');
select is(pg_temp.claims('2 h'), 'nothing', 'no move is left to claim');
select is_empty('select * from farthing.prove_rows()', 'the provider has their share exactly once');

-- A bank withdraws the whole payment in two parts and then reinstates it. Stripe has made the
-- reversal of the first part, and refuses the reversal of the second part.
select is(pg_temp.paid('b'), 'processed', 'a second booking is paid');
select is(pg_temp.disputed('b', 'needs_response', '{-500}', '3 h', 500), 'processed',
  'a bank withdraws a half');
select is(pg_temp.claims('3 h') || ' ' || pg_temp.finishes('3 h', 'trr_b'),
  'reversal 485 ch_b acct_pat {}', 'half of the share is reversed');
select is(pg_temp.disputed('b', 'under_review', '{-500,-500}', '4 h'), 'processed',
  'the bank withdraws the rest');
select is(pg_temp.claims('4 h'), 'reversal 485 ch_b acct_pat', 'the reversal of the rest is claimed');
select is(pg_temp.disputed('b', 'won', '{-500,-500,1000}', '5 h'), 'processed',
  'the bank reinstates the whole amount');
select is(pg_temp.moves('b'), 'reversal 485 made, reversal 485 requested, restoration 970 requested',
  'the restoration of the whole share is requested');
select is(pg_temp.refuses('b', '5 h'), '{}', 'Stripe refuses the second reversal');
select is(pg_temp.moves('b'), 'reversal 485 made, reversal 485 refused, restoration 970 refused, '
  'restoration 485 requested', 'the restoration is reduced to the reversed part');
select is(pg_temp.claims('6 h') || ' ' || pg_temp.finishes('6 h', 'tr_b'),
  'restoration 485 ch_b acct_pat {}', 'one transfer restores the reversed part');
select is_empty('select * from farthing.prove_rows()', 'the provider has their share exactly once again');

-- A refused reversal that stays due is not requested again automatically. It waits for an operator.
select is(pg_temp.paid('c'), 'processed', 'a third booking is paid');
select is(tests.refund_event('c', 'c', 500, 'succeeded', '7 h', p_reverses => false), 'processed',
  'a half of the third booking is refunded');
select is(pg_temp.claims('7 h'), 'reversal 485 ch_c acct_pat', 'its reversal is claimed');
select is(pg_temp.refuses('c', '7 h'), '{}', 'Stripe refuses its reversal');
select is(pg_temp.moves('c'), 'reversal 485 refused', 'a refused reversal is not requested again');
select is((select count(*)::int from farthing.parked_items where item_kind = 'transfer'), 3,
  'each refused move is parked for an operator');

-- A third of a booking's share is computed without a rounding error.
select is(pg_temp.paid('d', 3000), 'processed', 'a fourth booking is paid');
select is(tests.refund_event('d', 'd', 1000, 'succeeded', '8 h', p_reverses => false), 'processed',
  'a third of the fourth booking is refunded');
select is(pg_temp.claims('8 h'), 'reversal 970 ch_d acct_pat',
  'a third of the share is reversed, without a rounding error');
select is(pg_temp.finishes('8 h', 'trr_d'), '{}', 'Stripe makes the reversal');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
