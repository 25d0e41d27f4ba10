-- Auto top-up when an account must not be charged: removed cards, opting out, refunds, payments with a
-- dispute or a warning, blocked users, and purchases that are turned off.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(68);

create function pg_temp.spends(p_name text, p_amount text, p_passed interval) returns int language sql as $$
  select (credits_debit(tests.person(p_name), p_amount, 'x', p_now => tests.after(p_passed))
    ->> 'status')::int
$$;

-- A card that disappears at Stripe pauses top-ups.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in') from unnest(array['fay',
  'gus']) name;
select is(tests.receive('fay_gone', 'payment_method.detached', '{"payment_method_id": "pm_fay"}', '5 h'),
  'processed',
  'fay''s card is detached at Stripe');
select is(tests.top_up_line('fay', '5 h'), 'paused; none; 0 failed', 'a detached card pauses top-ups');
select is(tests.notifications('fay'), '{top_up_paused}', 'fay is notified of the pause');
select is(top_ups_read(tests.person('fay')) -> 'card', 'null', 'the detached card is deleted');
select is(tests.claims('5 h'), 'gus charge 500', 'gus is charged');
select is(tests.reports('gus', 'card_gone', '5 h', 'resource_missing'), 'failed closed',
  'Stripe answers that gus''s card does not exist');
select is(tests.top_up_line('gus', '5 h'), 'paused; failed; 0 failed', 'a missing card pauses top-ups');
select is(tests.notifications('gus'), '{top_up_paused}', 'gus is notified of the pause once');
select is(tests.saves('fay', 'pm_fay2', '6 h'), 'processed', 'fay saves another card');
select is(tests.claims('6 h'), 'fay charge 500', 'fay is charged');

-- Opting out, and the deletion of a user.
select is(top_ups_stop(tests.person('fay'), tests.after('6 h')) ->> 'state', 'off',
  'fay opts out during the charge');
select is(tests.top_up_line('fay', '6 h'), 'off; expired; 0 failed',
  'the open order expires with the opt-out');
select is(tests.claims('7 h'), 'nothing', 'the expired order is not charged again');
select is(tests.reports('fay', 'accepted', '7 h'), 'expired closed',
  'Stripe''s late answer does not change the expired order');
select is(tests.top_up_event('fay', 'payment_intent.succeeded', '7 h'), 'processed',
  'the event of fay''s payment arrives');
select is(tests.balance('fay', '7 h'), 'balance 5000, held 0, available 5000, debt 0',
  'the late payment grants the credits');
select is(tests.notifications('fay'), '{top_up_paused,receipt}',
  'a user who opted out is not notified of a failure');
select is(top_ups_stop(tests.person('fay'), tests.after('8 h')) ->> 'enabled', 'false',
  'a repeated opt-out changes nothing');
select is(tests.opts_in('fay', p_passed => '9 h') ->> 'state', 'on', 'fay opts in again');
select is(tests.claims('9 h'), 'nothing', 'fay is not charged while she has enough credits');
select is(pg_temp.spends('fay', '5000', '9 h'), 201, 'fay spends all credits');
select is(tests.claims('9 h 1 min'), 'fay charge 500', 'fay is charged, and no answer arrives');
delete from auth.users where id = (select tests.person('fay'));
select is((select count(*)::int from farthing.customers where payment_method_id = 'pm_fay2'), 0,
  'a deleted user''s card is deleted');
select is(tests.claims('10 h'), 'nothing', 'a deleted user is not charged');
select is((select array_agg(o.status order by o.created_at) from farthing.orders o join farthing.accounts a
  using
  (account_id) where a.owner_id is null), '{paid,expired}', 'the deleted user''s open order expires');

-- A refund pauses top-ups, so that the refunded money is not charged again. The pause ends when the
-- user opts in again.
create function pg_temp.refund(p_name text, p_amount int, p_passed interval) returns text language sql as $$
  select tests.receive(format('refund_%s_%s', p_name, p_amount), 'refund.created', jsonb_build_object(
    'stripe_refund_id', format('re_%s_%s', p_name, p_amount), 'refund_id', null, 'payment_id',
    'pi_' || tests.top_up_of(p_name), 'charge_id', null, 'amount', p_amount, 'currency', 'usd', 'status',
    'succeeded', 'failure_reason', null), p_passed)
$$;
select is(tests.tops_up('lee'), 'card_missing, processed', 'lee opts in');
select is(tests.claims('9 h 30 min'), 'lee charge 500', 'lee is charged');
select is(tests.top_up_event('lee', 'payment_intent.succeeded', '9 h 30 min'), 'processed', 'lee pays');
select is(pg_temp.refund('lee', 450, '9 h 31 min'), 'processed', 'most of lee''s payment is refunded');
select is(tests.balance('lee', '9 h 31 min'), 'balance 500, held 0, available 500, debt 0',
  'the refund claws back credits');
