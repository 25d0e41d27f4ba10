-- The refund of a cancelled booking is its request's to send for two minutes, and a runner's after that.

begin;
\ir ../helpers/story.psql
\ir ../helpers/bookings.psql
select plan(6);

select isnt(tests.booking('ben', p_name => 'ben'), null, 'ben books');
select is(tests.payment_event('ben', 'succeeded', '1 s'), 'processed', 'and pays');
select is(bookings_cancel(tests.person('ben'), tests.booking_id('ben'), p_now => tests.after()) ->> 'step',
  'refund', 'and cancels');
create function pg_temp.claimed(p_passed interval) returns int language sql as $$
  select count(*)::int from jsonb_array_elements(refunds_claim(20, tests.after(p_passed))) c
  where c ->> 'payment_id' = 'pi_ben'
$$;
select is(pg_temp.claimed('2 min' - interval '1 s'), 0, 'for two minutes no runner sends the refund');
select is(pg_temp.claimed('2 min'), 1, 'and then one does');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
