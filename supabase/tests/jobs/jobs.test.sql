-- Jobs: how they are created, read, listed and cancelled, their holds and their states.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
select plan(52);

-- A free job is queued. Its user can read it, and so can back ends.
select is((select data - '{job_id}'::text[] from tests.job('ann', 'trivial', p_temp => 'tmp-1')),
  jsonb_build_object('client_temp_id', 'tmp-1', 'type', 'trivial', 'status', 'queued', 'progress', 0,
    'held', '0', 'created_at', tests.after(), 'expires_at', tests.after('24 h')), 'a job is queued');
select is(jobs_read(tests.person('ann'), tests.job_id('ann'), tests.after('3 s')) - 'job_id'::text,
  jsonb_build_object('type', 'trivial', 'status', 'queued', 'progress', 0, 'attempts', 0, 'client_temp_id',
    'tmp-1', 'created_at', tests.after(), 'started_at', null, 'completed_at', null, 'expires_at',
    tests.after('24 h'), 'error', null, 'result', null, 'revision', 1, 'has_file', false, 'age_seconds', 3,
    'checkpoints', '[]'::jsonb), 'a queued job reads as queued');
select tests.fails_with($$ select jobs_read(tests.person('bob'), tests.job_id('ann')) $$, 'not_found', 'id',
  'another user''s job is not found');
select is(jobs_read(null, tests.job_id('ann')) ->> 'type', 'trivial',
  'the back end reads every user''s job');
select tests.fails_with($$ select jobs_create(gen_random_uuid(), 'trivial', '{}') $$, 'not_found', 'user_id',
  'a job without a user is refused');

-- The idempotency key or the client_temp_id makes sure that one request creates one job.
select is((select data ->> 'job_id' from tests.job('ann', 'trivial', p_temp => 'tmp-1')),
  tests.job_id('ann')::text, 'a known client_temp_id returns its job');
select is((select count(*)::int from farthing.jobs), 1, 'a known client_temp_id creates no second job');
select tests.fails_with($$ select * from tests.job('ann', 'other', p_temp => 'tmp-1') $$, 'invalid_request',
  'client_temp_id', 'a known client_temp_id for another type is refused');
select tests.fails_with($$ select * from tests.job('ann', 'trivial', p_input => '{"a": 1}', p_temp =>
  'tmp-1') $$,
  'invalid_request', 'client_temp_id', 'a known client_temp_id with another input is refused');
select isnt((select data ->> 'job_id' from tests.job('bob', 'trivial', p_temp => 'tmp-1')),
  tests.job_id('ann')::text, 'another user can use the same client_temp_id');
create temporary table keyed as select jobs_create(tests.person('ann'), 'keyed', '{}',
  p_idempotency_key => tests.sha256('k'), p_fingerprint => tests.sha256('f'), p_now => tests.after()) as a
  from generate_series(1, 2);
select is((select array_agg(a ->> 'replayed') from keyed), '{false,true}',
  'a repeat with the same key is replayed');
