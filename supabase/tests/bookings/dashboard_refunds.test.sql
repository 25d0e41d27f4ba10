-- T42: a refund of a booking in Stripe's dashboard leaves the provider their part, unless its author asks
-- for
-- it. Then we reverse it, and once.

begin;
\ir ../helpers/story.psql
\ir ../helpers/bookings.psql
select plan(21);

create function pg_temp.moves(p_label text) returns text language sql as $$
  select coalesce(string_agg(format('%s %s %s', kind, amount, status), ', ' order by move_nr), 'none')
  from farthing.booking_transfers where booking_id = tests.booking_id(p_label)
$$;
create function pg_temp.paid(p_label text) returns text language plpgsql as $$
begin
  perform tests.booking(p_label);
  return tests.payment_event(p_label, 'succeeded', '1 s');
end
$$;
create function pg_temp.disputed(p_label text, p_status text, p_moved bigint[], p_passed interval)
returns text language sql as $$
  select tests.event('charge.dispute.updated', jsonb_build_object('dispute_id', 'dp_' || p_label,
    'payment_id', 'pi_' || p_label, 'charge_id', 'ch_' || p_label, 'amount', 400, 'currency', 'usd',
    'status', p_status, 'reason', 'fraudulent', 'case_type', 'chargeback', 'movements', (
      select jsonb_agg(jsonb_build_object('id', format('txn_%s_%s', p_label, nr), 'amount', amount,
        'fee', 1500, 'currency', 'usd') order by nr)
      from unnest(p_moved) with ordinality m (amount, nr))), p_passed)
$$;

select is(pg_temp.paid('a'), 'processed', 'a booking is paid, and divided at once');
select is(tests.refund_event('a', 'a', 1000, 'succeeded', '2 s', p_reverses => false), 'processed',
  'all of it is refunded in the dashboard, and the transfer left');
select is(pg_temp.moves('a'), 'reversal 970 requested',
  'T42: what a refund of the dashboard leaves with the provider, we reverse');
select is(tests.refund_event('a', 'a', 1000, 'succeeded', '3 s', p_reverses => false), 'processed',
  'told again');
select is(pg_temp.moves('a'), 'reversal 970 requested', 'it is reversed once');
select is((select farthing.share_paid(b) from farthing.bookings b where booking_id = tests.booking_id('a')),
  0::bigint, 'the provider has nothing of what went back');

select is(pg_temp.paid('b'), 'processed', 'another is paid');
select is(tests.refund_event('b', 'b', 1000, 'succeeded', '2 s', p_reverses => true), 'processed',
  'refunded in the dashboard, and the transfer reversed');
select is(pg_temp.moves('b'), 'none', 'Stripe has done it then');

select is(pg_temp.paid('c'), 'processed', 'a third is paid');
select is(tests.refund_event('c', 'c', 500, 'succeeded', '2 s', p_reverses => false), 'processed',
  'and refunded by half, the transfer left');
select is(pg_temp.moves('c'), 'reversal 485 requested', 'half of the share is reversed');
select is(tests.refund_event('c', 'c', 500, 'failed', '3 s', p_reverses => false), 'processed',
  'the refund fails');
select is(pg_temp.moves('c'), 'reversal 485 requested, restoration 485 requested',
  'and it is transferred again');

-- After a move of ours, too, Stripe reverses what it is asked for.
select is(pg_temp.paid('d'), 'processed', 'a fourth is paid');
select is(pg_temp.disputed('d', 'needs_response', '{-400}', '2 s'), 'processed', 'a bank takes a part');
select is(tests.refund_event('d', 'd', 600, 'succeeded', '3 s', p_reverses => true), 'processed',
  'the rest is refunded in the dashboard, and the transfer reversed');
select is(pg_temp.moves('d'), 'reversal 388 requested', 'that part is not reversed twice');

-- A refund of ours is divided by Stripe, whatever moved of another booking.
select is(pg_temp.paid('z'), 'processed', 'one more is paid');
select is(refunds_begin(p_booking_id => tests.booking_id('z'), p_now => tests.after('1 hour'))
  #>> '{refund,connected}', 'true', 'its refund takes the provider''s part with it');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
