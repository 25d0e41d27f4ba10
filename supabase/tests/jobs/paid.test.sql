-- Paid jobs: credits are held at the start, each step is charged, and the rest is released however the job
-- ends.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
select plan(100);

-- 200 credits are held for four steps of 50 each. Two steps are charged, and the rest is released.
select isnt(tests.give('ann', '300'), null, 'ann has 300');
select is((select data ->> 'held' from tests.job('ann', 'paid', tests.lines(4))), '200', 'a job holds 200');
select is(tests.claim('one', 'paid', '1 s'), '1', 'a runner claims the job');
select is(tests.step('ann', 1, 's1', 1, '2 s'),
  '{"status": "processing", "credits": "50", "held": "150", "conflicts": 0, "duplicates": 0}',
  'a step is charged 50');
select is(tests.balance('ann', '2 s'), 'balance 250, held 150, available 100, debt 0',
  'the rest of the hold stays held');
select is(tests.step('ann', 1, 's1', 1, '3 s'),
  '{"status": "processing", "credits": "50", "held": "150", "conflicts": 0, "duplicates": 0}',
  'a step that runs twice gets the same answer');
select is(tests.balance('ann', '3 s'), 'balance 250, held 150, available 100, debt 0',
  'a step that runs twice is charged once');
select is((select array_agg(format('%s %s %s %s', kind, amount::int, reference_type, reference_id)
    order by seq) from farthing.entries where direction = 'out'),
  array[format('settle 50 job %s:s1', tests.job_id('ann'))],
  'the step''s entry names the job and the step');
select is((select array_agg(format('%s %s', status, amount::int) order by created_at) from farthing.holds),
  '{settled 200,open 150}', 'each hold ends once, and the rest is held by the next hold');

-- Trap T10: if a rate changes during a job, the job's price does not change.
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, effective_from)
values ('gpt-4o', 9, 500, 1500, tests.after('4 s')), ('gpt-4o', 10, 500, 1500, '2020-01-01');
select is(tests.step('ann', 1, 's2', 1, '5 s') ->> 'credits', '50',
  'T10: a job is charged at the rates of the moment when it was requested');
select is((select data ->> 'held' from tests.job('ann', 'dear', '[{"model": "gpt-4o", "input_tokens": 1}]',
  p_passed => '6 s')), '2', 'T10: a new job is charged at the new rates');
select is(jobs_cancel(null, tests.job_id('ann'), tests.after('6 s')) ->> 'status', 'cancelled',
  'a runner claims the new job');
select is(jobs_complete(tests.runner('one'), (select format('[{"job_id": "%s", "token": 1}]', job_id)::jsonb
    from farthing.jobs where type = 'paid'), tests.after('7 s')) #>> '{jobs,0,status}', 'completed',
  'the job completes');
select is(tests.balance('ann', '7 s'), 'balance 200, held 0, available 200, debt 0',
  'unused credits are available again');
select is((select array_agg(format('%s %s', step, credits::int) order by nr) from farthing.job_checkpoints),
  '{s1 50,s2 50}', 'the cost of each step is stored');

-- A job is cancelled during a step. Readers see at once that it is cancelled. The running step is
-- still charged, but no later step is charged.
select isnt(tests.give('bob', '200'), null, 'bob has 200');
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, effective_from)
values ('gpt-4o', 11, 5, 15, tests.after('8 s'));
select is((select data ->> 'held' from tests.job('bob', 'paid', tests.lines(4), p_passed => '10 s')), '200',
  'a job holds 200');
select is(tests.claim('one', 'paid', '11 s'), '1', 'a runner claims the job');
select is(tests.step('bob', 1, 's1', 1, '12 s') ->> 'held', '150', 'the job finishes one step');
select is(jobs_cancel(tests.person('bob'), tests.job_id('bob'), tests.after('13 s')) ->> 'status',
  'cancelled', 'bob cancels');
select is(jobs_read(null, tests.job_id('bob')) ->> 'status', 'cancelled',
  'readers see at once that the job is cancelled');
select is(tests.balance('bob', '13 s'), 'balance 150, held 150, available 0, debt 0',
  'the possible cost of the running step stays held');
select is(jobs_heartbeat(tests.runner('one'), 60, tests.after('14 s')), '{"jobs": []}',
  'the heartbeat of the runner no longer names the job');
select is(tests.step('bob', 1, 's2', 1, '80 s'),
  '{"status": "cancelled", "credits": "50", "held": "0", "conflicts": 0, "duplicates": 0}',
  'the running step is stored and charged, even after its lease');
select is(tests.balance('bob', '80 s'), 'balance 100, held 0, available 100, debt 0',
  'the rest of the hold is available again');