select is((select count(distinct a #>> '{data,job_id}')::int from keyed), 1,
  'the repeat returns the same job');

-- The price of a job is held before the job is queued. The job's 1,000 input tokens and 500 output
-- tokens of gpt-4o cost 50 credits.
select tests.fails_with($$ select * from tests.job('cid', 'paid', tests.lines(1)) $$, 'insufficient_credits',
  null, 'a job that the credits do not cover is refused');
select is((select count(*)::int from farthing.jobs where type = 'paid'), 0,
  'the refused job is not queued');
select tests.fails_with($$ select * from tests.job('cid', 'paid', '[{"model": "none", "input_tokens": 1}]')
  $$,
  'unknown_model', 'input.events[0].model', 'a job of a model without a rate is refused');
select isnt(tests.give('cid', '120'), null, 'cid has 120');
select is((select data ->> 'held' from tests.job('cid', 'paid', tests.lines(2), p_temp => 'c1')), '100',
  'a job holds its whole estimate');
select is(tests.balance('cid'), 'balance 120, held 100, available 20, debt 0',
  'held credits are not held a second time');
select is((select data ->> 'held' from tests.job('cid', 'paid', tests.lines(2), p_temp => 'c1')), '100',
  'a repeat of the request holds no more credits');
select is((select data ->> 'held' from tests.job('cid', 'paid', tests.lines(2), p_temp => 'c1',
  p_passed => passed)), held, format('asked again after %s it holds %s', passed, held))
from (values (interval '24 h -1 microsecond', '100'), ('24 h', '0')) v (passed, held);
select tests.fails_with($$ select * from tests.job('cid', 'paid', tests.lines(1)) $$, 'insufficient_credits',
  null, 'the next job finds too few credits');

-- A job is cancelled before any runner has claimed it.
select tests.fails_with($$ select jobs_cancel(tests.person('ann'), tests.job_id('cid')) $$, 'not_found', 'id',
  'a user cannot cancel another user''s job');
select is(jobs_cancel(tests.person('cid'), tests.job_id('cid'), tests.after('1 min')),
  jsonb_build_object('job_id', tests.job_id('cid'), 'status', 'cancelled'), 'a queued job is cancelled');
select is(tests.balance('cid', '1 min'), 'balance 120, held 0, available 120, debt 0',
  'the held credits are available at once');
select is((select data ->> 'held' from tests.job('cid', 'paid', tests.lines(2), p_temp => 'c1',
  p_passed => '1 min')), '0', 'a repeat of the request for a cancelled job holds nothing');
select is(jobs_claim(gen_random_uuid(), '["paid"]', 10, 60, p_now => tests.after('1 min')) -> 'jobs', '[]',
  'a cancelled job is not claimed');
select is(tests.outcome($$ select jobs_cancel(tests.person('cid'), tests.job_id('cid'), tests.after()) $$),
  '{"code": "job_not_cancellable", "details": {"status": "cancelled"}, "status": 409}',
  'cancelling an ended job is refused, with the job''s status');
select is((select input from farthing.jobs where job_id = tests.job_id('cid')), '{}',
  'the input is deleted when the job ends');

-- Lists have the newest job first.
select is((select array_agg(j ->> 'type') from jsonb_array_elements(jobs_list(tests.person('ann')) -> 'jobs')
  j), '{keyed,trivial}', 'a user''s jobs are listed, newest first');
select tests.fails_with('select jobs_list(gen_random_uuid())', 'not_found', 'user_id',
  'an unknown user has no jobs');
select is(jobs_list(tests.person('ann'), p_limit => 1) #>> '{jobs,0,type}', 'keyed',
  'a page of one job is listed');
select is((select jobs_list(tests.person('ann'), p_limit => 1, p_before => jobs_list(tests.person('ann'),
  p_limit => 1) ->> 'next_before') #>> '{jobs,0,type}'), 'trivial', 'the next page is listed');
select is(jobs_list(tests.person('ann'), p_limit => 2) -> 'next_before', 'null',
  'the last page has no next one');
select is(jsonb_array_length(jobs_list(tests.person('cid'), 'cancelled') -> 'jobs'), 1,
  'jobs are listed by status');
select is(jsonb_array_length(jobs_list(tests.person('cid'), 'queued') -> 'jobs'), 0,
  'a status without jobs gives an empty list');

-- The table refuses every invalid change of state, whichever role makes it.
select is(tests.code_for('none', null, format('update farthing.jobs set status = %L where type = %L', s, t)),
  '23001', format('a job that is %s can''t become %s', f, s))
from (values ('trivial', 'queued', 'completed'), ('paid', 'cancelled', 'queued'),
  ('paid', 'cancelled', 'processing'), ('paid', 'cancelled', 'completed')) v (t, f, s);
select is(tests.code_for('none', null, format('update farthing.jobs set %s where type = ''trivial''', c)),
  code, format('%s is refused', c))
from (values ('token = -1', '23001'), ('progress = 101', '23514'), ('status = ''processing''', '23514'),
  ('expires_at = created_at + interval ''25 h''', '23514'), ('attempts = 6', '23514'),
  ('result = ''1''', '23514'), ('runner_id = gen_random_uuid()', '23514')) v (c, code);
select is(tests.code_for('none', null, format('insert into farthing.job_%s values (%s, %s)', t,
    (select min(job_nr) from farthing.jobs), c)), '23514', n)
from (values ('pages (job_nr, page, content)', '1, repeat(''x'', 1048577)',
  'a page of more than 1 MiB is refused'),
  ('checkpoints (job_nr, step, nr, output, created_at)',
    '''s'', 1, to_jsonb(repeat(''x'', 262144)), now()', 'a checkpoint of more than 256 KiB is refused'))
  v (t, c, n);
select is(tests.code_for('authenticated', 'ann', 'select * from farthing.jobs'), '42501',
  'the data API returns no job');
select is(tests.code_for('anon', null, format('select jobs_read(null, %L)', tests.job_id('ann'))),
  '42501', 'T13: the RPC functions of jobs cannot be called through the data API');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
