-- Auto top-up when it does not go well: declined, no answer, the bank asks, the cap, a card that goes; and
-- time.

begin;
\ir ../helpers/story.psql
\ir ../helpers/top_ups.psql
select plan(182);

-- Declined: an hour, six, and after three in a row a pause.
select is(tests.tops_up('ann'), 'card_missing, processed', 'ann opts in');
select is(tests.claims(), 'ann charge 500', 'ann is charged');
select is(tests.reports('ann', 'declined', '1 s', 'insufficient_funds'), 'failed closed', 'and declined');
select is(tests.told('ann', 'payment_intent.payment_failed', '2 s', '{"failure_code": "card_declined"}'),
  'processed', 'the event of it');
select is(tests.stands('ann', '2 s'), 'on; failed; 1 failed', 'counts no second failure');
select results_eq($$ select template, data - 'order_id' from farthing.notices $$, $$ values ('top_up_failed',
  jsonb_build_object('amount', 500, 'currency', 'usd', 'failure_code', 'insufficient_funds', 'paused', false,
    'next_attempt_at', tests.after('1 h 1 s'))) $$, 'ann is notified, once');
select is(tests.claims('1 h'), 'nothing', 'for an hour nothing is tried');
select is(tests.claims('1 h 1 s'), 'ann charge 500', 'then another order is');
select is(tests.told('ann', 'payment_intent.payment_failed', '1 h 2 s',
  '{"failure_code": "card_declined", "decline_code": "lost_card"}'), 'processed',
  'the event is the faster one');
select is(tests.stands('ann', '2 h'), 'on; failed; 2 failed', 'that is the second');
select is(tests.reports('ann', 'declined', '1 h 3 s', 'lost_card'), 'failed closed',
  'the answer counts no third');
select is(tests.claims('7 h'), 'nothing', 'for six hours nothing is tried');
select is(tests.claims('7 h 2 s'), 'ann charge 500', 'then another order is');
select is(tests.reports('ann', 'declined', '7 h 3 s'), 'failed closed', 'it is declined, too');
select is(tests.stands('ann', '8 h'), 'paused; failed; 3 failed', 'three in a row pause it');
select is(tests.claims('30 days'), 'nothing', 'for as long as nobody does anything');
select is(tests.notices('ann'), '{top_up_failed,top_up_failed,top_up_failed}', 'each was notified');
select is(data - 'order_id' - 'amount' - 'currency', '{"failure_code": "declined", "paused": true,
  "next_attempt_at": null}', 'the last with the
  pause') from farthing.notices order by created_at desc limit 1;
select is(tests.opts_in('ann', p_passed => '8 h') ->> 'state', 'on', 'ann opts in again with the same card');
select is(tests.claims('31 h 3 s' - interval '1 s'), 'nothing', 'it pauses for a day all the same');
select is(tests.claims('31 h 3 s'), 'ann charge 500', 'and is tried then');
select is(tests.told('ann', 'payment_intent.canceled', '31 h 4 s'), 'processed',
  'somebody cancels it at Stripe');
select is(tests.stands('ann', '32 h'), 'on; failed; 1 failed', 'that is a failure like others');
select is(tests.saves('ann', 'pm_new', '32 h'), 'processed', 'ann saves another card');
select is(tests.claims('32 h'), 'ann charge 500', 'it is attempted at once');
select is((select payment_method_id from farthing.top_up_charges where step = 'charge'), 'pm_new',
  'it alone');
select is(tests.told('ann', 'payment_intent.succeeded', '32 h 1 s'), 'processed', 'and pays');
select is(tests.stands('ann', '33 h'), 'on; paid; 0 failed', 'then nothing stands against it');
select is(tests.told('ann', 'payment_intent.payment_failed', '33 h'), 'processed',
  'an old failure comes late');
select is(tests.stands('ann', '33 h'), 'on; paid; 0 failed', 'and is none any more');

-- Cool-down, and the month's cap: 2000 cents, of which 500 are spent.
create function pg_temp.spends(p_name text, p_amount text, p_passed interval) returns int language sql as $$
  select (credits_debit(tests.person(p_name), p_amount, 'x', p_now => tests.after(p_passed))
    ->> 'status')::int