select is(tests.step('bob', 1, 's3', 1, '81 s'), '{"status": "lost"}', 'no further step is stored');
select is(tests.job_state('bob'), 'cancelled 0%, attempt 1, no error', 'the job has ended');

-- The runner of a cancelled job has stopped. The scheduled task releases the hold.
select is((select data ->> 'held' from tests.job('bob', 'paid', tests.lines(2), p_passed => '90 s')), '100',
  'bob creates another job');
select is(tests.claim('one', 'paid', '91 s'), '1', 'a runner claims the job');
select is(jobs_cancel(null, tests.job_id('bob'), tests.after('92 s')) ->> 'status', 'cancelled',
  'bob cancels the job');
select is(farthing.end_job_leases(tests.after('150 s')), 0, 'the credits stay held while the lease lasts');
select is(farthing.end_job_leases(tests.after('151 s')), 1, 'the task ends the job after the lease');
select is(tests.balance('bob', '151 s'), 'balance 100, held 0, available 100, debt 0',
  'all credits are available again');
-- The hold is also released if the runner reports that a step failed or that the run ended.
select is((select data ->> 'held' from tests.job('bob', 'paid', tests.lines(2), p_passed => v)), '100',
  'bob creates another job')
from (values (interval '200 s')) t (v);
select is(tests.claim('one', 'paid', '201 s'), '1', 'a runner claims the job');
select is(jobs_cancel(null, tests.job_id('bob'), tests.after('202 s')) ->> 'status', 'cancelled',
  'bob cancels the job');
select is(jobs_fail(tests.job_id('bob'), 1, 'internal', 'x', null, true, null, tests.after('203 s')),
  '{"status": "cancelled"}', 'a failed step of a cancelled job is not retried');
select is(tests.balance('bob', '203 s'), 'balance 100, held 0, available 100, debt 0',
  'all credits are available again');

-- The hold of a job that has failed, and the hold of a job that has expired.
select is((select data ->> 'held' from tests.job('bob', 'paid', tests.lines(2), p_passed => '300 s')), '100',
  'bob creates another job');
select is(tests.claim('one', 'paid', '301 s'), '1', 'a runner claims the job');
select is(tests.step('bob', 1, 's1', 1, '302 s') ->> 'credits', '50', 'the job finishes a step');
select is(jobs_fail(tests.job_id('bob'), 1, 'invalid_request', 'x', null, false, null, tests.after('303 s'))
  ->> 'status', 'failed', 'the next step fails for good');
select is(tests.balance('bob', '303 s'), 'balance 50, held 0, available 50, debt 0',
  'the rest of the hold is available again');
select is((select data ->> 'held' from tests.job('bob', 'paid', tests.lines(1), p_passed => '400 s')), '50',
  'a job is created that no runner claims');
select is(tests.balance('bob', '24 h 399 s'), 'balance 50, held 50, available 0, debt 0',
  'the job''s credits are held for a day');
select is(tests.balance('bob', '24 h 400 s'), 'balance 50, held 0, available 50, debt 0',
  'the hold ends after exactly a day, before the task has run');
select is(tests.claim('one', 'paid', '24 h 400 s'), null, 'a job is not claimed after its 24 hours');
select is(farthing.expire_jobs(tests.after('24 h 399 s')), 0,
  'the task does not end a job before its 24 hours');
select is(farthing.expire_jobs(tests.after('24 h 400 s')), 1, 'the task fails the job');
select is(tests.job_state('bob'), 'failed 0%, attempt 0, job_expired', 'the job''s error is job_expired');

-- If a step costs more than was held, it takes available credits. If these do not suffice, the rest becomes
-- debt, and the job ends.
select isnt(tests.give('cid', '120'), null, 'cid has 120');
select is((select data ->> 'held' from tests.job('cid', 'paid', tests.lines(1), p_passed => '25 h')), '50',
  'a job holds 50');
select is(tests.claim('one', 'paid', '25 h 1 s'), '1', 'a runner claims the job');
select is(tests.step('cid', 1, 's1', 2, '25 h 2 s'),
  '{"status": "processing", "credits": "100", "held": "0", "conflicts": 0, "duplicates": 0}',
  'a step above the estimate takes available credits');
select is(tests.step('cid', 1, 's2', 1, '25 h 3 s') ->> 'status', 'failed',
  'a step beyond all credits ends the job');
select is(tests.balance('cid', '25 h 3 s'), 'balance -30, held 0, available 0, debt 30',
  'the missing credits of the step become debt');
select is(tests.job_state('cid'), 'failed 0%, attempt 1, insufficient_credits',
  'readers see the reason of the failure');

