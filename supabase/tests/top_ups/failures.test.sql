-- Auto top-up when a charge fails: declined cards, lost answers and authentication. This file also
-- tests the waits between charges, and the monthly cap.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(115);

-- After a declined charge the next charge waits an hour, and after a second declined charge six
-- hours. The third failure in a row pauses top-ups.
select is(tests.tops_up('ann'), 'card_missing, processed', 'ann opts in');
select is(tests.claims(), 'ann charge 500', 'ann is charged');
select is(tests.reports('ann', 'declined', '1 s', 'insufficient_funds'), 'failed closed',
  'ann''s card is declined');
select is(tests.top_up_event('ann', 'payment_intent.payment_failed', '2 s',
  '{"failure_code": "card_declined"}'),
  'processed', 'the event of the declined charge arrives');
select is(tests.top_up_line('ann', '2 s'), 'on; failed; 1 failed', 'answer and event count as one failure');
select results_eq($$ select template, data - 'order_id' from farthing.notifications $$,
  $$ values ('top_up_failed',
  jsonb_build_object('amount', 500, 'currency', 'usd', 'failure_code', 'insufficient_funds', 'paused', false,
    'next_attempt_at', tests.after('1 h 1 s'))) $$, 'ann is notified of the failure once');
select is(tests.claims('1 h'), 'nothing', 'no charge begins within an hour of the first failure');
select is(tests.claims('1 h 1 s'), 'ann charge 500', 'a new order is charged after an hour');
select is(tests.top_up_event('ann', 'payment_intent.payment_failed', '1 h 2 s',
  '{"failure_code": "card_declined", "decline_code": "lost_card"}'), 'processed',
  'the event of the second decline arrives before the answer');
select is(tests.top_up_line('ann', '2 h'), 'on; failed; 2 failed', 'the event counts as the second failure');
select is(tests.reports('ann', 'declined', '1 h 3 s', 'lost_card'), 'failed closed',
  'the answer counts no third failure');
select is(tests.claims('7 h'), 'nothing', 'no charge begins within six hours of the second failure');
select is(tests.claims('7 h 2 s'), 'ann charge 500', 'a new order is charged after six hours');
select is(tests.reports('ann', 'declined', '7 h 3 s'), 'failed closed', 'the third charge is declined');
select is(tests.top_up_line('ann', '8 h'), 'paused; failed; 3 failed',
  'three failures in a row pause top-ups');
select is(tests.claims('30 days'), 'nothing', 'a paused top-up is never charged');
select is(tests.notifications('ann'), '{top_up_failed,top_up_failed,top_up_failed}',
  'each failure was notified');
select is(data - 'order_id' - 'amount' - 'currency', '{"failure_code": "declined", "paused": true,
  "next_attempt_at": null}',
  'the last notification reports the pause') from farthing.notifications order by created_at desc limit 1;
select is(tests.opts_in('ann', p_passed => '8 h') ->> 'state', 'on', 'ann opts in again with the same card');
select is(tests.claims('31 h 3 s' - interval '1 s'), 'nothing',
  'the wait of a day still applies after the opt-in');
select is(tests.claims('31 h 3 s'), 'ann charge 500', 'a charge begins after a day');
select is(tests.top_up_event('ann', 'payment_intent.canceled', '31 h 4 s'), 'processed',
  'the charge is cancelled in Stripe''s dashboard');
select is(tests.top_up_line('ann', '32 h'), 'on; failed; 1 failed', 'a cancelled charge counts as a failure');
select is(tests.saves('ann', 'pm_new', '32 h'), 'processed', 'ann saves another card');
select is(tests.claims('32 h'), 'ann charge 500', 'the new card is charged at once');
select is((select payment_method_id from farthing.top_up_charges where step = 'charge'), 'pm_new',
  'only the new card is charged');
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '32 h 1 s'), 'processed', 'ann pays');
select is(tests.top_up_line('ann', '33 h'), 'on; paid; 0 failed', 'a paid charge resets the failures');
select is(tests.top_up_event('ann', 'payment_intent.payment_failed', '33 h'), 'processed',
  'the event of an old failure arrives late');