$$;
select is(pg_temp.spends('ann', '5000', '32 h 1 min'), 201, 'ann spends it all');
select is(tests.claims('32 h 10 min'), 'nothing', 'for ten minutes after a charge there is no other');
select is(tests.claims('32 h 10 min 1 s'), 'ann charge 500', 'then there is');
select is(tests.told('ann', 'payment_intent.succeeded', '33 h'), 'processed', 'paid');
select is(pg_temp.spends('ann', '5000', '33 h'), 201, 'ann spends it all');
select is(tests.opts_in('ann', '1000', '9000', 1950, '33 h') ->> 'state', 'on', 'ann wants more at a time');
select is(tests.claims('34 h'), 'ann charge 900', 'and gets it, in one charge');
select is(tests.told('ann', 'payment_intent.succeeded', '34 h'), 'processed', 'paid');
select is(pg_temp.spends('ann', '9000', '34 h'), 201, 'ann spends it all');
select is(tests.claims('35 h'), 'ann charge 50', 'the rest of the cap is charged, and no more');
select is(tests.told('ann', 'payment_intent.succeeded', '35 h'), 'processed', 'paid');
select is(top_ups_read(tests.person('ann'), tests.after('35 h')) ->> 'charged_this_month', '1950',
  'all of it');
select is(tests.claims('36 h'), 'nothing', 'then no more this month');
select is((select array_agg(subject) from farthing.notices where template = 'top_up_capped'), '{2027-01}',
  'ann is notified of it');
select is(tests.claims(hours * interval '1 hour'), 'nothing', 'the task leaves it') from generate_series(37,
  39) hours;
select is((select count(*)::int from farthing.notices where template = 'top_up_capped'), 1,
  'and says it once');
select is(tests.opts_in('ann', '1000', '9000', 1999, '40 h') ->> 'enabled', 'true', 'a higher cap');
select is(tests.claims('40 h'), 'nothing', 'of less than the smallest charge more helps nothing');
select is(tests.opts_in('ann', '1000', '9000', 2000, '40 h 1 s') ->> 'enabled', 'true', 'a higher one');
select is(tests.claims('40 h 1 s'), 'ann charge 50', 'does at once');
select is(tests.told('ann', 'payment_intent.succeeded', '41 h'), 'processed', 'paid');
select is(pg_temp.spends('ann', '200', '41 h'), 201, 'ann spends on');
select is(tests.claims('31 days' - interval '1 s'), 'nothing', 'until the month is over');
select is(tests.claims('31 days 1 hour'), 'ann charge 820', 'the next month has a cap of its own');
select is(tests.reports('ann', 'accepted', '31 days 1 hour'), 'processing settle', 'ann is left with that');

-- No answer: the same order again, later and later, until Stripe would know its key no longer.
select is(tests.tops_up('bob'), 'card_missing, processed', 'bob opts in');
select is(tests.claims('0 s'), 'bob charge 500', 'bob is charged');
select is(tests.reports('bob', 'unknown', '1 s', 'no answer'), 'pending charge', 'nobody knows whether');
select is(tests.claims('60 s'), 'nothing', 'for a minute it is left alone');
select is(tests.claims('61 s'), 'bob charge 500', 'then it is asked for again');
select is(tests.reports('bob', 'unknown', '62 s', 'no answer'), 'pending charge', 'in vain');
select is(tests.claims('181 s'), 'nothing', 'for two minutes it is left alone');
select is(tests.claims('182 s'), 'bob charge 500', 'then it is asked for again');
select is((select count(*)::int from farthing.top_up_charges c join farthing.accounts a using (account_id)
  where a.owner_id = tests.person('bob')), 1, 'T16: it was one order all the time');
select is(tests.claims('23 h'), 'nothing', 'after 23 hours it is not asked for any more');
select is(farthing.sweep_orders(tests.after('23 h 5 min')), 1, 'and given up');
select is(tests.stands('bob', '23 h 6 min'), 'on; expired; 1 failed', 'as a failure');
select is(tests.notices('bob'), '{top_up_failed}', 'bob is notified of it');
select is(tests.told('bob', 'payment_intent.succeeded', '23 h 30 min'), 'processed', 'it was paid after all');
select is(tests.standing('bob', '1 day'), 'balance 5000, held 0, available 5000, debt 0', 'and is granted');
select is(tests.stands('bob', '1 day'), 'on; paid; 0 failed', 'as if nothing had been');

-- The bank wants the user.
select is(tests.tops_up('cid'), 'card_missing, processed', 'cid opts in');
select is(tests.claims('0 s'), 'cid charge 500', 'cid is charged');
select is(tests.reports('cid', 'authentication', '1 s', 'authentication_required'), 'pending link',
  'the bank wants cid');
select is(tests.told('cid', 'payment_intent.payment_failed', '2 s',
  '{"failure_code": "authentication_required"}'),
  'processed', 'the event of it');
