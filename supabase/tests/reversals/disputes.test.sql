-- T29, M2, M3: credits are clawed back for money that a bank has withdrawn and not reinstated, whatever the
-- dispute's state is. The state decides what is frozen. An unknown state is accepted, freezes credits and
-- is reported.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(71);

select is(tests.buys(name), name, name || ' buys Starter')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay', 'gus', 'ida']) name;
create function pg_temp.dispute(p_name text, p_status text, p_moved text[], p_passed interval,
  p_made interval default null, p_case_type text default 'chargeback', p_amount bigint default 999)
returns text language sql as $$
  select tests.dispute(p_name, p_status, p_amount, p_passed, p_made, p_moved, p_case_type) - 'received'
    || tests.bought_by(p_name, p_passed)::text
$$;

-- Ann's dispute is appealed. Credits stay clawed back while the bank decides again, and are reinstated when
-- the bank reinstates the money.
select is(tests.spends('ann', '90'), '9900', 'ann spends 90');
select is(tests.dispute('ann', status, 999, nr * interval '1 s', p_moved => moved::text[]),
  '{"received": true}', format('T29: an event with the state %s is accepted', status))
from (values (1, 'needs_response', '{}'), (2, 'needs_response', '{out}'), (3, 'under_review', '{out}'),
  (4, 'lost', '{out}'), (5, 'appeal_needs_response', '{out}')) s (nr, status, moved);
select is(tests.bought_by('ann', '5 s'),
  'disputed, 9990 clawed back; balance -90, held 0, available 0, debt 90',
  'withdrawn money claws back credits in every state');
select is(tests.dispute('ann', 'appeal_under_review', 999, '6 s', p_moved => '{out}'), '{"received": true}',
  'the bank reviews the appeal');
select is(tests.dispute('ann', 'won', 999, '7 s', p_moved => '{out,in}'), '{"received": true}',
  'the appeal is won');
select is(tests.bought_by('ann', '7 s'), 'paid, 0 clawed back; balance 9900, held 0, available 9900, debt 0',
  'reinstated money reinstates the credits');
select is(tests.dispute('ann', 'lost', 999, '8 s', '4 s', '{out}'), '{"received": true}',
  'the event of the first loss arrives again, late');
select is(tests.bought_by('ann', '8 s'), 'paid, 0 clawed back; balance 9900, held 0, available 9900, debt 0',
  'the late event changes nothing');
select is((select format('%s %s %s', status, case_type, movements) from farthing.disputes
  where dispute_id = 'du_ann'), 'won chargeback 2', 'the dispute has its last state and number of movements');
select is((select array_agg(format('%s %s %s', amount, fee, currency) order by transaction_id)
  from farthing.dispute_movements where dispute_id = 'du_ann'), '{-999 1500 usd,999 -1500 usd}',
  'each movement is stored once, with its fee apart');
select throws_ok('update farthing.dispute_movements set amount = 0', '23001', null,
  'a movement cannot be changed');
select throws_ok('delete from farthing.dispute_movements', '23001', null, 'a movement cannot be deleted');

-- An appeal after a win freezes credits. No credits are clawed back unless the bank withdraws the
-- money again.
select is(tests.dispute('ann', 'appeal_needs_response', 999, '9 s', p_moved => '{out,in}'),
  '{"received": true}', 'the bank appeals after a win');
select is(tests.bought_by('ann', '9 s'), 'disputed, 0 clawed back; balance 9900, held 0, available 0, debt 0',
  'M2: credits whose money may be withdrawn again are frozen');
select is(tests.dispute('ann', 'lost', 999, '9 s', p_moved => '{out,in,out}'), '{"received": true}',
  'the appeal is lost within the same second');
select is(tests.bought_by('ann', '9 s'),
  'disputed, 9990 clawed back; balance -90, held 0, available 0, debt 90',
  'of two events in one second, the one with more movements applies');

-- Bob's dispute is prevented by rapid resolution: the money that the bank withdraws goes to the
-- buyer, so there is no refund.
select is(pg_temp.dispute('bob', 'prevented', '{}', '1 s', p_case_type => 'resolution'),
  '{}disputed, 0 clawed back; balance 9990, held 0, available 0, debt 0',
  'M3: credits are frozen while it is unknown how a dispute was prevented');
