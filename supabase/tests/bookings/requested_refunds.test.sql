-- T43: a provider's share that waits for the booking to be completed is not paid out of what a refund asks
-- for, from the moment it is asked for; and is, once that refund has failed.

begin;
\ir ../helpers/story.psql
\ir ../helpers/bookings.psql
select plan(24);
select farthing.set_policy('{"booking_transfer_at": "completed"}', 'a test');

create function pg_temp.advances(p_label text, p_status text, p_passed interval)
returns text language sql as $$
  select bookings_advance(tests.person('pat'), tests.booking_id(p_label), p_status,
    tests.after(p_passed)) ->> 'status'
$$;
-- Booked, paid and confirmed; an amount of it is to be refunded.
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

select is(pg_temp.asked('a'), 'send', 'all of a booking is to be refunded');
select is(pg_temp.advances('a', 'completed', '4 s'), 'completed', 'it is completed all the same');
select is(pg_temp.moves('a'), 'none', 'T43: a share is not paid out of a refund that is asked for');
select is(tests.refund_event('a', 'a', 1000, 'succeeded', '5 s', pg_temp.refund_id('a')), 'processed',
  'Stripe makes the refund');
select is(pg_temp.moves('a'), 'none', 'and there is nothing to reverse');

select is(pg_temp.asked('b', '500'), 'send', 'a half is to be refunded');
select is(pg_temp.advances('b', 'completed', '4 s'), 'completed', 'it is completed');
select is(pg_temp.moves('b'), 'transfer 485 requested', 'the provider gets the other half');
select is(tests.refund_event('b', 'b', 500, 'succeeded', '5 s', pg_temp.refund_id('b')), 'processed',
  'Stripe makes the refund');
select is(pg_temp.moves('b'), 'transfer 485 requested', 'it changes nothing');

select is(pg_temp.asked('c'), 'send', 'of a third all is to be refunded');
select is(pg_temp.advances('c', 'completed', '4 s'), 'completed', 'it is completed');
select is(refunds_refuse(pg_temp.refund_id('c'), 'no', p_now => tests.after('5 s')) ->> 'status', 'failed',
  'Stripe refuses the refund');
select is(pg_temp.moves('c'), 'transfer 970 requested', 'then the share is paid out');

select is(pg_temp.asked('d'), 'send', 'of a fourth, too');
select is(pg_temp.advances('d', 'completed', '4 s'), 'completed', 'it is completed');
select is(refunds_claim(p_now => tests.after('24 hours')), '[]', 'Stripe could not be asked for a day');
select is(pg_temp.moves('d'), 'transfer 970 requested', 'then the share is paid out');

-- A warning has the runner refund it; an operator clears the warning.
select farthing.set_policy('{"early_fraud_warning": "refund"}', 'a test');
select isnt(tests.booking('e'), null, 'a booking');
select is(tests.payment_event('e', 'succeeded', '1 s') || pg_temp.advances('e', 'confirmed', '2 s'),
  'processedconfirmed', 'is paid and confirmed');
select is(tests.event('radar.early_fraud_warning.created', jsonb_build_object('warning_id', 'issfr_e',
  'payment_id', 'pi_e', 'charge_id', 'ch_e', 'fraud_type', 'misc', 'actionable', true), '3 s'), 'processed',
  'a card network warns of it');
select is(pg_temp.advances('e', 'completed', '4 s') || ', ' || pg_temp.moves('e'), 'completed, none',
  'it is completed, and nothing paid out');
select warnings_clear('issfr_e', 'known', p_now => tests.after('5 s'));
select is(pg_temp.moves('e'), 'transfer 970 requested', 'once the warning is cleared the share is');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
