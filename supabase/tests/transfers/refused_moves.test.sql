-- A reversal that Stripe refuses: the restoration that was set down against it is not made, so that nobody
-- is
-- paid twice; and what is refused waits for an operator.

begin;
\ir ../helpers/story.psql
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

-- A refund of the dashboard fails before its reversal was made.
select is(pg_temp.paid('a'), 'processed', 'a booking is paid');
select is(tests.refund_event('a', 'a', 500, state, passed, p_reverses => false), 'processed',
  'a half of it is refunded: ' || state)
from (values ('succeeded', interval '2 s'), ('failed', '3 s')) r (state, passed) order by passed;
select is(pg_temp.moves('a'), 'reversal 485 requested, restoration 485 requested', 'a half goes and comes');
select is(pg_temp.claims('1 h'), 'reversal 485 ch_a acct_pat', 'the reversal is asked for');
select is(pg_temp.refuses('a', '1 h'), '{}', 'and refused');
select is(pg_temp.moves('a'), 'reversal 485 refused, restoration 485 refused',
  'T46: what was not reversed is not restored');
select is(pg_temp.claims('2 h'), 'nothing', 'nothing is asked for any more');
select is_empty('select * from farthing.prove_rows()', 'the provider has their share, once');

-- A bank withdraws all, in two parts, of which one is reversed, and reinstates it.
select is(pg_temp.paid('b'), 'processed', 'another is paid');
select is(pg_temp.disputed('b', 'needs_response', '{-500}', '3 h', 500), 'processed', 'a bank takes a half');
select is(pg_temp.claims('3 h') || ' ' || pg_temp.finishes('3 h', 'trr_b'),
  'reversal 485 ch_b acct_pat {}', 'and we do');
select is(pg_temp.disputed('b', 'under_review', '{-500,-500}', '4 h'), 'processed', 'it takes the rest');
select is(pg_temp.claims('4 h'), 'reversal 485 ch_b acct_pat', 'and so do we');
select is(pg_temp.disputed('b', 'won', '{-500,-500,1000}', '5 h'), 'processed', 'it gives all back');
select is(pg_temp.moves('b'), 'reversal 485 made, reversal 485 requested, restoration 970 requested',
  'all of the share is to be restored');
select is(pg_temp.refuses('b', '5 h'), '{}', 'but Stripe refuses the second reversal');
select is(pg_temp.moves('b'), 'reversal 485 made, reversal 485 refused, restoration 970 refused, '
  'restoration 485 requested', 'so as much is restored as was reversed');
select is(pg_temp.claims('6 h') || ' ' || pg_temp.finishes('6 h', 'tr_b'),
  'restoration 485 ch_b acct_pat {}', 'by one transfer');
select is_empty('select * from farthing.prove_rows()', 'the provider has their share, once');

-- A reversal that is refused and stays due is not set down again by itself: it waits for an operator.
select is(pg_temp.paid('c'), 'processed', 'a third is paid');
select is(tests.refund_event('c', 'c', 500, 'succeeded', '7 h', p_reverses => false), 'processed',
  'and refunded by half');
select is(pg_temp.claims('7 h'), 'reversal 485 ch_c acct_pat', 'its reversal is asked for');
select is(pg_temp.refuses('c', '7 h'), '{}', 'and refused');
select is(pg_temp.moves('c'), 'reversal 485 refused', 'once');
select is((select count(*)::int from farthing.parked_items where item_kind = 'transfer'), 3,
  'each refusal is parked');

-- A third of a booking divides into no exact part of one.
select is(pg_temp.paid('d', 3000), 'processed', 'a fourth is paid');
select is(tests.refund_event('d', 'd', 1000, 'succeeded', '8 h', p_reverses => false), 'processed',
  'and refunded by a third');
select is(pg_temp.claims('8 h'), 'reversal 970 ch_d acct_pat', 'a third of the share is reversed');
select is(pg_temp.finishes('8 h', 'trr_d'), '{}', 'by Stripe');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
