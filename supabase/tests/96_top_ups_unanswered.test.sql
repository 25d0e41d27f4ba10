-- Auto top-up: whoever opts out and in again, while nobody knows whether Stripe has charged, pays once.

begin;
\ir helpers/story.psql
\ir helpers/top_ups.psql
select plan(46);

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

-- What became of it: paid, declined by the answer, by the event; or nobody ever says.
select is(tests.told('ann', 'payment_intent.succeeded', '3 hours'), 'processed', 'ann had paid');
select is(tests.standing('ann', '3 hours'), 'balance 5000, held 0, available 5000, debt 0',
  'and has the credits');
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
  'do_not_honor', 'which says nothing new');
select is(tests.claims('4 hours'), 'bob charge 500, cid charge 500', 'then cid is charged anew as well');
select is(tests.claims('23 h' - interval '1 s'), 'bob charge 500, cid charge 500', 'dan''s is not asked for');
select is(tests.claims('23 h'), 'dan charge 500', 'until Stripe would have said');
select is(tests.notices('dan'), '{}', 'who opted out is told of no failure');

-- What nobody had asked Stripe for is no charge: opting in again begins at once.
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

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