select is(tests.stands('cid', '2 s'), 'charging; pending; 0 failed', 'is no failure');
select is(tests.claims('2 s'), 'cid link 500', 'a page is asked for, at once');
select is(tests.claims('3 s'), 'nothing', 'by one runner');
select is(tests.told('cid', 'payment_intent.canceled', '3 s'), 'processed',
  'it cancels the charge for it');
select is(tests.stands('cid', '3 s'), 'charging; pending; 0 failed', 'that is no failure either');
select is(top_ups_link(tests.top_up_of('cid'), 'cs_cid', 'https://s.test/cid',
  tests.after('4 s')) ->> 'status',
  'pending', 'the page is there');
select is(concat_ws(' ', t ->> 'state', t ->> 'link'), 'authentication_required https://s.test/cid',
  'cid finds it') from top_ups_read(tests.person('cid'), tests.after('5 s')) t;
select results_eq($$ select template, data - 'order_id' from farthing.notices n join farthing.accounts a using
  (account_id) where a.owner_id = tests.person('cid') $$, $$ values ('top_up_authentication',
  jsonb_build_object('amount', 500, 'currency', 'usd', 'url', 'https://s.test/cid', 'expires_at',
    tests.after('23 h 1 s'))) $$, 'and is notified of it');
select tests.fails_with($$ select top_ups_link(tests.top_up_of('cid'), 'cs_2', 'x') $$, 'P0001', null,
  'another page for the same order is refused');
select is(tests.claims('1 hour'), 'nothing', 'while it waits there is no other charge');
select is(tests.told('cid', 'payment_intent.payment_failed', '1 h',
  '{"payment_id": "pi_page", "failure_code": "x"}'),
  'processed', 'a card fails on the page');
select is(tests.stands('cid', '1 h'), 'authentication_required; pending; 0 failed',
  'cid may try another there');
select is(tests.hears('cid_paid', 'checkout.session.completed', jsonb_build_object('order_id',
  tests.top_up_of('cid'), 'session_id', 'cs_cid', 'payment_id', 'pi_page', 'payment_status', 'paid', 'amount',
  500,
  'currency', 'usd', 'mode', 'payment'), '2 h'), 'processed', 'cid pays');
select is(tests.standing('cid', '2 h'), 'balance 5000, held 0, available 5000, debt 0',
  'and has the credits');
select is(tests.stands('cid', '2 h'), 'on; paid; 0 failed', 'as by any top-up');

-- A page that nobody visits, an event that is the first to say so, a charge that was paid meanwhile.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in') from unnest(array['dan',
  'eve']) name;
select is(tests.claims('3 h'), 'dan charge 500, eve charge 500', 'both are charged');
select is(tests.told('dan', 'payment_intent.requires_action', '3 h'), 'processed', 'the bank wants dan');
select is(tests.reports('dan', 'authentication', '3 h'), 'pending link', 'the answer says nothing new');
select is(top_ups_link(tests.top_up_of('dan'), 'cs_dan', 'https://s.test/dan',
  tests.after('3 h')) ->> 'status',
  'pending', 'there is a page');
select is(tests.hears('dan_over', 'checkout.session.expired', jsonb_build_object('order_id',
  tests.top_up_of('dan'), 'session_id', 'cs_dan', 'payment_id', null, 'payment_status', 'unpaid', 'amount',
  500,
  'currency', 'usd', 'mode', 'payment'), '26 h'), 'processed', 'that nobody visits');
select is(tests.stands('dan', '26 h'), 'on; expired; 1 failed', 'that is a failure');
select is(tests.notices('dan'), '{top_up_authentication,top_up_failed}', 'dan is notified of it');
select is(tests.reports('eve', 'authentication', '3 h'), 'pending link', 'the bank wants eve');
select is(tests.claims('3 h 1 s'), 'eve link 500', 'a page is asked for');
select is(tests.reports('eve', 'unknown', '3 h 2 s'), 'pending link', 'in vain');
select is(tests.claims('3 h 2 min'), 'eve link 500', 'and again');
select is(tests.reports('eve', 'accepted', '3 h 3 min'), 'processing settle',
  'the charge was paid meanwhile');
select is(tests.told('eve', 'payment_intent.succeeded', '4 h'), 'processed', 'says its event too');
select is(tests.stands('eve', '4 h'), 'on; paid; 0 failed', 'so no page is needed');

