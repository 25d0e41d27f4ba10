-- Trap T42: a refund made in Stripe's dashboard can leave the transfer as it is. The provider then still
-- has their share of the refunded amount, so Farthing reverses this part of the transfer, once.

begin;
\ir ../helpers/all_tests.psql
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

select is(pg_temp.paid('a'), 'processed', 'a booking is paid and divided at once');
select is(tests.refund_event('a', 'a', 1000, 'succeeded', '2 s', p_reverses => false), 'processed',
  'the booking is refunded in the dashboard without a reversal of the transfer');
select is(pg_temp.moves('a'), 'reversal 970 requested',
  'T42: the share that the refund left with the provider is reversed');
select is(tests.refund_event('a', 'a', 1000, 'succeeded', '3 s', p_reverses => false), 'processed',
  'the same event arrives again');
select is(pg_temp.moves('a'), 'reversal 970 requested', 'the share is reversed once');
select is((select farthing.share_paid(b) from farthing.bookings b where booking_id = tests.booking_id('a')),
  0::bigint, 'the provider keeps nothing of the refunded amount');

select is(pg_temp.paid('b'), 'processed', 'another booking is paid');
select is(tests.refund_event('b', 'b', 1000, 'succeeded', '2 s', p_reverses => true), 'processed',
  'the booking is refunded in the dashboard with a reversal of the transfer');
select is(pg_temp.moves('b'), 'none', 'Farthing does not reverse what Stripe has reversed');

select is(pg_temp.paid('c'), 'processed', 'a third booking is paid');
select is(tests.refund_event('c', 'c', 500, 'succeeded', '2 s', p_reverses => false), 'processed',
  'half of the booking is refunded without a reversal of the transfer');
select is(pg_temp.moves('c'), 'reversal 485 requested', 'half of the share is reversed');
select is(tests.refund_event('c', 'c', 500, 'failed', '3 s', p_reverses => false), 'processed',
  'the refund fails');
select is(pg_temp.moves('c'), 'reversal 485 requested, restoration 485 requested',
  'the half of the share is transferred again');

-- A part of a payment is disputed, and Farthing reverses the provider's share of that part. A later
-- refund of the rest also reverses the rest of the transfer, so Farthing reverses nothing more.
select is(pg_temp.paid('d'), 'processed', 'a fourth booking is paid');
select is(pg_temp.disputed('d', 'needs_response', '{-400}', '2 s'), 'processed', 'a bank withdraws a part');
select is(tests.refund_event('d', 'd', 600, 'succeeded', '3 s', p_reverses => true), 'processed',
  'the rest is refunded in the dashboard with a reversal of the transfer');
select is(pg_temp.moves('d'), 'reversal 388 requested', 'the disputed part is not reversed twice');

-- When Farthing requests a refund, Stripe takes the provider's share back from the provider.
-- Transfers of other bookings do not change this.
select is(pg_temp.paid('z'), 'processed', 'one more booking is paid');
select is(refunds_begin(p_booking_id => tests.booking_id('z'), p_now => tests.after('1 hour'))
  #>> '{refund,connected}', 'true', 'the refund takes the provider''s part with it');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
