-- Fraud: the limits of checkouts per user and per address, blocks, and recorded decisions.

begin;
\ir ../helpers/all_tests.psql
select plan(46);

select farthing.set_policy('{"sessions_per_user_hour": 3, "sessions_per_ip_hour": 5}', 'a test');
insert into farthing.packages (package_id, version, name, amount, currency, credits, effective_from)
select md5('deal ' || n)::uuid, 1, 'Deal ' || n, 1000, 'usd', 10, tests.after('-1 day')
from generate_series(1, 9) n;

-- Begins a checkout of the nth package by a user from an address. Returns the step, or the code of the
-- refusal.
create function pg_temp.buys(p_name text, p_nr int, p_passed interval default '0', p_ip text default null)
returns text language sql as $$
  select concat_ws(' ', b ->> 'step', b ->> 'code', b ->> 'retry_after')
  from checkout_begin(tests.person(p_name), md5('deal ' || p_nr)::uuid::text, 'https://a.test',
    'https://a.test', p_now => tests.after(p_passed), p_ip_hash => tests.sha256(p_ip)) b
$$;
create function pg_temp.block(p_kind text, p_subject text, p_until interval default null)
returns void language sql as $$
  insert into farthing.blocks (kind, subject, reason, blocked_by, until)
  values (p_kind, p_subject, 'a test', 'key:test', tests.after(p_until))
$$;
-- Returns the decisions about a user, oldest first: "allow within_limits,no_ip".
create function pg_temp.decided(p_name text) returns text[] language sql as $$
  select array_agg(d.outcome || ' ' || array_to_string(d.reasons, ',') order by d.decision_id)
  from farthing.fraud_decisions d join farthing.accounts using (account_id)
  where owner_id = tests.person(p_name)
$$;

-- A user has a limit of new checkouts in an hour.
select is(pg_temp.buys('ann', n, n * interval '1 min'), 'create', 'ann opens a checkout')
from generate_series(1, 3) n;
select is(pg_temp.buys('ann', 4, '11 min'), 'refused velocity_exceeded 3000',
  'a fourth checkout within the hour is refused, with the time of the next one');
select is((select count(*)::int from farthing.orders join farthing.accounts using (account_id)
  where owner_id = tests.person('ann')), 3, 'a refused request stores no order');
select is(pg_temp.buys('ann', 2, '12 min'), 'create', 'an order without a session is not a new checkout');
select isnt(checkout_attach(order_id, 'cs_ann', 'https://s.test'), null, 'ann''s session is stored')
from farthing.orders where package_id = md5('deal 3')::uuid;
select is(pg_temp.buys('ann', 3, '12 min'), 'reuse', 'an open session is not a new checkout');
select is(pg_temp.buys('bob', 4, '11 min'), 'create', 'another user has their own limit');
select is(pg_temp.decided('ann'), '{"allow within_limits,no_ip","allow within_limits,no_ip",'
  '"allow within_limits,no_ip","refuse user_velocity,no_ip"}', 'each decision is stored with its reasons');
select is((select array_agg(d.order_id = o.order_id order by d.decision_id) from farthing.fraud_decisions d
  join farthing.accounts a using (account_id) left join farthing.orders o using (order_id)
  where a.owner_id = tests.person('ann')), '{t,t,t,NULL}',
  'a decision that allowed an order names the order');
select is(pg_temp.buys('ann', 4, '61 min' - interval '1 s'), 'refused velocity_exceeded 1',
  'refusals neither count nor delay the next checkout');
select is(pg_temp.buys('ann', 4, '61 min'), 'create', 'a checkout is allowed at the reported time');
select is(pg_temp.buys('ann', 5, '61 min'), 'refused velocity_exceeded 60', 'no further checkout is allowed');

-- The idempotency key of a refused checkout can be used again.
select is((checkout_begin(tests.person('ann'), md5('deal 5')::uuid::text, 'https://a.test', 'https://a.test',
  null, tests.sha256('key'), tests.sha256('body'), tests.after(passed))) ->> 'step', step,
  format('the same key returns step %2$s after %1$s', passed, step))
from (values (interval '61 min', 'refused'), ('62 min', 'create')) c (passed, step);

-- An address has a limit of new checkouts in an hour, whoever the users are.
select is(pg_temp.buys('p' || n, 1, '2 hours', '203.0.113.7'), 'create', 'the address opens a checkout')
from generate_series(1, 5) n;
select is(pg_temp.buys('p6', 1, '2 hours', '203.0.113.7'), 'refused velocity_exceeded 3600',
  'a sixth checkout from the address is refused for any user');
select is(pg_temp.buys('p6', 1, '2 hours', '203.0.113.8'), 'create', 'another address is not refused');
select is(pg_temp.buys('p7', 1, '2 hours'), 'create', 'an unknown address is not refused');
select is(pg_temp.decided('p6'), '{"refuse ip_velocity","allow within_limits"}',
  'the decision has the limit of the address as reason');
