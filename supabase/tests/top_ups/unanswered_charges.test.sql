-- Auto top-up: a user opts out and in again while it is unknown whether Stripe has charged the card. The
-- user pays only once.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select farthing.set_policy('{"overdraft_floor": "99999999999999999999"}', 'no limit');
select plan(85);

select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in')
from unnest(array['ann', 'bob', 'cid', 'dan']) name;
select is(tests.claims(), 'ann charge 500, bob charge 500, cid charge 500, dan charge 500',
  'all four users are charged');
select is(tests.reports('ann', 'unknown', '1 s', 'no answer'), 'pending charge',
  'Stripe does not answer ann''s charge');
select is(top_ups_stop(tests.person(name), tests.after('1 min')) ->> 'state', 'off', name || ' opts out')
from unnest(array['ann', 'bob', 'cid', 'dan']) name;
select is(tests.opts_in(name, p_passed => '2 min') ->> 'state', 'on', name || ' opts in again')
from unnest(array['ann', 'bob', 'cid', 'dan']) name;
select is(tests.claims('2 min'), 'nothing', 'T16: no charge begins while Stripe may have made the first');
select is(tests.claims('2 hours'), 'nothing', 'no charge begins after the cool-down either');

-- Each of the four charges ends in a different way: paid, declined in the answer, declined by an
-- event, or unknown.
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '3 hours'), 'processed',
  'the event of ann''s payment arrives');
select is(tests.balance('ann', '3 hours'), 'balance 5000, held 0, available 5000, debt 0',
  'ann has the credits');
select is((select last_error from farthing.top_up_charges c
  join farthing.orders o using (account_id, order_id)
  join farthing.accounts a using (account_id) where a.owner_id = tests.person('ann') and o.status = 'paid'),
  null, 'the paid charge has no error any more');
select is(tests.reports('bob', 'accepted', '3 hours'), 'expired closed',
  'Stripe accepts bob''s expired charge');
select is(tests.claims('3 hours'), 'nothing', 'no charge begins while Stripe has bob''s');
select is(tests.top_up_event('bob', 'payment_intent.payment_failed', '3 hours',
  '{"decline_code": "lost_card"}'),
  'processed', 'bob''s charge is declined');
select is(tests.claims('3 hours'), 'bob charge 500', 'bob is charged again after the decline');
select is(tests.reports('cid', 'unknown', '3 hours', 'no answer'), 'expired closed',
  'Stripe does not answer cid''s expired charge');
select is(tests.claims('3 hours'), 'nothing', 'no charge begins while cid''s is unanswered');
select is(tests.reports('cid', 'declined', '3 hours', 'do_not_honor'), 'expired closed',
  'cid''s charge is declined');
select is(tests.reports('cid', 'declined', '4 hours', 'lost_card'), 'expired closed',
  'the same decline is reported again');
select is((select failure_code from farthing.top_up_charges where order_id = tests.top_up_of('cid')),
  'do_not_honor', 'the first failure code stays');
select is(tests.claims('4 hours'), 'bob charge 500, cid charge 500',
  'cid is charged again after the decline');
select is(tests.claims('23 h' - interval '1 s'), 'bob charge 500, cid charge 500',
  'dan''s unanswered charge blocks the next one for 23 hours');
select is(tests.claims('23 h'), 'dan charge 500', 'dan is charged again after 23 hours');
select is(tests.notifications('dan'), '{}', 'a user who opted out is not notified of a failure');

-- If a charge was never requested from Stripe, it does not count as unanswered. So a user who opts
-- in again is charged at once.
select is(tests.top_up_event(name, 'payment_intent.succeeded', '23 h'), 'processed', name || ' pays')
from unnest(array['bob', 'cid', 'dan']) name;
select is(tests.tops_up('eve'), 'card_missing, processed', 'eve opts in');
select is(jsonb_array_length(top_ups_claim(0, tests.after('23 h'))), 0,
  'a claim with a limit of zero returns no charge');
select is(farthing.begin_top_up(account_id, tests.after('23 h')), true,
  'an order is created without being claimed')
from farthing.accounts where owner_id = tests.person('eve');
select is(top_ups_stop(tests.person('eve'), tests.after('23 h')) ->> 'state', 'off',
  'eve opts out');
select is(tests.opts_in('eve', p_passed => '23 h') ->> 'state', 'on', 'eve opts in again');
select is(tests.claims('23 h 10 min'), 'eve charge 500',
  'a charge that was never sent to Stripe does not block the next one');

-- A debt that no charge could cover does not delay other users.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in')
from unnest(array['fay', 'gus']) name;
select isnt(tests.give('fay', '1'), null, 'fay is granted 1');
select is(holds_settle(tests.hold('fay', '1', 600), '99999999999999999999', p_now => tests.after('1 s')) #>>
  '{data,shortfall}', '99999999999999999998', 'fay has a debt of nearly 10^20 credits');
select is(tests.claims('24 h'), 'eve charge 500, fay charge 2000, gus charge 500',
  'fay is charged the monthly cap, and gus is charged, too');

-- If Stripe has accepted a charge, neither an opt-out nor the failure of a different payment ends it.
select is(tests.tops_up('hal', 'pm_old'), 'card_missing, processed', 'hal opts in');
select is(tests.claims('25 h'), 'eve charge 500, fay charge 2000, gus charge 500, hal charge 500',
  'hal is charged');
