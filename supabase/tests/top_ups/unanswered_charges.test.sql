-- Auto top-up: whoever opts out and in again, while nobody knows whether Stripe has charged, pays once.

begin;
\ir ../helpers/story.psql
\ir ../helpers/top_ups.psql
select farthing.set_policy('{"overdraft_floor": "99999999999999999999"}', 'no limit');
select plan(85);

select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in')
from unnest(array['ann', 'bob', 'cid', 'dan']) name;
select is(tests.claims(), 'ann charge 500, bob charge 500, cid charge 500, dan charge 500',
  'all are charged');
select is(tests.reports('ann', 'unknown', '1 s', 'no answer'), 'pending charge',
  'nobody knows whether ann was');
select is(top_ups_stop(tests.person(name), tests.after('1 min')) ->> 'state', 'off', name || ' opts out')
from unnest(array['ann', 'bob', 'cid', 'dan']) name;
select is(tests.opts_in(name, p_passed => '2 min') ->> 'state', 'on', name || ' opts in again')
from unnest(array['ann', 'bob', 'cid', 'dan']) name;
select is(tests.claims('2 min'), 'nothing', 'T16: while the charge may have been made there is no other');
select is(tests.claims('2 hours'), 'nothing', 'however long the pause between two is');

-- Outcomes: paid, declined by the answer or by the event; or never known.
select is(tests.told('ann', 'payment_intent.succeeded', '3 hours'), 'processed', 'ann had paid');
select is(tests.standing('ann', '3 hours'), 'balance 5000, held 0, available 5000, debt 0',
  'and has the credits');
select is((select last_error from farthing.top_up_charges c
  join farthing.orders o using (account_id, order_id)
  join farthing.accounts a using (account_id) where a.owner_id = tests.person('ann') and o.status = 'paid'),
  null, 'and nothing is the matter with the charge any more');
select is(tests.reports('bob', 'accepted', '3 hours'), 'expired closed', 'Stripe has bob''s');
select is(tests.claims('3 hours'), 'nothing', 'and will say what becomes of it');
select is(tests.told('bob', 'payment_intent.payment_failed', '3 hours', '{"decline_code": "lost_card"}'),
  'processed', 'it was declined');
select is(tests.claims('3 hours'), 'bob charge 500', 'then bob is charged anew');
select is(tests.reports('cid', 'unknown', '3 hours', 'no answer'), 'expired closed',
  'of cid''s nothing is known');
select is(tests.claims('3 hours'), 'nothing', 'still');
select is(tests.reports('cid', 'declined', '3 hours', 'do_not_honor'), 'expired closed', 'it was declined');
select is(tests.reports('cid', 'declined', '4 hours', 'lost_card'), 'expired closed', 'and once more');
select is((select failure_code from farthing.top_up_charges where order_id = tests.top_up_of('cid')),
  'do_not_honor', 'it says nothing new');
select is(tests.claims('4 hours'), 'bob charge 500, cid charge 500', 'then cid is charged anew as well');
select is(tests.claims('23 h' - interval '1 s'), 'bob charge 500, cid charge 500', 'dan''s is not asked for');
select is(tests.claims('23 h'), 'dan charge 500', 'until Stripe would have said');
select is(tests.notices('dan'), '{}', 'a user who opted out is not notified of a failure');

-- A charge never requested from Stripe is none: opting in again begins at once.
select is(tests.told(name, 'payment_intent.succeeded', '23 h'), 'processed', name || ' pays')
from unnest(array['bob', 'cid', 'dan']) name;
select is(tests.tops_up('eve'), 'card_missing, processed', 'eve opts in');
select is(jsonb_array_length(top_ups_claim(0, tests.after('23 h'))), 0, 'nobody is handed anything');
select is(farthing.begin_top_up(account_id, tests.after('23 h')), true,
  'an order is made, and not handed out')
from farthing.accounts where owner_id = tests.person('eve');
select is(top_ups_stop(tests.person('eve'), tests.after('23 h')) ->> 'state', 'off',
  'eve opts out');
select is(tests.opts_in('eve', p_passed => '23 h') ->> 'state', 'on', 'and in again');
select is(tests.claims('23 h 10 min'), 'eve charge 500', 'and is charged');

-- A debt beyond all cards holds nobody else up.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in')
from unnest(array['fay', 'gus']) name;
select isnt(tests.give('fay', '1'), null, 'fay has 1');
select is(holds_settle(tests.hold('fay', '1', 600), '99999999999999999999', p_now => tests.after('1 s')) #>>
  '{data,shortfall}', '99999999999999999998', 'and owes nearly 10^20');
select is(tests.claims('24 h'), 'eve charge 500, fay charge 2000, gus charge 500',
  'fay is charged what the month''s cap leaves, and gus is too');

-- While Stripe has a charge, neither opting out nor the failure of another payment ends it.
select is(tests.tops_up('hal', 'pm_old'), 'card_missing, processed', 'hal opts in');
select is(tests.claims('25 h'), 'eve charge 500, fay charge 2000, gus charge 500, hal charge 500',
  'hal is charged');