-- When a job ends, the released credits pay the user's debt.
select isnt(tests.give('hal', '150', null, '26 h'), null, 'hal has 150');
select is((select data ->> 'held' from tests.job('hal', 'paid', tests.lines(2), p_passed => '26 h')), '100',
  'a job holds 100');
select is(holds_settle(tests.hold('hal', '50', p_passed => '26 h'), '90', p_now => tests.after('26 h 1 s'))
  #>> '{data,shortfall}', '40', 'hal owes 40');
select is(jobs_cancel(null, tests.job_id('hal'), tests.after('26 h 2 s')) ->> 'status', 'cancelled',
  'hal''s job ends');
select is(tests.balance('hal', '26 h 2 s'), 'balance 60, held 0, available 60, debt 0',
  'the released credits pay the debt');

-- The credits of an expired hold can pay for a step, even before a scheduled task has run.
select isnt(tests.hold('ida', '50', 60, '27 h'), null, 'ida holds 50 for a minute')
from (select tests.give('ida', '100', null, '27 h')) given;
select is((select data ->> 'held' from tests.job('ida', 'paid', tests.lines(1), p_passed => '27 h')), '50',
  'a job holds the other 50');
select is(tests.claim('one', 'paid', '27 h 1 s'), '1', 'a runner claims the job');
select is(tests.step('ida', 1, 's1', 2, '27 h 60 s') ->> 'status', 'processing',
  'a step takes the credits of the expired hold, too');
select is(jobs_cancel(null, tests.job_id('ida'), tests.after('27 h 61 s')) ->> 'status', 'cancelled',
  'the job ends');

-- If a lot reaches its expiry while a job's hold reserves credits of the lot, later steps can still
-- use these credits (rule 5 of docs/reference/rules.md).
select isnt(tests.give('dan', '100', '31 h', '30 h'), null, 'dan has 100 for an hour');
select is((select data ->> 'held' from tests.job('dan', 'paid', tests.lines(2), p_passed => '30 h')), '100',
  'a job holds all 100');
select is(tests.claim('one', 'paid', '30 h 1 s') || (tests.step('dan', 1, 's1', 1, '31 h 1 s') ->> 'credits')
  || (tests.step('dan', 1, 's2', 1, '31 h 2 s') ->> 'credits'), '15050',
  'credits that expired under a job pay its steps');
select is(tests.balance('dan', '31 h 3 s'), 'balance 0, held 0, available 0, debt 0',
  'the steps take all held credits');

-- A step with many events: each event is charged once, under its own id, at the rate that applied at its
-- time.
select isnt(tests.give('eve', '1000', null, '40 h'), null, 'eve has 1000');
create temporary table events as select jsonb_build_array(
  jsonb_build_object('event_id', 'e9', 'model', 'gpt-4o', 'input_tokens', 1000),
  jsonb_build_object('event_id', 'e2', 'model', 'gpt-4o', 'input_tokens', 2000, 'occurred_at',
    tests.after('20 h')),
  jsonb_build_object('event_id', 'e1', 'model', 'gpt-4o', 'input_tokens', 3000),
  jsonb_build_object('event_id', 'e2', 'model', 'gpt-4o', 'input_tokens', 9999, 'occurred_at',
    tests.after('20 h')),
  jsonb_build_object('event_id', 'e0', 'model', 'gpt-4o', 'input_tokens', 4000)) as usage;
select is(usage_charge(tests.person('eve'), '{"event_id": "e0", "model": "gpt-4o", "input_tokens": 4000}',
  p_now => tests.after('40 h')) #>> '{data,credits}', '80', 'one event has been charged before');
select is((select data ->> 'held' from events, tests.job('eve', 'paid', usage, p_passed => '40 h')), '399.98',
  'the job holds the price of all events');
select is(tests.claim('one', 'paid', '40 h 1 s'), '1', 'a runner claims the job');
select is(jobs_checkpoint(tests.job_id('eve'), 1, 'all', 60, null, usage, p_now => tests.after('40 h 2 s'))
  - 'held'::text, '{"status": "processing", "credits": "120", "conflicts": 1, "duplicates": 1}',
  'of five events one is known, and one is known with other contents')
from events;
select is((select string_agg(format('%s %s', u.event_id, trim_scale(e.amount)), ', ' order by u.event_id)
  from farthing.usage_events u join farthing.entries e on e.account_id = u.account_id
    and e.seq between u.first_seq and u.last_seq and e.reference_id = u.event_id
  where u.account_id = (select account_id from farthing.jobs where job_id = tests.job_id('eve'))),
  'e0 80, e1 60, e2 40, e9 20', 'each event has its own entry');
select is(jobs_cancel(null, tests.job_id('eve'), tests.after('40 h 3 s')) ->> 'status', 'cancelled',
  'the job ends');

-- Usage of a model without cost: no credits are held or charged, and the job continues.
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, effective_from)
values ('free-input', 1, 0, 10, '2020-01-01');
create temp table free on commit drop as
  select '[{"event_id": "f1", "model": "free-input", "input_tokens": 5}]'::jsonb as usage;
select is((select data ->> 'held' from free, tests.job('fay', 'free', usage, p_passed => '41 h')), '0',
  'usage that is free holds nothing');
select is(tests.claim('one', 'free', '41 h 1 s'), '1', 'a runner claims the job');
select is(jobs_checkpoint(tests.job_id('fay'), 1, 'all', 60, null, usage, p_now => tests.after('41 h 2 s')),
  '{"status": "processing", "credits": "0", "conflicts": 0, "duplicates": 0, "held": "0"}',
    'the free step is stored and charged nothing')
from free;
select throws_like(format($$ select jobs_checkpoint(%L, 1, 'dear', 60, null, tests.lines(1),
  p_now => tests.after('41 h 3 s')) $$, tests.job_id('fay')), '%the job has no estimate',
  'usage without an estimate is a bug of the type, and is not free');

-- A job with two steps. The first step is free and leaves all credits held. The second step has
-- four events and costs 200 credits, although the user has only 100.
select isnt(tests.give('joy', '100', null, '41 h'), null, 'joy has 100');
select is((select data ->> 'held' from tests.job('joy', 'short', tests.lines(1), p_passed => '41 h')), '50',
  'a job holds 50');
select is(tests.claim('one', 'short', '41 h 1 s'), '1', 'a runner claims the job');
select is(jobs_checkpoint(tests.job_id('joy'), 1, 'free', 60, null, usage, p_now => tests.after('41 h 2 s')),
  '{"status": "processing", "credits": "0", "conflicts": 0, "duplicates": 0, "held": "50"}',
  'a free step leaves all credits held') from free;
select is((select format('%s, %s', count(*), count(distinct (h.reason, h.correlation_id, h.author,
    h.expires_at)))
  from farthing.holds h join farthing.jobs j using (account_id) where j.job_id = tests.job_id('joy')),
  '2, 1', 'the second hold has the terms and the expiry of the first');
select is((select first_seq from farthing.job_checkpoints c join farthing.jobs j using (job_nr)
  where j.job_id = tests.job_id('joy')), null, 'a free step has no entry');
select is(tests.step('joy', 1, 'dear', 4, '41 h 3 s') ->> 'credits', '200', 'the next step is charged 200');
select is((select concat_ws(' ', h.status, trim_scale(h.settled), trim_scale(h.shortfall))
  from farthing.holds h join farthing.jobs j using (account_id, hold_id)
  where j.job_id = tests.job_id('joy')), 'settled 200 100', 'the step''s hold has a shortfall of 100');
select is(tests.balance('joy', '41 h 3 s'), 'balance -100, held 0, available 0, debt 100',
  'the missing 100 are owed');

-- An operator has released the job's hold. The job pays from the available credits and makes no new hold.
select isnt(tests.give('kit', '300', null, '41 h'), null, 'kit has 300');
select is((select data ->> 'held' from tests.job('kit', 'let_go', tests.lines(4), p_passed => '41 h')), '200',
  'a job holds 200');
select is(tests.claim('one', 'let_go', '41 h 1 s'), '1', 'a runner claims the job');
select is(holds_release(hold_id, p_now => tests.after('41 h 2 s')) #>> '{data,status}', 'released',
  'an operator releases the job''s hold') from farthing.jobs where job_id = tests.job_id('kit');
select is(tests.step('kit', 1, 's1', 1, '41 h 3 s') - 'status'::text,
  '{"credits": "50", "conflicts": 0, "duplicates": 0, "held": "0"}', 'a step is charged 50');
select is(tests.balance('kit', '41 h 3 s'), 'balance 250, held 0, available 250, debt 0',
  'no credits are held any more');

insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, effective_from)
select lpad(nr::text, 200, 'm'), 1, 1, 1, '2020-01-01' from generate_series(1, 500) nr;
create temp table many on commit drop as
  select jsonb_agg(jsonb_build_object('model', lpad(nr::text, 200, 'm'), 'input_tokens', 1)) as usage
  from generate_series(1, 500) nr;
select isnt(tests.give('gil', '100'), null, 'gil has 100');
select is((select data ->> 'held' from many, tests.job('gil', 'paid', usage, p_passed => '42 h')), '2',
  'a job can use 500 models');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
