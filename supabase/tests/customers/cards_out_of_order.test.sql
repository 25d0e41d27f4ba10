-- Events of cards out of turn: an older one never counts for more than a newer one.

begin;
\ir ../helpers/story.psql
\ir ../helpers/top_ups.psql
select plan(17);

select is(tests.tops_up('zoe'), 'card_missing, processed', 'zoe opts in');
select is(tests.saves('zoe', 'pm_zoe2', '9 h'), 'processed', 'and saves another card');
select is(tests.hears('zoe_gone', 'payment_method.detached', '{"payment_method_id": "pm_zoe2"}', '8 h'),
  'processed', 'an older event says that this one was taken away');
select is(top_ups_read(tests.person('zoe')) -> 'card', 'null', 'it is not charged again');
select is(tests.saves('zoe', 'pm_zoe3', '8 h 30 min'), 'processed', 'a card between the two');
select is(payment_method_id, null, 'comes too late') from farthing.customers where customer_id = 'cus_zoe';
select is(tests.saves('zoe', 'pm_zoe4', '9 h'), 'processed', 'one as new as the newest');
select is(payment_method_id, 'pm_zoe4', 'is taken') from farthing.customers where customer_id = 'cus_zoe';
select is(tests.hears('zoe_gone_too', 'payment_method.detached', '{"payment_method_id": "pm_zoe4"}', '10 h'),
  'processed', 'then this one is taken away');
select is(tests.saves('zoe', 'pm_zoe5', '9 h 30 min'), 'processed', 'a card that was saved before that');
select is(payment_method_id, null, 'comes too late, too') from farthing.customers
where customer_id = 'cus_zoe';

-- The same user id again: another account, which a late event of the one before does not reach.
select is(tests.outcome('delete from auth.users where email = ''zoe@example.com''') ->> 'code', 'ok',
  'zoe leaves');
select isnt(tests.give('zoe', '1', p_passed => '11 h'), null, 'her id signs up again');
select is(tests.saves('zoe', 'pm_zoe6', '12 h'), 'ignored', 'a card of the customer she had is not hers');
select is(top_ups_read(tests.person('zoe')) -> 'card', 'null', 'she has none');
select is((customers_attach(tests.person('zoe'), 'cus_zoe_2', tests.after('13 h'))) ->> 'customer_id',
  'cus_zoe_2', 'and gets a customer of her own');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