select is(tests.reports('hal', 'accepted', '25 h'), 'processing settle', 'Stripe has it');
select is(tests.told('hal', 'payment_intent.payment_failed', '25 h', '{"payment_id": "pi_other"}'),
  'processed', 'another payment of the order fails');
select is(top_ups_stop(tests.person('hal'), tests.after('25 h')) ->> 'state', 'off', 'hal opts out');
select is(tests.stands('hal', '25 h'), 'off; processing; 0 failed', 'the charge goes on');
select is(tests.told('hal', 'payment_intent.payment_failed', '25 h 1 s'), 'processed', 'and fails');
select is(tests.opts_in('hal', p_passed => '25 h 2 s') ->> 'state', 'on', 'hal opts in again');

-- A card that is gone, when another has taken its place.
select is(tests.claims('25 h 2 s'), 'hal charge 500', 'hal is charged');
select is(tests.saves('hal', 'pm_new', '25 h 3 s'), 'processed', 'and saves another card');
select is(tests.reports('hal', 'card_gone', '25 h 4 s'), 'failed closed',
  'Stripe does not know the one before');
select is(tests.stands('hal', '25 h 5 s'), 'on; failed; 1 failed', 'that is a failure, and no pause');
select is((select payment_method_id from farthing.customers join farthing.accounts using (account_id)
  where owner_id = tests.person('hal')), 'pm_new', 'the new card stays');
select is((tests.opts_in('hal', p_passed => '25 h 6 s') ->> 'failures')::int, 1,
  'opting in again forgets no failure');

-- A warning of a payment that is spent: no credits are frozen, and the card is not charged.
select is(tests.told('gus', 'payment_intent.succeeded', '25 h'), 'processed', 'gus pays');
select is(credits_debit(tests.person('gus'), '5000', 'x', p_now => tests.after('25 h')) #>> '{data,amount}',
  '5000', 'and spends it all');
select is(tests.hears('warned', 'radar.early_fraud_warning.created', jsonb_build_object('warning_id',
  'issfr_gus', 'payment_id', 'pi_' || tests.top_up_of('gus'), 'fraud_type', 'x', 'actionable', true), '25 h'),
  'processed', 'a card network warns of it');
select is(tests.claims('26 h 10 min'), 'eve charge 500, fay charge 2000, hal charge 500',
  'gus is not charged');
select is((select (top_ups_read(tests.person('gus'), tests.after('26 h')) ->> 'charged_this_month')::int),
  500, 'and has been charged once');

-- A refunded charge was made all the same: it counts for the cap and for the pause between two.
create function pg_temp.refund(p_nr int, p_passed interval) returns text language sql as $$
  select tests.hears('refund_ivy_' || p_nr, 'refund.created', jsonb_build_object('stripe_refund_id',
    're_ivy_' || p_nr, 'payment_id', 'pi_' || tests.top_up_of('ivy'), 'amount', 100, 'currency', 'usd',
    'status', 'succeeded'), p_passed)
$$;
select is(tests.tops_up('ivy'), 'card_missing, processed', 'ivy opts in');
select matches(tests.claims('27 h'), 'ivy charge 500', 'is charged');
select is(tests.told('ivy', 'payment_intent.succeeded', '27 h'), 'processed', 'and pays');
select is(tests.reports('ivy', 'declined', '27 h'), 'paid closed', 'an answer that comes late');
select is(top_ups_read(tests.person('ivy')) #>> '{charges,0,failure_code}', null, 'makes no failure of it');
select is(credits_debit(tests.person('ivy'), '3000', 'x', p_now => tests.after('27 h')) #>> '{data,amount}',
  '3000', 'ivy spends');
select is(pg_temp.refund(nr, nr * interval '1 s' + '27 h 1 min'), 'processed', 'a part is refunded')
from generate_series(1, 2) nr;
select is(tests.notices('ivy'), '{receipt,refund,top_up_paused,refund}', 'ivy is notified of it once');
select is((tests.opts_in('ivy', p_passed => '27 h 2 min') ->> 'charged_this_month')::int, 500,
  'a cap is on charges');
select doesnt_match(tests.claims('27 h 9 min'), 'ivy', 'opting in again ends no pause between two');
select matches(tests.claims('27 h 10 min'), 'ivy charge 500', 'it follows the charge');

-- A page takes a charge's place when that was cancelled: whoever opts out then owes nobody an answer.
select is(tests.tops_up('jim'), 'card_missing, processed', 'jim opts in');
select matches(tests.claims('28 h'), 'jim charge 500', 'is charged');
select is(tests.reports('jim', 'authentication', '28 h'), 'pending link', 'the bank wants jim');
select matches(tests.claims('28 h'), 'jim link 500', 'a page is asked for');
select is(top_ups_stop(tests.person('jim'), tests.after('28 h')) ->> 'state', 'off', 'jim opts out');
select is(tests.opts_in('jim', p_passed => '28 h') ->> 'state', 'on', 'and in again');
select matches(tests.claims('28 h 10 min'), 'jim charge 500', 'and is charged');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
