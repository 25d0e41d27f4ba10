-- The request that cancels a booking has two minutes to send the refund to Stripe. Afterwards the payment
-- runner sends it.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
select plan(6);

select isnt(tests.booking('ben', p_name => 'ben'), null, 'ben books');
select is(tests.payment_event('ben', 'succeeded', '1 s'), 'processed', 'ben pays');
select is(bookings_cancel(tests.person('ben'), tests.booking_id('ben'), p_now => tests.after()) ->> 'step',
  'refund', 'ben cancels the booking');
create function pg_temp.claimed(p_passed interval) returns int language sql as $$
  select count(*)::int from jsonb_array_elements(refunds_claim(20, tests.after(p_passed))) c
  where c ->> 'payment_id' = 'pi_ben'
$$;
select is(pg_temp.claimed('2 min' - interval '1 s'), 0,
  'the runner does not send the refund for two minutes');
select is(pg_temp.claimed('2 min'), 1, 'the runner sends the refund after two minutes');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
