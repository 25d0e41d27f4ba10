-- Trap T43: a provider is paid after the completion of the booking. Once a refund is requested, its
-- amount is not part of the provider's share any more. If the refund fails, the amount is part of
-- the share again.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
select plan(24);
select farthing.set_policy('{"booking_transfer_at": "completed"}', 'a test');

create function pg_temp.advances(p_label text, p_status text, p_passed interval)
returns text language sql as $$
  select bookings_advance(tests.person('pat'), tests.booking_id(p_label), p_status,
    tests.after(p_passed)) ->> 'status'
$$;
-- Books, pays and confirms a booking, and then requests a refund of this amount.
create function pg_temp.asked(p_label text, p_amount text default null)
returns text language plpgsql as $$
begin
  perform tests.booking(p_label);
  perform tests.payment_event(p_label, 'succeeded', '1 s');
  perform pg_temp.advances(p_label, 'confirmed', '2 s');
  return refunds_begin(p_booking_id => tests.booking_id(p_label), p_amount => p_amount,
    p_now => tests.after('3 s')) ->> 'step';
end
$$;
create function pg_temp.refund_id(p_label text) returns uuid language sql as $$
  select refund_id from farthing.refunds where booking_id = tests.booking_id(p_label)
$$;
create function pg_temp.moves(p_label text) returns text language sql as $$
  select coalesce(string_agg(format('%s %s %s', kind, amount, status), ', ' order by move_nr), 'none')
  from farthing.booking_transfers where booking_id = tests.booking_id(p_label)
$$;

select is(pg_temp.asked('a'), 'send', 'a refund of the whole booking is requested');
select is(pg_temp.advances('a', 'completed', '4 s'), 'completed', 'the booking is completed nevertheless');
select is(pg_temp.moves('a'), 'none', 'T43: an amount whose refund is requested is not paid out');
select is(tests.refund_event('a', 'a', 1000, 'succeeded', '5 s', pg_temp.refund_id('a')), 'processed',
  'Stripe makes the refund');
select is(pg_temp.moves('a'), 'none', 'nothing needs to be reversed');

select is(pg_temp.asked('b', '500'), 'send', 'a refund of half a booking is requested');
select is(pg_temp.advances('b', 'completed', '4 s'), 'completed', 'the booking is completed');
select is(pg_temp.moves('b'), 'transfer 485 requested', 'the provider gets the share of the other half');
select is(tests.refund_event('b', 'b', 500, 'succeeded', '5 s', pg_temp.refund_id('b')), 'processed',
  'Stripe makes the refund');
select is(pg_temp.moves('b'), 'transfer 485 requested', 'the refund changes nothing of the share');

select is(pg_temp.asked('c'), 'send', 'a refund of a third booking is requested');
select is(pg_temp.advances('c', 'completed', '4 s'), 'completed', 'the booking is completed');
select is(refunds_refuse(pg_temp.refund_id('c'), 'no', p_now => tests.after('5 s')) ->> 'status', 'failed',
  'Stripe refuses the refund');
select is(pg_temp.moves('c'), 'transfer 970 requested', 'the share is paid out after the refusal');

select is(pg_temp.asked('d'), 'send', 'a refund of a fourth booking is requested');
select is(pg_temp.advances('d', 'completed', '4 s'), 'completed', 'the booking is completed');
select is(refunds_claim(20, p_now => tests.after('24 hours')), '[]',
  'the refund is given up after a day without Stripe');
select is(pg_temp.moves('d'), 'transfer 970 requested', 'the share is paid out after the refund is given up');

-- An early fraud warning makes the runner refund the payment. Meanwhile an operator clears the warning.
select farthing.set_policy('{"early_fraud_warning": "refund"}', 'a test');
select isnt(tests.booking('e'), null, 'a booking is made');
select is(tests.payment_event('e', 'succeeded', '1 s') || pg_temp.advances('e', 'confirmed', '2 s'),
  'processedconfirmed', 'the booking is paid and confirmed');
select is(tests.event('radar.early_fraud_warning.created', jsonb_build_object('warning_id', 'issfr_e',
  'payment_id', 'pi_e', 'charge_id', 'ch_e', 'fraud_type', 'misc', 'actionable', true), '3 s'), 'processed',
  'an early fraud warning arrives');
select is(pg_temp.advances('e', 'completed', '4 s') || ', ' || pg_temp.moves('e'), 'completed, none',
  'the completed booking is not paid out');
select warnings_clear('issfr_e', 'known', p_now => tests.after('5 s'));
select is(pg_temp.moves('e'), 'transfer 970 requested', 'the share is paid out after the warning is cleared');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
