-- The overdraft limit: how much debt a settlement may cause.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
\ir ../helpers/chats.psql
select plan(46);

create function pg_temp.settle(p_hold uuid, p_amount text, p_passed interval default '1 s') returns text
language sql as $$
  select format('select holds_settle(%L, %L, p_now => tests.after(%L))', p_hold, p_amount, p_passed)
$$;
create function pg_temp.hold_of(p_hold uuid) returns text language sql as $$
  select concat_ws(' ', status, trim_scale(settled), trim_scale(shortfall)) from farthing.holds
  where hold_id = p_hold
$$;

-- The limit is twice the hold's amount, and at least 1,000. Each case is tested at the limit and above it.
select isnt(tests.give(name, '600'), null, name || ' has 600') from unnest(array['ann', 'bob', 'cid']) name;
create temporary table h as
  select tests.hold('ann', '600') as large, tests.hold('bob', '100') as small, tests.hold('cid', '1') as kept;
select is(tests.outcome(pg_temp.settle(large, '1800.000000000000000001')), '{"code": "overdraft_exceeded",
  "status": 422, "details": {"required": "1800.000000000000000001", "available": "600",
    "overdraft_limit": "1200"}}', 'a settlement beyond twice the hold is refused') from h;
select is(pg_temp.hold_of(large), 'open', 'the refused settlement leaves the hold open') from h;
select is(tests.balance('ann', '1 s'), 'balance 600, held 600, available 0, debt 0',
  'the refused settlement changes no balance');
select is(tests.outcome(pg_temp.settle(large, '1800')) ->> 'code', 'ok',
  'a settlement up to twice the hold''s debt is accepted') from h;
select is(tests.balance('ann', '1 s'), 'balance -1200, held 0, available 0, debt 1200', 'ann owes 1,200');
select is(tests.outcome(pg_temp.settle(small, '1600.000000000000000001')) #>> '{details,overdraft_limit}',
  '1000', 'the limit of a small hold is 1,000') from h;
select is(tests.outcome(pg_temp.settle(small, '1600')) ->> 'code', 'ok',
  'a settlement that leaves 1,000 owed is accepted') from h;
select is(pg_temp.hold_of(small), 'settled 1600 1000',
  'the settlement takes the available credits and leaves 1,000 owed') from h;
select is(tests.outcome(format('select holds_settle(%L, p_usage => %L, p_now => tests.after(''1 s''))', kept,
  '{"model": "gpt-4o", "output_tokens": 1000000, "event_id": "e"}')) ->> 'code', 'overdraft_exceeded',
  'a settlement with usage has the same limit') from h;
select is(usage_charge(tests.person('cid'), '{"model": "gpt-4o", "input_tokens": 1, "event_id": "e"}',
  p_now => tests.after('1 s')) ->> 'status', '201',
  'the usage event of the refused settlement was not charged');

-- The limit counts only the debt that this settlement adds. An operator can change the limit.
select farthing.set_policy('{"overdraft_factor": 0, "overdraft_floor": 5}', 'another limit');
select isnt(tests.give('dan', '20'), null, 'dan has 20');
create temporary table d as select tests.hold('dan', '10') as one, tests.hold('dan', '10') as two;
select is(tests.outcome(pg_temp.settle(one, '15')) ->> 'code', 'ok',
  'the first hold''s settlement leaves 5 owed') from d;
select is(tests.outcome(pg_temp.settle(two, '15.1')) ->> 'code', 'overdraft_exceeded',
  'the second hold''s settlement cannot leave more than 5 owed')
from d;
select is(tests.outcome(pg_temp.settle(two, '15')) ->> 'code', 'ok',
  'the second hold''s settlement leaves 5 owed') from d;
select is(tests.balance('dan', '1 s'), 'balance -10, held 0, available 0, debt 10',
  'dan owes 10, from both settlements');
select is(tests.outcome(format('select farthing.set_policy(%L, ''x'')', change)) ->> 'code', '23514',
  'a policy is refused that says ' || change) from unnest(array['{"overdraft_factor": -1}',
  '{"overdraft_factor": 1001}', '{"overdraft_floor": -1}', '{"late_settle_within": "-1 s"}',
  '{"late_settle_within": "32 days"}']) change;
