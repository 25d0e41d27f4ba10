-- The RPC functions with which operators handle fraud: decisions, blocks and limits.

begin;
\ir ../helpers/all_tests.psql
select plan(39);

create function pg_temp.buys(p_name text, p_passed interval default '0') returns text language sql as $$
  select concat_ws(' ', b ->> 'step', b ->> 'code') from checkout_begin(tests.person(p_name),
    'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test', 'https://a.test',
    p_now => tests.after(p_passed), p_ip_hash => tests.sha256('203.0.113.7')) b
$$;
create function pg_temp.block(p_kind text, p_value text, p_reason text, p_until interval default null,
  p_key text default null, p_passed interval default '0') returns jsonb language sql as $$
  select fraud_blocks_add(p_kind, p_value, p_reason, 'key:ops', tests.after(p_until),
    tests.sha256(p_key), tests.sha256(p_reason), tests.after(p_passed))
$$;

-- Operators list decisions.
select is(pg_temp.buys(name), 'create', name ||
  ' opens a checkout') from unnest(array['ann', 'bob', 'cid']) name;
select isnt(pg_temp.block('user', tests.person('bob')::text, 'stolen cards'), null, 'bob is blocked');
select is(pg_temp.buys('bob', '1 min'), 'refused forbidden', 'bob is refused');
select is(o #>> '{decisions,0,user_id}', tests.person('bob')::text, 'the newest decision comes first')
from fraud_decisions_list() o;
select is((o #> '{decisions,0}') - 'id', jsonb_build_object('user_id', tests.person('bob'),
  'action', 'checkout', 'outcome', 'refuse', 'reasons', '["blocked_user"]'::jsonb, 'order_id', null,
  'booking_id', null, 'ip_hash', tests.sha256('203.0.113.7'), 'decided_at', tests.after('1 min')),
  'a decision has all its fields')
from fraud_decisions_list(p_outcome => 'refuse') o;
select is((select count(*)::int from jsonb_array_elements(o -> 'decisions')), n, what)
from (values (fraud_decisions_list(), 4, 'all decisions are listed'),
  (fraud_decisions_list(p_outcome => 'refuse'), 1, 'decisions are listed by outcome'),
  (fraud_decisions_list(tests.person('bob')), 2, 'decisions are listed by user'),
  (fraud_decisions_list(tests.person('bob'), 'allow'), 1, 'decisions are listed by user and outcome'),
  (fraud_decisions_list(tests.person('dan')), 0,
  'a user without decisions has an empty list')) c (o, n, what);
select is(jsonb_array_length(o -> 'decisions'), 3, 'a page has p_limit decisions')
from fraud_decisions_list(p_limit => 3) o;
select is(p #>> '{decisions,0,user_id}', tests.person('ann')::text, 'the next page begins after the first')
from fraud_decisions_list(p_limit => 3) o, fraud_decisions_list(p_before => o ->> 'next_before') p;
select is(p ->> 'next_before', null, 'the second page is the last')
from fraud_decisions_list(p_limit => 3) o, fraud_decisions_list(p_before => o ->> 'next_before') p;

-- Operators add, renew and list blocks.
select is((o #> '{blocks,0}') - 'id', jsonb_build_object('kind', 'user', 'value', tests.person('bob'),
  'reason', 'stolen cards', 'blocked_by', 'key:ops', 'until', null, 'created_at', tests.after()),
  'blocks are listed with reason and author') from fraud_blocks_list() o;
select is(a ->> 'status', '201', 'an address is blocked')
from pg_temp.block('ip', tests.sha256('203.0.113.7'), 'card testing', '1 day', 'key', '1 min') a;
select is(a ->> 'replayed', 'true', 'a repeated request changes nothing')
from pg_temp.block('ip', tests.sha256('203.0.113.7'), 'card testing', '1 day', 'key', '2 min') a;
select is(o #>> '{data,reason}', 'still at it', 'a block can be renewed')
from pg_temp.block('ip', tests.sha256('203.0.113.7'), 'still at it', '2 days', null, '3 min') o;
select is((select count(*)::int from farthing.blocks), 2, 'a renewed block is still one block');
select is(p #>> '{blocks,0,kind}', 'user', 'blocks are listed by page, newest first')
from fraud_blocks_list(p_limit => 1) o, fraud_blocks_list(o ->> 'next_before') p;
select tests.fails_with(format('select pg_temp.block(%L, %L, %L, %L)', kind, value, 'x', until), code, field,
  what) from (values
  ('user', gen_random_uuid()::text, null, 'not_found', 'value', 'an unknown user cannot be blocked'),
  ('ip', tests.sha256('x'), '0 s', 'invalid_request', 'until', 'a block cannot end at once')) c
  (kind, value, until, code, field, what);
select is(pg_temp.buys('dan', '4 min'), 'refused forbidden',
  'a checkout from the blocked address is refused');
select is(fraud_blocks_remove(block_id, 'key:another') ->> 'reason', 'still at it',
  'the block is lifted') from farthing.blocks where kind = 'ip';
select results_eq($$ select concat_ws(' ', author, reason, case when before is null then 'made' when after is
    null then 'lifted' else 'changed' end) from farthing.audit where table_name = 'blocks' order by audit_nr
  $$, array['key:ops stolen cards made', 'key:ops card testing made',
    'key:ops still at it changed', 'key:another the block was lifted lifted'],
  'the audit has the author and the reason of each change of a block');
select is(pg_temp.buys('dan', '5 min'), 'create', 'dan opens a checkout after the block is lifted');
select tests.fails_with('select fraud_blocks_remove(gen_random_uuid())', 'not_found', 'id',
  'an unknown block cannot be lifted');

-- Operators change limits, and the next checkout is checked against them.
select is(fraud_policy_read(), '{"sessions_per_user_hour": 10, "sessions_per_ip_hour": 30,
  "failed_cards_per_user_hour": 5, "users_per_card_day": 3, "cards_per_user_day": 5,
  "bookings_per_provider_hour": 300, "early_fraud_warning": "review", "updated_at": null,
  "updated_by": null}', 'the limits have their first values');
create temporary table changed as select fraud_policy_set('{"sessions_per_ip_hour": 1}', 'key:ops',
  p_now => tests.after()) as answer;
select is(answer -> 'data', fraud_policy_read(), 'a change returns the current limits') from changed;
select is(p - '{updated_at,updated_by}'::text[], '{"sessions_per_user_hour": 10, "sessions_per_ip_hour": 1,
  "failed_cards_per_user_hour": 5, "users_per_card_day": 3, "cards_per_user_day": 5,
  "bookings_per_provider_hour": 300, "early_fraud_warning": "review"}',
  'a limit that is not named keeps its value')
from fraud_policy_read() p;
select is(p ->> 'updated_by', 'key:ops',
  'the policy has the author of the change') from fraud_policy_read() p;
select is(pg_temp.buys('eve', '6 min'), 'refused velocity_exceeded',
  'the next checkout is checked against the new limit');

insert into farthing.card_uses values ('ch_cat', farthing.account_for(tests.person('ann')),
  sha256('a card'), 'failed', false, tests.after());
select is(pg_temp.block('card', tests.sha256('a card'), 'shared', null, null, '3 min') ->> 'status', '201',
  'a card that ann used is blocked');
select is((select string_agg(b ->> 'kind', ' ') from jsonb_array_elements(fraud_blocks_list(
  p_user_id => tests.person(name)) -> 'blocks') b), kinds, 'blocks of a user and their cards are listed')
from (values ('bob', 'user'), ('ann', 'card'), ('dan', null)) u (name, kinds);
select tests.fails_with('select fraud_blocks_list(p_user_id => gen_random_uuid())', 'not_found', 'user_id',
  'blocks of an unknown user are not found');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