select is(pg_temp.dispute('bob', 'prevented', '{out}', '2 s', p_case_type => 'resolution'),
  '{}disputed, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'M3: a withdrawal claws back the credits of a prevented dispute');
-- Cyn's dispute is prevented by a block: a refund pays the money back to the buyer.
select is(pg_temp.dispute('cyn', 'prevented', '{}', '1 s', p_case_type => 'block'),
  '{}disputed, 0 clawed back; balance 9990, held 0, available 0, debt 0',
  'a prevented dispute without a withdrawal freezes credits');
select is((select array_agg(what) from farthing.unclear_states(tests.after('1 day'), tests.after(passed))),
  expected, format('after %s the unclear states are %s', passed, coalesce(expected::text, 'none')))
from (values (interval '1 h', null::text[]), ('1 h 1 s',
  '{"dispute prevented of du_cyn"}')) u (passed, expected);
select is(tests.refund('cyn', 1, 999, p_passed => '2 s'), '{"received": true}',
  'the refund that prevented the dispute arrives');
select is(tests.bought_by('cyn', '2 s'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'the refund claws back the credits once');
select is_empty($$ select * from farthing.unclear_states(tests.after('1 day'), tests.after('1 day')) $$,
  'the state is no longer unclear');
-- Ida's dispute claims more than Ida has paid. A refund of the whole payment ends the dispute.
select is(pg_temp.dispute('ida', 'prevented', '{}', '1 s', p_case_type => 'block', p_amount => 1200),
  '{}disputed, 0 clawed back; balance 9990, held 0, available 0, debt 0',
  'a prevented dispute of more than the payment freezes credits');
select is(tests.refund('ida', 1, 999, p_passed => '2 s'), '{"received": true}',
  'the payment is refunded in full');
select is(tests.bought_by('ida', '2 s'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'the refund of the whole payment ends the dispute');

-- Dan's dispute has a state that is unknown to Farthing, because Stripe added it later.
select is(tests.dispute('dan', 'pre_arbitration', 999, '1 s', p_moved => '{}', p_case_type => 'arbitration'),
  '{"received": true}', 'T29: an unknown state of a dispute is accepted');
select is(tests.bought_by('dan', '1 s'), 'disputed, 0 clawed back; balance 9990, held 0, available 0, debt 0',
  'an unknown state freezes credits');
select is(tests.dispute('dan', 'pre_arbitration', 999, '2 s', p_moved => '{out}'), '{"received": true}',
  'money is withdrawn in an unknown state');
select is(tests.bought_by('dan', '2 s'), 'disputed, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'a withdrawal in an unknown state claws back credits');
select is(tests.dispute('dan', 'won', 999, '3 s'), '{"received": true}', 'the dispute is won');
select is(tests.bought_by('dan', '3 s'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'a won dispute unfreezes and reinstates the credits');
select is(tests.refund('dan', 1, 999, 'reviewed', '4 s'), '{"received": true}',
  'T29: an unknown state of a refund is accepted');
select is(tests.bought_by('dan', '4 s'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'a refund in an unknown state claws back credits');
select is(tests.refund('dan', 1, 999, 'requested', '5 s'), '{"received": true}',
  'Stripe''s use of our own state requested is accepted');
select is(tests.refund('dan', 1, 999, 'failed', '6 s'), '{"received": true}', 'the refund fails');
select is(tests.bought_by('dan', '6 s'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'the failed refund reinstates the credits');
select is((select array_agg(concat_ws(' ', kind, state, subject) order by kind, state)
  from farthing.unknown_states), '{"dispute pre_arbitration du_dan","refund requested re_dan_1",'
  '"refund reviewed re_dan_1"}', 'each unknown state is recorded with its last object');

-- Eve's dispute is about a part of the payment, and is settled in euros at two exchange rates.
create function pg_temp.in_euros(p_id text, p_amount bigint, p_rate numeric) returns jsonb language sql as $$
  select jsonb_build_object('id', 'txn_eve_' || p_id, 'amount', p_amount, 'fee', 0, 'currency', 'eur',
    'exchange_rate', p_rate)
$$;
create function pg_temp.moves(p_status text, p_passed interval, variadic p_moved jsonb[]) returns text
language sql as $$
  select tests.receive('charge.dispute.updated', jsonb_build_object('dispute_id', 'du_eve', 'payment_id',
    'pi_eve', 'charge_id', 'ch_eve', 'amount', 500, 'currency', 'usd', 'status', p_status,
    'reason', 'general', 'case_type', 'chargeback', 'movements', to_jsonb(p_moved)), p_passed) - 'received'
    || tests.bought_by('eve', p_passed)
$$;
select is(pg_temp.moves('lost', '1 s', pg_temp.in_euros('1', -460, 0.92)),
  '{}disputed, 5000 clawed back; balance 4990, held 0, available 4990, debt 0',
  'a withdrawal in another currency claws back its share of the disputed amount');
select is(pg_temp.moves('won', '2 s', pg_temp.in_euros('1', -460, 0.92),
    pg_temp.in_euros('2', 441, 0.883)),
  '{}paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'a reinstatement at another rate reinstates the whole share');
select is(pg_temp.moves('won', '3 s', pg_temp.in_euros('3', -230, 0.92)),
  '{}disputed, 2500 clawed back; balance 7490, held 0, available 7490, debt 0',
  'a withdrawal of half the disputed amount claws back half of the share');

-- Fay's inquiry freezes nothing. If a bank withdraws money during the inquiry, credits are still
-- clawed back.
select is(pg_temp.dispute('fay', 'warning_needs_response', '{}', '1 s', p_case_type => 'inquiry'),
  '{}paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0', 'an inquiry freezes no credits');
select is(pg_temp.dispute('fay', 'warning_closed', '{out}', '2 s', p_case_type => 'inquiry'),
  '{}disputed, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'an inquiry that withdrew money claws back credits');
-- Gus's dispute is lost after the payment was refunded, so the bank withdraws no money.
select is(tests.refund('gus', 1, 999, p_passed => '1 s'), '{"received": true}', 'gus is refunded');
select is(pg_temp.dispute('gus', 'lost', '{}', '2 s'),
  '{}refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
    'a lost dispute without a withdrawal claws back nothing more');

-- Hal's dispute is dead-lettered before its payment arrives.
select is(tests.dispute('hal', 'lost', 999, '1 s'), '{"received": true, "deferred": true}',
  'a dispute before its payment is deferred');
update farthing.inbox set state = 'dead', attempts = 10, next_attempt_at = null
where facts ->> 'payment_id' = 'pi_hal';
select is(tests.pays('hal', '2 s'), '{"received": true}',
  'the payment arrives after its dispute was dead-lettered');
select is(tests.bought_by('hal', '2 s'), 'disputed, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'a dead-lettered dispute is applied with its payment');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