select is(tests.top_up_line('ann', '33 h'), 'on; paid; 0 failed', 'the late event counts no failure');

-- The cool-down and the monthly cap: 500 of 2000 cents are used.
create function pg_temp.spends(p_name text, p_amount text, p_passed interval) returns int language sql as $$
  select (credits_debit(tests.person(p_name), p_amount, 'x', p_now => tests.after(p_passed))
    ->> 'status')::int
$$;
select is(pg_temp.spends('ann', '5000', '32 h 1 min'), 201, 'ann spends all credits');
select is(tests.claims('32 h 10 min'), 'nothing', 'no charge begins within ten minutes of the last');
select is(tests.claims('32 h 10 min 1 s'), 'ann charge 500', 'the next charge begins after ten minutes');
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '33 h'), 'processed',
  'ann pays the second top-up');
select is(pg_temp.spends('ann', '5000', '33 h'), 201, 'ann spends all credits again');
select is(tests.opts_in('ann', '1000', '9000', 1950, '33 h') ->> 'state', 'on',
  'ann opts in to a higher target');
select is(tests.claims('34 h'), 'ann charge 900', 'one charge fills up to the higher target');
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '34 h'), 'processed',
  'ann pays the third top-up');
select is(pg_temp.spends('ann', '9000', '34 h'), 201, 'ann spends all credits a third time');
select is(tests.claims('35 h'), 'ann charge 50', 'the charge is limited to the rest of the monthly cap');
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '35 h'), 'processed',
  'ann pays the rest of the cap');
select is(top_ups_read(tests.person('ann'), tests.after('35 h')) ->> 'charged_this_month', '1950',
  'the whole cap is charged');
select is(tests.claims('36 h'), 'nothing', 'no charge begins after the cap is used up');
select is((select array_agg(subject) from farthing.notifications
  where template = 'top_up_capped'), '{2027-01}',
  'ann is notified that the cap is used up');
select is(tests.claims(hours * interval '1 hour'), 'nothing',
  'later runs begin no charge') from generate_series(37,
  39) hours;
select is((select count(*)::int from farthing.notifications where template = 'top_up_capped'), 1,
  'the used-up cap is notified once');
select is(tests.opts_in('ann', '1000', '9000', 1999, '40 h') ->> 'enabled', 'true',
  'ann raises her cap by 49 cents');
select is(tests.claims('40 h'), 'nothing', 'a rest below the smallest charge begins no charge');
select is(tests.opts_in('ann', '1000', '9000', 2000, '40 h 1 s') ->> 'enabled', 'true',
  'ann raises her cap by another cent');
select is(tests.claims('40 h 1 s'), 'ann charge 50', 'a rest of the smallest charge is charged at once');
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '41 h'), 'processed',
  'ann pays the last charge of the month');
select is(pg_temp.spends('ann', '200', '41 h'), 201, 'ann spends 200 credits');
select is(tests.claims('31 days' - interval '1 s'), 'nothing', 'no charge begins before the month ends');
select is(tests.claims('31 days 1 hour'), 'ann charge 820', 'the next month has a cap of its own');
select is(tests.reports('ann', 'accepted', '31 days 1 hour'), 'processing settle',
  'Stripe accepts the charge of the next month');

-- If Stripe does not answer, the same order is charged again at growing intervals. The attempts end
-- when Stripe may have deleted the idempotency key of the charge.
select is(tests.tops_up('bob'), 'card_missing, processed', 'bob opts in');
select is(tests.claims('0 s'), 'bob charge 500', 'bob is charged');
select is(tests.reports('bob', 'unknown', '1 s', 'no answer'), 'pending charge', 'Stripe does not answer');
select is(tests.claims('60 s'), 'nothing', 'the charge is not claimed within a minute');
select is(tests.claims('61 s'), 'bob charge 500', 'the charge is claimed again after a minute');
select is(tests.reports('bob', 'unknown', '62 s', 'no answer'), 'pending charge',
  'Stripe does not answer again');