select is(tests.top_up_line('lee', '9 h 31 min'), 'paused; partially_refunded; 0 failed',
  'the refund pauses lee''s top-ups');
select is(tests.notifications('lee'), '{receipt,refund,top_up_paused}', 'lee is notified of the pause');
select is(tests.claims('10 h'), 'nothing', 'refunded money is not charged again');
select is(tests.saves('lee', 'pm_lee2', '10 h'), 'processed', 'lee saves another card');
select is(tests.claims('10 h'), 'nothing', 'a new card does not end the pause after a refund');
select is(tests.opts_in('lee', p_passed => '10 h') ->> 'state', 'on', 'lee opts in again');
select is(tests.claims('10 h'), 'lee charge 450', 'lee is charged after the opt-in');
select is(tests.top_up_event('lee', 'payment_intent.succeeded', '10 h'), 'processed', 'lee pays again');

-- A card is not charged while a payment of the account has an open dispute. After a lost dispute,
-- the card is not charged until the user opts in again.
select is(tests.tops_up('hal'), 'card_missing, processed', 'hal opts in');
select is(tests.claims('10 h'), 'hal charge 500', 'hal is charged');
select is(tests.top_up_event('hal', 'payment_intent.succeeded', '10 h'), 'processed', 'hal pays');
select is(pg_temp.spends('hal', '4800', '10 h'), 201, 'hal spends most of the credits');
create temporary table disputed as select tests.top_up_of('hal') as order_id;
create function pg_temp.dispute(p_status text, p_passed interval) returns text language sql as $$
  select tests.receive('dispute_' || p_status, 'charge.dispute.updated', jsonb_build_object('dispute_id',
  'dp_hal',
    'payment_id', 'pi_' || order_id, 'charge_id', 'ch_hal', 'amount', 500, 'currency', 'usd', 'status',
    p_status, 'reason', 'fraudulent', 'movements', case p_status when 'lost' then
      '[{"id": "txn_hal", "amount": -500, "fee": 1500, "currency": "usd"}]'::jsonb end), p_passed)
  from disputed
$$;
select is(pg_temp.dispute('needs_response', '11 h'), 'processed', 'hal''s payment is disputed');
select is(tests.claims('11 h'), 'nothing', 'the card is not charged during the dispute');
select is(pg_temp.dispute('lost', '12 h'), 'processed', 'the dispute is lost');
select is(tests.balance('hal', '12 h'), 'balance -4800, held 0, available 0, debt 4800',
  'the spent credits become debt');
select is(tests.claims('13 h'), 'nothing', 'the card is not charged after the lost dispute');
select is(tests.opts_in('hal', p_passed => '14 h') ->> 'state', 'on', 'hal opts in again');
select is(tests.claims('14 h'), 'hal charge 980', 'one charge covers the gap and the debt');
select is(tests.top_up_event('hal', 'payment_intent.succeeded', '14 h'), 'processed',
  'hal pays the debt and the gap');
select is(tests.balance('hal', '14 h'), 'balance 5000, held 0, available 5000, debt 0',
  'the new credits pay the debt first');

-- Blocked users, and purchases that are turned off.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in')
from unnest(array['ida', 'jan']) name;
select isnt(fraud_blocks_add('user', tests.person('ida')::text, 'stolen cards', 'test', p_now => tests.after(
  '15 h')), null, 'ida is blocked');
select is(tests.claims('15 h'), 'jan charge 500', 'a blocked user is not charged');
select is((select outcome || ' ' || array_to_string(reasons, ' ') from farthing.fraud_decisions d
  join farthing.accounts a using (account_id) where a.owner_id = tests.person('ida')),
  'refuse blocked_user no_ip', 'the refusal is recorded as a fraud decision');
select is(tests.claims('15 h 59 min'), 'jan charge 500',
  'a refused top-up is not checked again within the hour');
select is((select count(*)::int from farthing.fraud_decisions d join farthing.accounts a using (account_id)
  where a.owner_id = tests.person('ida')), 1, 'the fraud decision was made once');
select is(tests.top_up_event('jan', 'payment_intent.succeeded', '16 h'), 'processed', 'jan pays');
select is(pg_temp.spends('jan', '5000', '16 h'), 201, 'jan spends all credits');
select isnt(features_set('b2c', 'off'), null, 'buying is switched off');
select is(tests.claims('17 h'), 'nothing', 'no card is charged while buying is switched off');
select isnt(features_set('b2c', 'percentage', 100), null, 'buying is switched on for everybody');
select is(tests.claims('17 h 30 min'), 'nothing', 'a postponed top-up is not checked within the hour');
select is(tests.claims('18 h'), 'jan charge 500', 'a postponed top-up is charged after the hour');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
