-- T29, M2, M3: disputes follow money. Money withdrawn and not reinstated is clawed back in any state; the
-- state decides what is frozen, and an unknown one is accepted, frozen and notified.

begin;
\ir ../helpers/story.psql
\ir ../helpers/money_back.psql
select plan(66);

select is(tests.buys(name), name, name || ' buys Starter')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay', 'gus', 'hal']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays')
from unnest(array['ann', 'bob', 'cyn', 'dan', 'eve', 'fay', 'gus']) name;
create function pg_temp.says(p_name text, p_status text, p_moved text[], p_passed interval,
  p_made interval default null, p_case_type text default 'chargeback', p_amount bigint default 999)
returns text language sql as $$
  select tests.dispute(p_name, p_status, p_amount, p_passed, p_made, p_moved, p_case_type) - 'received'
    || tests.bought_by(p_name, p_passed)::text
$$;

-- Ann: an appeal. Lost credits stay clawed back while the bank decides again, and are reinstated with the
-- money.
select is(tests.spends('ann', '90'), '9900', 'ann spends 90');
select is(tests.dispute('ann', status, 999, nr * interval '1 s', p_moved => moved::text[]),
  '{"received": true}', format('T29: %s is taken', status))
from (values (1, 'needs_response', '{}'), (2, 'needs_response', '{out}'), (3, 'under_review', '{out}'),
  (4, 'lost', '{out}'), (5, 'appeal_needs_response', '{out}')) s (nr, status, moved);
select is(tests.bought_by('ann', '5 s'),
  'disputed, 9990 clawed back; balance -90, held 0, available 0, debt 90',
  'the money is out, whatever it is called');
select is(tests.dispute('ann', 'appeal_under_review', 999, '6 s', p_moved => '{out}'), '{"received": true}',
  'the appeal is looked at');
select is(tests.dispute('ann', 'won', 999, '7 s', p_moved => '{out,in}'), '{"received": true}', 'and won');
select is(tests.bought_by('ann', '7 s'), 'paid, 0 clawed back; balance 9900, held 0, available 9900, debt 0',
  'the money is back, and so are the credits');
select is(tests.dispute('ann', 'lost', 999, '8 s', '4 s', '{out}'), '{"received": true}',
  'the first loss arrives again, late');
select is(tests.bought_by('ann', '8 s'), 'paid, 0 clawed back; balance 9900, held 0, available 9900, debt 0',
  'and changes nothing');
select is((select format('%s %s %s', status, case_type, movements) from farthing.disputes
  where dispute_id = 'du_ann'), 'won chargeback 2', 'the dispute says how it went');
select is((select array_agg(format('%s %s %s', amount, fee, currency) order by transaction_id)
  from farthing.dispute_movements where dispute_id = 'du_ann'), '{-999 1500 usd,999 -1500 usd}',
  'and its movements are stored once each, with their fees apart');
select throws_ok('update farthing.dispute_movements set amount = 0', '23001', null,
  'a movement never changes');
select throws_ok('delete from farthing.dispute_movements', '23001', null, 'nor goes');

-- An appeal before any money moved, after a win: frozen, not taken.
select is(tests.dispute('ann', 'appeal_needs_response', 999, '9 s', p_moved => '{out,in}'),
  '{"received": true}', 'the bank appeals what we won');
select is(tests.bought_by('ann', '9 s'), 'disputed, 0 clawed back; balance 9900, held 0, available 0, debt 0',
  'M2: what may go again is frozen');
select is(tests.dispute('ann', 'lost', 999, '9 s', p_moved => '{out,in,out}'), '{"received": true}',
  'and goes within the same second');
select is(tests.bought_by('ann', '9 s'),
  'disputed, 9990 clawed back; balance -90, held 0, available 0, debt 90',
  'of two events of one second the one that knows of more money holds');

-- Bob: prevented by rapid resolution: the buyer is paid, by the dispute.
select is(pg_temp.says('bob', 'prevented', '{}', '1 s', p_case_type => 'resolution'),
  '{}disputed, 0 clawed back; balance 9990, held 0, available 0, debt 0',
  'M3: prevented, and nobody knows yet by what: frozen');