select is(tests.tops_up('kim', 'pm_kim'), 'card_missing, processed', 'kim opts in');
select is(tests.claims('4 h 1 min'), 'kim charge 500', 'kim is charged');
select is(tests.reports('kim', 'accepted', '4 h 1 min'), 'processing settle', 'the payment is on its way');
select is(tests.told('kim', 'payment_intent.payment_failed', '4 h 2 min',
  '{"failure_code": "authentication_required"}'),
  'processed', 'and comes back');
select is(tests.stands('kim', '4 h 2 min'), 'on; failed; 1 failed',
  'that is a failure, with no page in its place');
select is(top_ups_stop(tests.person('kim'), tests.after('4 h 3 min')) ->> 'state', 'off', 'kim gives up');

-- A card that goes.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in') from unnest(array['fay',
  'gus']) name;
select is(tests.hears('fay_gone', 'payment_method.detached', '{"payment_method_id": "pm_fay"}', '5 h'),
  'processed',
  'fay''s card is taken away');
select is(tests.stands('fay', '5 h'), 'paused; none; 0 failed', 'it pauses the top-up');
select is(tests.notices('fay'), '{top_up_paused}', 'and fay is notified');
select is(top_ups_read(tests.person('fay')) -> 'card', 'null', 'the card is forgotten');
select is(tests.claims('5 h'), 'gus charge 500', 'gus is charged');
select is(tests.reports('gus', 'card_gone', '5 h', 'resource_missing'), 'failed closed',
  'Stripe has no such card');
select is(tests.stands('gus', '5 h'), 'paused; failed; 0 failed', 'it pauses the top-up, too');
select is(tests.notices('gus'), '{top_up_paused}', 'and is notified once');
select is(tests.saves('fay', 'pm_fay2', '6 h'), 'processed', 'fay saves another');
select is(tests.claims('6 h'), 'fay charge 500', 'and is charged');

-- Opting out, and leaving.
select is(top_ups_stop(tests.person('fay'), tests.after('6 h')) ->> 'state', 'off', 'fay opts out meanwhile');
select is(tests.stands('fay', '6 h'), 'off; expired; 0 failed', 'a begun charge is given up');
select is(tests.claims('7 h'), 'nothing', 'and not asked for again');
select is(tests.reports('fay', 'accepted', '7 h'), 'expired closed', 'if Stripe had it after all');
select is(tests.told('fay', 'payment_intent.succeeded', '7 h'), 'processed', 'it says so');
select is(tests.standing('fay', '7 h'), 'balance 5000, held 0, available 5000, debt 0', 'and it is granted');
select is(tests.notices('fay'), '{top_up_paused,receipt}',
  'a user who opted out is not notified of a failure');
select is(top_ups_stop(tests.person('fay'), tests.after('8 h')) ->> 'enabled', 'false',
  'opting out twice is the same');
select is(tests.opts_in('fay', p_passed => '9 h') ->> 'state', 'on', 'fay opts in again');
select is(tests.claims('9 h'), 'nothing', 'fay has enough');
select is(pg_temp.spends('fay', '5000', '9 h'), 201, 'fay spends it all');
select is(tests.claims('9 h 1 min'), 'fay charge 500', 'fay is charged, and nobody knows whether');
delete from auth.users where id = (select tests.person('fay'));
select is((select count(*)::int from farthing.customers where payment_method_id = 'pm_fay2'), 0,
  'a deleted user leaves no card');
select is(tests.claims('10 h'), 'nothing', 'and is not charged, nor asked for what was begun');
select is((select array_agg(o.status order by o.created_at) from farthing.orders o join farthing.accounts a
  using
  (account_id) where a.owner_id is null), '{paid,expired}', 'it is given up');

-- Refunded money is not charged again.
create function pg_temp.refund(p_name text, p_amount int, p_passed interval) returns text language sql as $$
  select tests.hears(format('refund_%s_%s', p_name, p_amount), 'refund.created', jsonb_build_object(
    'stripe_refund_id', format('re_%s_%s', p_name, p_amount), 'refund_id', null, 'payment_id',
    'pi_' || tests.top_up_of(p_name), 'charge_id', null, 'amount', p_amount, 'currency', 'usd', 'status',
    'succeeded', 'failure_reason', null), p_passed)
$$;
select is(tests.tops_up('lee'), 'card_missing, processed', 'lee opts in');
select is(tests.claims('9 h 30 min'), 'lee charge 500', 'lee is charged');
select is(tests.told('lee', 'payment_intent.succeeded', '9 h 30 min'), 'processed', 'and pays');
select is(pg_temp.refund('lee', 450, '9 h 31 min'), 'processed', 'most of it is refunded');
select is(tests.standing('lee', '9 h 31 min'), 'balance 500, held 0, available 500, debt 0',
  'and clawed back');