select is(pg_temp.buys('p1', 1, '2 hours', '203.0.113.7'), 'create',
  'an open session of the address stays open');

-- Only allowed checkouts count towards the limits.
select is(pg_temp.buys('p8', 1, '3 hours', '203.0.113.7'), 'create', 'the next hour allows a checkout');
insert into farthing.fraud_decisions (account_id, action, outcome, reasons, ip_hash, decided_at)
select account_id, action, outcome, '{within_limits}', ip_hash, decided_at from (
  select account_id, ip_hash, decided_at from farthing.fraud_decisions order by decision_id desc limit 1) d,
  (values ('checkout', 'refuse'), ('top_up', 'allow')) k (action, outcome), generate_series(1, 5);
select is(pg_temp.buys('p8', 2, '3 hours 1 min', '203.0.113.7'), 'create',
  'refused checkouts and top-ups do not count');
select farthing.set_policy('{"sessions_per_user_hour": 2, "sessions_per_ip_hour": 2}', 'a test');
select is(pg_temp.buys('p9', 1, '3 hours 2 min', '203.0.113.9'), 'create', 'p9 opens a checkout');
select is(pg_temp.buys('p9', 2, '3 hours 12 min', '203.0.113.7'), 'refused velocity_exceeded 2880',
  'a user within their limit is refused for the address');
select farthing.set_policy('{"sessions_per_user_hour": 1}', 'a test');
select is(pg_temp.buys('p9', 2, '3 hours 12 min' + interval '0.5 s', '203.0.113.7'),
  'refused velocity_exceeded 3000', 'of two limits the later end is returned, rounded up to whole seconds');
select farthing.set_policy('{"sessions_per_user_hour": 3, "sessions_per_ip_hour": 5}', 'a test');

-- Blocked users and addresses cannot buy.
select lives_ok($$ select pg_temp.block('user', tests.person('eve')::text) $$, 'eve is blocked');
select is(pg_temp.buys('eve', 1), 'refused forbidden', 'a blocked user cannot buy');
select is(pg_temp.decided('eve'), '{"refuse blocked_user,no_ip"}', 'the decision has the block as reason');
select lives_ok($$ select pg_temp.block('ip', tests.sha256('198.51.100.1'), '1 hour') $$,
  'an address is blocked for an hour');
select is(pg_temp.buys('fay', 1, passed, ip), step, format(
  'a checkout from %s after %s returns: %s', ip, passed, step))
from (values ('198.51.100.1', interval '59 min', 'refused forbidden'), ('198.51.100.2', '59 min', 'create'),
  ('198.51.100.1', '1 hour', 'create')) c (ip, passed, step);
select lives_ok($$ select pg_temp.block('user', tests.person('fay')::text) $$,
  'fay is blocked after her checkout');
select is(pg_temp.buys('fay', 1, '61 min'), 'refused forbidden',
  'a blocked user cannot continue an open order');
select is(pg_temp.decided('fay'), '{"refuse blocked_ip","allow within_limits","refuse blocked_user,no_ip"}',
  'for an open order only the refusal is recorded');

-- Repeating refused requests does not slow other checkouts.
create function pg_temp.looked_through(p_where text) returns int language plpgsql as $$
declare
  v_plan jsonb;
begin
  execute format($q$explain (analyze, format json) select decided_at from farthing.fraud_decisions where %s
    and action = 'checkout' and outcome = 'allow' and decided_at > %L order by decided_at desc offset 2
    limit 1$q$, p_where, tests.after('2 hours')) into v_plan;
  return (select coalesce(sum(n::text::numeric), 0)
    from jsonb_path_query(v_plan, 'strict $.**."Rows Removed by Filter"') n);
end
$$;
insert into farthing.fraud_decisions (account_id, action, outcome, reasons, ip_hash, decided_at)
select d.account_id, 'checkout', 'refuse', '{ip_velocity}', d.ip_hash, tests.after('3 hours')
from (select account_id, ip_hash from farthing.fraud_decisions where ip_hash is not null limit 1) d,
  generate_series(1, 3000);
analyze farthing.fraud_decisions;
set local enable_seqscan = off;
select is(pg_temp.looked_through(format('%I = %L', c, v)), 0,
  format('the index by %s has no refused decisions', c))
from (select account_id, ip_hash from farthing.fraud_decisions order by decision_id desc limit 1) d,
  lateral (values ('account_id', d.account_id::text), ('ip_hash', d.ip_hash::text)) w (c, v);
delete from farthing.fraud_decisions where decided_at = tests.after('3 hours') and outcome = 'refuse';
reset enable_seqscan;

-- Decisions are deleted after 90 days.
select is(farthing.delete_old_fraud_records(tests.after('90 days' - interval '1 s')), 0,
  'decisions are stored for 90 days');
select is(farthing.delete_old_fraud_records(tests.after('90 days 2 min'),
  1) + farthing.delete_old_fraud_records(
  tests.after('90 days 2 min')), 3, 'older decisions are deleted');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