select is(tests.claims('181 s'), 'nothing',
  'the charge is not claimed within two minutes of the second attempt');
select is(tests.claims('182 s'), 'bob charge 500', 'the charge is claimed again after two minutes');
select is((select count(*)::int from farthing.top_up_charges c join farthing.accounts a using (account_id)
  where a.owner_id = tests.person('bob')), 1, 'T16: all attempts belong to one order');
select is(tests.claims('23 h'), 'nothing', 'the order is not claimed after 23 hours');
select is(farthing.expire_orders(tests.after('23 h 5 min')), 1, 'the order expires');
select is(tests.top_up_line('bob', '23 h 6 min'), 'on; expired; 1 failed',
  'an expired order counts as a failure');
select is(tests.notifications('bob'), '{top_up_failed}', 'bob is notified of the failure');
select is(tests.top_up_event('bob', 'payment_intent.succeeded', '23 h 30 min'), 'processed',
  'the event of bob''s payment arrives late');
select is(tests.balance('bob', '1 day'), 'balance 5000, held 0, available 5000, debt 0',
  'the late payment grants the credits');
select is(tests.top_up_line('bob', '1 day'), 'on; paid; 0 failed', 'the late payment resets the failures');

-- The bank requires the user to authenticate.
select is(tests.tops_up('cid'), 'card_missing, processed', 'cid opts in');
select is(tests.claims('0 s'), 'cid charge 500', 'cid is charged');
select is(tests.reports('cid', 'authentication', '1 s', 'authentication_required'), 'pending link',
  'the bank requires cid to authenticate');
select is(tests.top_up_event('cid', 'payment_intent.payment_failed', '2 s',
  '{"failure_code": "authentication_required"}'),
  'processed', 'the event of the declined charge arrives');
select is(tests.top_up_line('cid', '2 s'), 'charging; pending; 0 failed',
  'a required authentication is no failure');
select is(tests.claims('2 s'), 'cid link 500', 'the step that opens a page is claimed at once');
select is(tests.claims('3 s'), 'nothing', 'one runner opens the page');
select is(tests.top_up_event('cid', 'payment_intent.canceled', '3 s'), 'processed',
  'the event of the replaced charge''s cancellation arrives');
select is(tests.top_up_line('cid', '3 s'), 'charging; pending; 0 failed',
  'the cancellation of the replaced charge is no failure');
select is(top_ups_link(tests.top_up_of('cid'), 'cs_cid', 'https://s.test/cid',
  tests.after('4 s')) ->> 'status',
  'pending', 'the page''s link is stored');
select is(concat_ws(' ', t ->> 'state', t ->> 'link'), 'authentication_required https://s.test/cid',
  'cid''s settings show the page''s link') from top_ups_read(tests.person('cid'), tests.after('5 s')) t;
select results_eq($$ select template, data - 'order_id' from farthing.notifications n
  join farthing.accounts a using
  (account_id) where a.owner_id = tests.person('cid') $$, $$ values ('top_up_authentication',
  jsonb_build_object('amount', 500, 'currency', 'usd', 'url', 'https://s.test/cid', 'expires_at',
    tests.after('23 h 1 s'))) $$, 'cid is notified of the page');
select tests.fails_with($$ select top_ups_link(tests.top_up_of('cid'), 'cs_2', 'x') $$, 'P0001', null,
  'a second page for the same order is refused');
select is(tests.claims('1 hour'), 'nothing', 'no charge begins while the page is open');
select is(tests.top_up_event('cid', 'payment_intent.payment_failed', '1 h',
  '{"payment_id": "pi_page", "failure_code": "x"}'),
  'processed', 'a card fails on the page');