select is(tests.stands('lee', '9 h 31 min'), 'paused; partially_refunded; 0 failed',
  'it pauses the top-up');
select is(tests.notices('lee'), '{receipt,refund,top_up_paused}', 'and lee is notified');
select is(tests.claims('10 h'), 'nothing', 'so that it is not charged again');
select is(tests.saves('lee', 'pm_lee2', '10 h'), 'processed', 'another card');
select is(tests.claims('10 h'), 'nothing', 'does not mean that it may be');
select is(tests.opts_in('lee', p_passed => '10 h') ->> 'state', 'on', 'consent does');
select is(tests.claims('10 h'), 'lee charge 450', 'then it is');
select is(tests.told('lee', 'payment_intent.succeeded', '10 h'), 'processed', 'lee pays');

-- Payments in doubt.
select is(tests.tops_up('hal'), 'card_missing, processed', 'hal opts in');
select is(tests.claims('10 h'), 'hal charge 500', 'hal is charged');
select is(tests.told('hal', 'payment_intent.succeeded', '10 h'), 'processed', 'and pays');
select is(pg_temp.spends('hal', '4800', '10 h'), 201, 'hal spends most of it');
create temporary table disputed as select tests.top_up_of('hal') as order_id;
create function pg_temp.dispute(p_status text, p_passed interval) returns text language sql as $$
  select tests.hears('dispute_' || p_status, 'charge.dispute.updated', jsonb_build_object('dispute_id',
  'dp_hal',
    'payment_id', 'pi_' || order_id, 'charge_id', 'ch_hal', 'amount', 500, 'currency', 'usd', 'status',
    p_status, 'reason', 'fraudulent', 'movements', case p_status when 'lost' then
      '[{"id": "txn_hal", "amount": -500, "fee": 1500, "currency": "usd"}]'::jsonb end), p_passed)
  from disputed
$$;
select is(pg_temp.dispute('needs_response', '11 h'), 'processed', 'a charge of hal''s is disputed');
select is(tests.claims('11 h'), 'nothing', 'then the card is not charged');
select is(pg_temp.dispute('lost', '12 h'), 'processed', 'the dispute is lost');
select is(tests.standing('hal', '12 h'), 'balance -4800, held 0, available 0, debt 4800',
  'hal owes what was spent');
select is(tests.claims('13 h'), 'nothing', 'and is not charged either');
select is(tests.opts_in('hal', p_passed => '14 h') ->> 'state', 'on', 'until hal opts in again');
select is(tests.claims('14 h'), 'hal charge 980', 'then debt and gap are one charge');
select is(tests.told('hal', 'payment_intent.succeeded', '14 h'), 'processed', 'paid');
select is(tests.standing('hal', '14 h'), 'balance 5000, held 0, available 5000, debt 0',
  'debt is paid first');

-- Blocked users, and switched-off purchases.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in')
from unnest(array['ida', 'jan']) name;
select isnt(fraud_blocks_add('user', tests.person('ida')::text, 'stolen cards', 'test', p_now => tests.after(
  '15 h')), null, 'ida is blocked');
select is(tests.claims('15 h'), 'jan charge 500', 'a blocked user is not charged');
select is((select outcome || ' ' || array_to_string(reasons, ' ') from farthing.fraud_decisions d
  join farthing.accounts a using (account_id) where a.owner_id = tests.person('ida')),
  'refuse blocked_user no_ip', 'it is a decision like others');
select is(tests.claims('15 h 59 min'), 'jan charge 500', 'within the hour jan''s alone is asked for again');
select is((select count(*)::int from farthing.fraud_decisions d join farthing.accounts a using (account_id)
  where a.owner_id = tests.person('ida')), 1, 'and the decision on ida is not made again');
select is(tests.told('jan', 'payment_intent.succeeded', '16 h'), 'processed', 'jan pays');
select is(pg_temp.spends('jan', '5000', '16 h'), 201, 'jan spends it all');
select isnt(features_set('b2c', 'off'), null, 'buying is switched off');
select is(tests.claims('17 h'), 'nothing', 'then nobody is charged');
select isnt(features_set('b2c', 'percentage', 100), null, 'it is switched on for all');
select is(tests.claims('17 h 30 min'), 'nothing', 'it is checked each hour');
select is(tests.claims('18 h'), 'jan charge 500', 'then they are');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