select is(pg_temp.says('bob', 'prevented', '{out}', '2 s', p_case_type => 'resolution'),
  '{}disputed, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'M3: the money has left, so the credits are taken');
-- Cyn: prevented by a block: the buyer is paid by a refund.
select is(pg_temp.says('cyn', 'prevented', '{}', '1 s', p_case_type => 'block'),
  '{}disputed, 0 clawed back; balance 9990, held 0, available 0, debt 0', 'a block freezes');
select is((select array_agg(what) from farthing.unclear_states(tests.after('1 day'), tests.after(passed))),
  said, format('after %s nobody knows by what: %s', passed, said))
from (values (interval '1 h', null::text[]), ('1 h 1 s', '{"dispute prevented of du_cyn"}')) u (passed, said);
select is(tests.refund('cyn', 1, 999, p_passed => '2 s'), '{"received": true}', 'its refund comes');
select is(tests.bought_by('cyn', '2 s'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'and takes the credits, once');
select is_empty($$ select * from farthing.unclear_states(tests.after('1 day'), tests.after('1 day')) $$,
  'now it is known');

-- Dan: a state that Stripe has made up since.
select is(tests.dispute('dan', 'pre_arbitration', 999, '1 s', p_moved => '{}', p_case_type => 'arbitration'),
  '{"received": true}', 'T29: a state that nobody knows is taken');
select is(tests.bought_by('dan', '1 s'), 'disputed, 0 clawed back; balance 9990, held 0, available 0, debt 0',
  'and freezes');
select is(tests.dispute('dan', 'pre_arbitration', 999, '2 s', p_moved => '{out}'), '{"received": true}',
  'its money moves');
select is(tests.bought_by('dan', '2 s'), 'disputed, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'and is clawed back');
select is(tests.dispute('dan', 'won', 999, '3 s'), '{"received": true}', 'it ends well');
select is(tests.bought_by('dan', '3 s'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'and lets go');
select is(tests.refund('dan', 1, 999, 'reviewed', '4 s'), '{"received": true}',
  'T29: a refund in such a state is taken');
select is(tests.bought_by('dan', '4 s'), 'refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'and counts as under way');
select is(tests.refund('dan', 1, 999, 'requested', '5 s'), '{"received": true}',
  'so is our own word of Stripe');
select is(tests.refund('dan', 1, 999, 'failed', '6 s'), '{"received": true}', 'it fails');
select is(tests.bought_by('dan', '6 s'), 'paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'and reinstates');
select is((select array_agg(concat_ws(' ', kind, state, subject) order by kind, state)
  from farthing.unknown_states), '{"dispute pre_arbitration du_dan","refund requested re_dan_1",'
  '"refund reviewed re_dan_1"}', 'each such word is remembered, with what had it last');

-- Eve: a part, settled in euros at two rates.
create function pg_temp.in_euros(p_id text, p_amount bigint, p_rate numeric) returns jsonb language sql as $$
  select jsonb_build_object('id', 'txn_eve_' || p_id, 'amount', p_amount, 'fee', 0, 'currency', 'eur',
    'exchange_rate', p_rate)
$$;
create function pg_temp.moves(p_status text, p_passed interval, variadic p_moved jsonb[]) returns text
language sql as $$
  select tests.hears('charge.dispute.updated', jsonb_build_object('dispute_id', 'du_eve', 'payment_id',
    'pi_eve', 'charge_id', 'ch_eve', 'amount', 500, 'currency', 'usd', 'status', p_status,
    'reason', 'general', 'case_type', 'chargeback', 'movements', to_jsonb(p_moved)), p_passed) - 'received'
    || tests.bought_by('eve', p_passed)
$$;
select is(pg_temp.moves('lost', '1 s', pg_temp.in_euros('1', -460, 0.92)),
  '{}disputed, 5000 clawed back; balance 4990, held 0, available 4990, debt 0',
  'a withdrawal in another currency is a share of the dispute''s claim');
select is(pg_temp.moves('won', '2 s', pg_temp.in_euros('1', -460, 0.92),
    pg_temp.in_euros('2', 441, 0.883)),
  '{}paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0',
  'a reinstatement at another rate is all of it');
select is(pg_temp.moves('won', '3 s', pg_temp.in_euros('3', -230, 0.92)),
  '{}disputed, 2500 clawed back; balance 7490, held 0, available 7490, debt 0',
  'half of the claim is half of it');

-- Fay: an inquiry takes nothing, and money of an inquiry is money all the same.
select is(pg_temp.says('fay', 'warning_needs_response', '{}', '1 s', p_case_type => 'inquiry'),
  '{}paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0', 'an inquiry freezes nothing');
select is(pg_temp.says('fay', 'warning_closed', '{out}', '2 s', p_case_type => 'inquiry'),
  '{}disputed, 9990 clawed back; balance 0, held 0, available 0, debt 0', 'unless it took the money');
-- Gus: lost, and no money left: it had been refunded before.
select is(tests.refund('gus', 1, 999, p_passed => '1 s'), '{"received": true}', 'gus is refunded');
select is(pg_temp.says('gus', 'lost', '{}', '2 s'),
  '{}refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0',
    'a dispute without a withdrawal claws back nothing');

-- Hal: the dispute is dead before its payment comes.
select is(tests.dispute('hal', 'lost', 999, '1 s'), '{"received": true, "deferred": true}',
  'a dispute waits for its payment');
update farthing.inbox set state = 'dead', attempts = 10, next_attempt_at = null
where facts ->> 'payment_id' = 'pi_hal';
select is(tests.pays('hal', '2 s'), '{"received": true}', 'the payment comes after all');
select is(tests.bought_by('hal', '2 s'), 'disputed, 9990 clawed back; balance 0, held 0, available 0, debt 0',
  'a dead-lettered event is applied with its payment: refunded money claws back credits');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
