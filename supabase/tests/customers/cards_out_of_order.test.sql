-- Events of cards that arrive out of order: an older event never overrides a newer one.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(17);

select is(tests.tops_up('zoe'), 'card_missing, processed', 'zoe turns on top-ups');
select is(tests.saves('zoe', 'pm_zoe2', '9 h'), 'processed', 'zoe saves another card');
select is(tests.receive('zoe_gone', 'payment_method.detached', '{"payment_method_id": "pm_zoe2"}', '8 h'),
  'processed', 'an older event reports that the new card was removed');
select is(top_ups_read(tests.person('zoe')) -> 'card', 'null', 'the removed card is not stored any more');
select is(tests.saves('zoe', 'pm_zoe3', '8 h 30 min'), 'processed',
  'an event saves a card between these two times');
select is(payment_method_id, null,
  'the older card is not stored') from farthing.customers where customer_id = 'cus_zoe';
select is(tests.saves('zoe', 'pm_zoe4', '9 h'), 'processed',
  'an event saves a card at the time of the newest event');
select is(payment_method_id, 'pm_zoe4',
  'the card is stored') from farthing.customers where customer_id = 'cus_zoe';
select is(tests.receive('zoe_gone_too', 'payment_method.detached', '{"payment_method_id": "pm_zoe4"}',
  '10 h'),
  'processed', 'the stored card is removed');
select is(tests.saves('zoe', 'pm_zoe5', '9 h 30 min'), 'processed',
  'an event saves a card from before the removal');
select is(payment_method_id, null, 'the card from before the removal is not stored') from farthing.customers
where customer_id = 'cus_zoe';

-- A user is deleted, and a user with the same id signs up and gets a new account. A late event
-- about the old account does not change the new account.
select is(tests.outcome('delete from auth.users where email = ''zoe@example.com''') ->> 'code', 'ok',
  'zoe is deleted');
select isnt(tests.give('zoe', '1', p_passed => '11 h'), null, 'zoe''s user id signs up again');
select is(tests.saves('zoe', 'pm_zoe6', '12 h'), 'processed', 'a card of the old customer is detached');
select is(top_ups_read(tests.person('zoe')) -> 'card', 'null', 'the new account has no card');
select is((customers_attach(tests.person('zoe'), 'cus_zoe_2', tests.after('13 h'))) ->> 'customer_id',
  'cus_zoe_2', 'the new account gets its own customer');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