select is(tests.reports('hal', 'accepted', '25 h'), 'processing settle', 'Stripe accepts hal''s charge');
select is(tests.top_up_event('hal', 'payment_intent.payment_failed', '25 h', '{"payment_id": "pi_other"}'),
  'processed', 'another payment of the order fails');
select is(top_ups_stop(tests.person('hal'), tests.after('25 h')) ->> 'state', 'off', 'hal opts out');
select is(tests.top_up_line('hal', '25 h'), 'off; processing; 0 failed', 'the accepted charge stays open');
select is(tests.top_up_event('hal', 'payment_intent.payment_failed', '25 h 1 s'), 'processed',
  'the accepted charge fails');
select is(tests.opts_in('hal', p_passed => '25 h 2 s') ->> 'state', 'on', 'hal opts in again');

-- A card is missing at Stripe, but a new card has replaced it already.
select is(tests.claims('25 h 2 s'), 'hal charge 500', 'hal is charged');
select is(tests.saves('hal', 'pm_new', '25 h 3 s'), 'processed', 'hal saves another card');
select is(tests.reports('hal', 'card_gone', '25 h 4 s'), 'failed closed',
  'Stripe answers that the old card does not exist');
select is(tests.top_up_line('hal', '25 h 5 s'), 'on; failed; 1 failed',
  'a missing card that was replaced counts as a failure and does not pause');
select is((select payment_method_id from farthing.customers join farthing.accounts using (account_id)
  where owner_id = tests.person('hal')), 'pm_new', 'the new card stays saved');
select is((tests.opts_in('hal', p_passed => '25 h 6 s') ->> 'failures')::int, 1,
  'opting in again does not reset the failures');

-- An early fraud warning freezes nothing if the payment's credits are already spent. Even so,
-- top-ups no longer charge the card.
select is(tests.top_up_event('gus', 'payment_intent.succeeded', '25 h'), 'processed', 'gus pays');
select is(credits_debit(tests.person('gus'), '5000', 'x', p_now => tests.after('25 h')) #>> '{data,amount}',
  '5000', 'gus spends all credits');
select is(tests.receive('warned', 'radar.early_fraud_warning.created', jsonb_build_object('warning_id',
  'issfr_gus', 'payment_id', 'pi_' || tests.top_up_of('gus'), 'fraud_type', 'x', 'actionable', true), '25 h'),
  'processed', 'a card network warns of gus''s payment');
select is(tests.claims('26 h 10 min'), 'eve charge 500, fay charge 2000, hal charge 500',
  'a user with an open fraud warning is not charged');
select is((select (top_ups_read(tests.person('gus'), tests.after('26 h')) ->> 'charged_this_month')::int),
  500, 'gus was charged once');

-- A refunded charge still counts towards the monthly cap and starts a cool-down.
create function pg_temp.refund(p_nr int, p_passed interval) returns text language sql as $$
  select tests.receive('refund_ivy_' || p_nr, 'refund.created', jsonb_build_object('stripe_refund_id',
    're_ivy_' || p_nr, 'payment_id', 'pi_' || tests.top_up_of('ivy'), 'amount', 100, 'currency', 'usd',
    'status', 'succeeded'), p_passed)
$$;
select is(tests.tops_up('ivy'), 'card_missing, processed', 'ivy opts in');
select matches(tests.claims('27 h'), 'ivy charge 500', 'ivy is charged');
select is(tests.top_up_event('ivy', 'payment_intent.succeeded', '27 h'), 'processed', 'ivy pays');
select is(tests.reports('ivy', 'declined', '27 h'), 'paid closed', 'a late answer arrives after the payment');
select is(top_ups_read(tests.person('ivy')) #>> '{charges,0,failure_code}', null,
  'the late answer records no failure');
select is(credits_debit(tests.person('ivy'), '3000', 'x', p_now => tests.after('27 h')) #>> '{data,amount}',
  '3000', 'ivy spends 3000');
select is(pg_temp.refund(nr, nr * interval '1 s' + '27 h 1 min'), 'processed',
  format('part %s of ivy''s payment is refunded', nr))
from generate_series(1, 2) nr;
select is(tests.notifications('ivy'), '{receipt,refund,top_up_paused,refund}',
  'two refunds notify one pause');
select is((tests.opts_in('ivy', p_passed => '27 h 2 min') ->> 'charged_this_month')::int, 500,
  'a refunded charge counts for the monthly cap');
select doesnt_match(tests.claims('27 h 9 min'), 'ivy', 'opting in again does not end the cool-down');
select matches(tests.claims('27 h 10 min'), 'ivy charge 500', 'a refunded charge starts the cool-down');

-- The bank requires authentication. The charge at Stripe is cancelled, and an authentication page
-- is to be opened instead. So the result of the charge is known: the user can opt out, opt in
-- again, and be charged again.
select is(tests.tops_up('jim'), 'card_missing, processed', 'jim opts in');
select matches(tests.claims('28 h'), 'jim charge 500', 'jim is charged');
select is(tests.reports('jim', 'authentication', '28 h'), 'pending link',
  'the bank requires jim to authenticate');
select matches(tests.claims('28 h'), 'jim link 500', 'the step that opens jim''s page is claimed');
select is(top_ups_stop(tests.person('jim'), tests.after('28 h')) ->> 'state', 'off', 'jim opts out');
select is(tests.opts_in('jim', p_passed => '28 h') ->> 'state', 'on', 'jim opts in again');
select matches(tests.claims('28 h 10 min'), 'jim charge 500',
  'a charge that a page replaced does not block the next one');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