select is(tests.top_up_line('cid', '1 h'), 'authentication_required; pending; 0 failed',
  'cid can retry on the page with another card');
select is(tests.receive('cid_paid', 'checkout.session.completed', jsonb_build_object('order_id',
  tests.top_up_of('cid'), 'session_id', 'cs_cid', 'payment_id', 'pi_page', 'payment_status', 'paid', 'amount',
  500,
  'currency', 'usd', 'mode', 'payment'), '2 h'), 'processed', 'cid pays on the page');
select is(tests.balance('cid', '2 h'), 'balance 5000, held 0, available 5000, debt 0',
  'the payment on the page grants the credits');
select is(tests.top_up_line('cid', '2 h'), 'on; paid; 0 failed', 'the payment on the page ends the top-up');

-- Three cases of authentication. First, Stripe requires authentication twice: in an event, and then
-- in its late answer to the charge. Second, an authentication page expires. Third, a charge is paid
-- while its authentication page is being requested.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in') from unnest(array['dan',
  'eve']) name;
select is(tests.claims('3 h'), 'dan charge 500, eve charge 500', 'both users are charged');
select is(tests.top_up_event('dan', 'payment_intent.requires_action', '3 h'), 'processed',
  'an event reports that the bank requires dan to authenticate');
select is(tests.reports('dan', 'authentication', '3 h'), 'pending link', 'the later answer keeps the step');
select is(top_ups_link(tests.top_up_of('dan'), 'cs_dan', 'https://s.test/dan',
  tests.after('3 h')) ->> 'status',
  'pending', 'dan''s page is opened');
select is(tests.receive('dan_over', 'checkout.session.expired', jsonb_build_object('order_id',
  tests.top_up_of('dan'), 'session_id', 'cs_dan', 'payment_id', null, 'payment_status', 'unpaid', 'amount',
  500,
  'currency', 'usd', 'mode', 'payment'), '26 h'), 'processed', 'dan''s page expires');
select is(tests.top_up_line('dan', '26 h'), 'on; expired; 1 failed', 'an expired page counts as a failure');
select is(tests.notifications('dan'), '{top_up_authentication,top_up_failed}',
  'dan is notified of the failure');
select is(tests.reports('eve', 'authentication', '3 h'), 'pending link',
  'the bank requires eve to authenticate');
select is(tests.claims('3 h 1 s'), 'eve link 500', 'the step that opens eve''s page is claimed');
select is(tests.reports('eve', 'unknown', '3 h 2 s'), 'pending link', 'Stripe does not answer eve''s page');
select is(tests.claims('3 h 2 min'), 'eve link 500', 'the step is claimed again');
select is(tests.reports('eve', 'accepted', '3 h 3 min'), 'processing settle',
  'the runner reports that eve''s charge was accepted meanwhile');
select is(tests.top_up_event('eve', 'payment_intent.succeeded', '4 h'), 'processed',
  'the event of eve''s payment arrives');
select is(tests.top_up_line('eve', '4 h'), 'on; paid; 0 failed', 'eve''s payment makes the page unnecessary');

select is(tests.tops_up('kim', 'pm_kim'), 'card_missing, processed', 'kim opts in');
select is(tests.claims('4 h 1 min'), 'kim charge 500', 'kim is charged');
select is(tests.reports('kim', 'accepted', '4 h 1 min'), 'processing settle',
  'Stripe accepts kim''s payment');
select is(tests.top_up_event('kim', 'payment_intent.payment_failed', '4 h 2 min',
  '{"failure_code": "authentication_required"}'),
  'processed', 'kim''s processing payment fails');
select is(tests.top_up_line('kim', '4 h 2 min'), 'on; failed; 1 failed',
  'a payment that fails while processing counts as a failure and opens no page');
select is(top_ups_stop(tests.person('kim'), tests.after('4 h 3 min')) ->> 'state', 'off', 'kim opts out');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