select farthing.set_policy('{"overdraft_factor": 2, "overdraft_floor": 1000}', 'as it was');

-- If a settled hold leaves credits unused, they pay the debt that a different settlement has
-- caused.
select isnt(tests.give('mia', '100'), null, 'mia has 100');
create temporary table m as select tests.hold('mia', '60') as kept, tests.hold('mia', '40') as short;
select is(tests.outcome(pg_temp.settle(short, '70')) ->> 'code', 'ok',
  'the settlement of one hold leaves 30 owed') from m;
select is(tests.outcome(pg_temp.settle(kept, '10')) ->> 'code', 'ok',
  'the other hold settles with 10 of its 60')
from m;
select is(tests.balance('mia', '1 s'), 'balance 20, held 0, available 20, debt 0',
  'the rest of the other hold pays the debt');

-- A chat that exceeds the limit is still settled, because its answer has already been delivered.
-- The user pays only what was held.
select isnt(tests.give('kim', '100'), null, 'kim has 100');
select is(tests.begin_chat('kim', 'kim') #>> '{held}', '50', 'a chat holds 50');
select is(tests.settle_chat(tests.chat_id('kim'), '5 s', 1000, 20000, 'kim') #>> '{data,credits}', '50',
  'a chat beyond the limit costs what it held');
select is(tests.chat(tests.chat_id('kim')), 'settled, hold settled, charged 50', 'the chat is settled');
select is(tests.key('kim'), '200', 'the chat''s answer is stored');
select is(tests.outcome(pg_temp.settle(tests.chat_id('kim'), '1', '10 min 1 s')) ->> 'code', 'hold_not_open',
  'the hold of a chat cannot be settled late through the API');

-- If a job's step exceeds the limit, all held credits are charged, and the job ends.
select isnt(tests.give('lea', '300'), null, 'lea has 300');
select is((select data ->> 'held' from tests.job('lea', 'paid', tests.lines(4))), '200', 'a job holds 200');
select is(tests.claim('one', 'paid', '1 s'), '1', 'a runner claims the job');
select is(jobs_checkpoint(tests.job_id('lea'), 1, 's1', 60, null, tests.lines(1)
  || '[{"model": "gpt-4o", "input_tokens": 100000}]', p_now => tests.after('2 s')),
  '{"status": "failed", "credits": "200", "duplicates": 0, "conflicts": 0, "held": "0"}',
  'a step beyond the limit is charged all held credits, and ends the job');
select is(tests.job_state('lea'), 'failed 0%, attempt 1, overdraft_exceeded', 
  'the job has failed, with the reason');
select is(tests.balance('lea', '2 s'), 'balance 100, held 0, available 100, debt 0',
  'no credits are owed');
select is((select count(*)::int from farthing.usage_events where origin = 'job'), 1,
  'an event that was not charged is not recorded');

-- If one event of a step exceeds the limit, the step's other events are still charged from the
-- hold. The rest of the hold is charged for the excessive event.
select isnt(tests.give('nia', '300'), null, 'nia has 300');
select is((select data ->> 'held' from tests.job('nia', 'mixed', tests.lines(4))), '200', 'a job holds 200');
select is(tests.claim('one', 'mixed', '1 s'), '1', 'a runner claims the job');
select is(jobs_checkpoint(tests.job_id('nia'), 1, 's1', 60, null, tests.lines(1)
  || '[{"model": "gpt-4o", "input_tokens": 100000}]' || tests.lines(1), p_now => tests.after('2 s'))
  ->> 'credits', '200', 'a step with an excessive event between two others is charged all held credits');
select is((select array_agg(concat_ws(' ', e.amount::int, e.metadata ->> 'reason') order by e.seq)
  from farthing.entries e join farthing.jobs j using (account_id)
  where j.job_id = tests.job_id('nia') and e.direction = 'out'),
  '{50,50,100 overdraft_exceeded}',
  'the two other events are charged, and the rest is charged with the reason');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
