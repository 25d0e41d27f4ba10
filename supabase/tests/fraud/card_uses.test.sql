-- Recorded uses of cards, and the limits per card that the next checkout checks.

begin;
\ir ../helpers/all_tests.psql
select plan(50);

insert into farthing.packages (package_id, version, name, amount, currency, credits, effective_from)
select md5('deal ' || n)::uuid, 1, 'Deal ' || n, 1000, 'usd', 10, tests.after('-1 day')
from generate_series(1, 9) n;

create temporary table bought (name text, nr int, order_id uuid);
create function pg_temp.buys(p_name text, p_nr int, p_passed interval default '0') returns text
language plpgsql as $$
declare
  v_answer jsonb := checkout_begin(tests.person(p_name), md5('deal ' || p_nr)::uuid::text,
    'https://a.test', 'https://a.test', p_now => tests.after(p_passed));
begin
  insert into bought select p_name, p_nr, (v_answer #>> '{order,order_id}')::uuid where v_answer ? 'order';
  return concat_ws(' ', v_answer ->> 'step', v_answer ->> 'code', v_answer ->> 'retry_after');
end
$$;
-- Applies a charge event of a user's first order. The event names the card, and says whether the
-- card was accepted.
create function pg_temp.pays(p_name text, p_charge text, p_card text, p_passed interval default '0',
  p_outcome text default 'succeeded', p_order uuid default null)
returns jsonb language sql as $$
  select inbox_receive(jsonb_build_object('id', 'evt_' || p_charge, 'type', 'charge.' || p_outcome,
    'livemode', true, 'created', extract(epoch from tests.after(p_passed))::bigint,
    'facts', jsonb_build_object('order_id', coalesce(p_order, (select order_id from bought
      where name = p_name order by nr limit 1)), 'booking_id', null, 'payment_id', 'pi_' || p_charge,
      'charge_id', 'ch_' || p_charge, 'amount', 1000, 'currency', 'usd', 'outcome', p_outcome,
      'failure_code', null, 'card_fingerprint', p_card, 'mark',
      (select installation_id from farthing.policy))), tests.after(p_passed))
$$;
create function pg_temp.last_reasons(p_name text) returns text language sql as $$
  select array_to_string(d.reasons, ',') from farthing.fraud_decisions d
  join farthing.accounts using (account_id)
  where owner_id = tests.person(p_name) order by d.decision_id desc limit 1
$$;

-- Each use of a card is recorded once.
select is(pg_temp.buys('ann', 1), 'create', 'ann buys a package');
select is(pg_temp.pays('ann', 'a1', 'fp_a'), '{"received": true}', 'ann pays with a card');
select is(pg_temp.pays('ann', 'a1', 'fp_a'), '{"received": true, "duplicate": true}',
  'the same event arrives again');
select results_eq($$ select charge_id, encode(card, 'hex'), outcome, livemode, used_at
  from farthing.card_uses $$, $$ values ('ch_a1', tests.sha256('fp_a'), 'succeeded', true, tests.after()) $$,
  'the use of the card is stored once, and the card only as a hash');
select is(pg_temp.pays('ann', 'a2', null), '{"received": true}', 'a payment without a card arrives');
select is(pg_temp.pays('ann', 'a3', 'fp_a', p_order => gen_random_uuid()),
  '{"received": true, "deferred": true}', 'a charge that arrives before its order is deferred');
select is((select count(*)::int from farthing.card_uses), 1, 'neither of the two is recorded');

-- After five failed attempts the next checkout is refused.
select is(pg_temp.buys('bob', 1), 'create', 'bob buys a package');
select isnt(pg_temp.pays('bob', 'b' || n, 'fp_b' || n % 2, n * interval '1 min', 'failed'), null,
  'a card of bob is declined') from generate_series(1, 4) n;
select is(pg_temp.buys('bob', 2, '4 min'), 'create', 'four failed attempts do not reach the limit');
select isnt(pg_temp.pays('bob', 'b5', 'fp_b1', '5 min', 'failed'), null, 'a fifth attempt fails');
select is(pg_temp.buys('bob', 3, '6 min'), 'refused velocity_exceeded 3300',
  'five failed attempts refuse the checkout');
select is(pg_temp.last_reasons('bob'), 'failed_cards,no_ip', 'the refusal is recorded with its reason');
select is(pg_temp.buys('bob', 3, '61 min'), 'create',
  'fewer failed attempts within the hour allow a checkout');

-- A user with more than five cards in a day is refused.
select is(pg_temp.buys('cid', 1), 'create', 'cid buys a package');
select isnt(pg_temp.pays('cid', 'c' || n, 'fp_c' || n, n * interval '1 min'), null, 'cid uses another card')
from generate_series(1, 5) n;
select is(pg_temp.buys('cid', 2, '6 min'), 'create', 'five cards do not exceed the limit');
select isnt(pg_temp.pays('cid', 'c6', 'fp_c6', '6 min'), null, 'cid uses a sixth card');
select is(concat_ws(' ', pg_temp.buys('cid', 3, '7 min'), pg_temp.last_reasons('cid')),
  'refused velocity_exceeded 86040 user_cards,no_ip', 'six cards in a day refuse the checkout');

-- All users of a card are refused if more than three share it.
select is((select string_agg(pg_temp.buys(name, 1) || coalesce(pg_temp.pays(name, name, 'fp_x') ->> 'x', ''),
  ' ') from unnest(array['dan', 'eve', 'fay']) name), 'create create create', 'three users share a card');
select is(pg_temp.buys('dan', 2, '1 min'), 'create', 'three users do not exceed the limit');
select is(concat_ws(' ', pg_temp.buys('gus', 1, '1 min'), pg_temp.pays('gus', 'gus', 'fp_x', '1 min')),
  'create {"received": true}', 'a fourth user uses the card');
select is(concat_ws(' ', pg_temp.buys('dan', 3, '2 min'), pg_temp.last_reasons('dan')),
  'refused velocity_exceeded 86280 card_users,no_ip', 'every user of the card is refused');
select is(pg_temp.buys('ann', 3, '2 min'), 'create', 'a user of another card may buy');
-- dan also uses a second card, which three other users share with him. A card counts against the
-- limit card_users only as long as all its four users have used it within the last day. dan is
-- refused as long as at least one of his two cards counts.
select isnt(pg_temp.buys('m' || n, 1), null, 'another user buys a package') from generate_series(1, 3) n;
select is((select string_agg(pg_temp.pays('m' || n, 'm' || n, 'fp_m', n * interval '1 hour') ->> 'received',
  ' ') from generate_series(1, 3) n) || (pg_temp.pays('dan', 'm4', 'fp_m', '4 hours') ->> 'received'),
  'true true truetrue', 'a second card has four users, too');
select is(pg_temp.buys('dan', 3, '4 hours'), 'refused velocity_exceeded 75600',
  'the later end of two limits is returned');
-- A database has only one Stripe mode, so the test calls the function directly for an event of the other
-- mode.
select is(pg_temp.buys('t' || n, 1, '2 days'), 'create',
  'another user buys a package') from generate_series(1, 4) n;
select is(farthing.apply_charge_event(jsonb_build_object('order_id', order_id,
    'charge_id', name, 'card_fingerprint', 'fp_test', 'outcome', 'succeeded', 'livemode', false,
    'occurred_at', tests.after('2 days')), tests.after('2 days')), 'processed', name || ' uses a test card')
from bought where name like 't_';
select is(pg_temp.buys('t4', 2, '2 days 1 min'), 'create', 'all users may share a test card');

-- The users of a blocked card are refused, and old uses are deleted.
insert into farthing.blocks (kind, subject, reason, blocked_by)
values ('card', tests.sha256('fp_a'), 'stolen', 'key:test');
select is(pg_temp.buys('ann', 4, '3 days'), 'refused forbidden', 'a user of a blocked card can''t buy');
select is(pg_temp.buys('bob', 4, '3 days'), 'create', 'a user of another card can buy');

select is(farthing.delete_old_fraud_records(tests.after('91 days')) > 0,
  true, 'the task deletes uses of cards');
select is((select min(used_at) from farthing.card_uses), tests.after('2 days'),
  'the deleted uses are 90 days old');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
