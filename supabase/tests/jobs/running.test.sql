-- Running jobs: claims, leases, checkpoints, retries, and the errors that a runner gets if it has lost its
-- lease.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
select plan(74);

-- Claims return the most urgent job first, and return each job to only one runner.
select isnt((select data from tests.job('ann', 'a')), null, 'ann creates a job');
select isnt((select data from tests.job('bob', 'a', p_passed => '1 s')), null, 'bob creates a job later');
select isnt((select data from tests.job('cid', 'b')), null, 'cid creates a job of another type');
update farthing.jobs set priority = 50 where user_id = tests.person('bob');
select is(jobs_claim(tests.runner('one'), '["a"]', 1, 60, tests.after('2 s')) #>> '{jobs,0,user_id}',
  tests.person('bob')::text, 'the more urgent job is claimed first, although it is newer');
select is((jobs_claim(tests.runner('two'), '["a"]', 9, 60, tests.after('2 s')) #> '{jobs,0}')
  - '{job_id,user_id}'::text[], jsonb_build_object('token', 1, 'type', 'a', 'input', '{}'::jsonb,
    'attempts', 1, 'max_attempts', 5, 'progress', 0, 'correlation_id', 'trace-ann', 'created_at',
    tests.after(), 'expires_at', tests.after('24 h'), 'checkpoints', '[]'::jsonb),
  'another runner gets the next job, with everything it needs');
select is(tests.claim('three', 'a', '2 s'), null, 'a third runner gets no job');
select is(tests.claim('three', 'c', '2 s'), null, 'a runner gets no job of a type it does not know');
select is(tests.claim('three', 'b', '2 s'), '1', 'a runner gets a job of a type that it knows');
select is(tests.job_state('ann'), 'processing 0%, attempt 1, no error', 'a claimed job is processing');
select is(jobs_read(null, tests.job_id('ann')) ->> 'started_at', to_jsonb(tests.after('2 s')) #>> '{}',
  'a claimed job has started_at');

-- A checkpoint stores a step once, and never lowers the progress.
select is(tests.step('ann', 1, 'plan', p_passed => '3 s', p_progress => 30, p_output => '{"n": 1}'),
  '{"status": "processing", "credits": "0", "held": "0", "conflicts": 0, "duplicates": 0}',
  'a step is stored');
select is(tests.job_state('ann'), 'processing 30%, attempt 1, no error', 'the step changes the progress');
select is(tests.step('ann', 1, 'look', p_passed => '4 s', p_progress => 20) ->> 'status', 'processing',
  'the next step has a lower progress');
select is(tests.job_state('ann'), 'processing 30%, attempt 1, no error', 'progress never falls');
select is(tests.step('ann', 1, 'plan', p_passed => '5 s', p_progress => 90, p_output => '{"n": 2}') ->>
  'status',
  'processing', 'a known step gets the stored answer');
select is((select array_agg(step || coalesce(output ->> 'n', '') order by nr) from farthing.job_checkpoints),
  '{plan1,look}', 'a known step changes nothing');
select is(jobs_read(null, tests.job_id('ann')) -> 'checkpoints' -> 0, jsonb_build_object('step', 'plan', 'at',
  tests.after('3 s'), 'credits', '0'), 'readers see when each step was finished, and not its result');
select is(tests.step('ann', 1, 'all', p_passed => '6 s', p_progress => 100) ->> 'status', 'processing',
  'a step can report progress 100');
select is(tests.job_state('ann'), 'processing 99%, attempt 1, no error',
  'only a completed job has progress 100');
select cmp_ok((jobs_read(null, tests.job_id('ann')) ->> 'revision')::int, '>=', 5,
  'each change is a new revision');

-- A lease ends 60 seconds after the last heartbeat. Then a different runner may claim the job.
select is(jobs_heartbeat(tests.runner('two'), 60, tests.after('50 s')),
  jsonb_build_object('jobs', jsonb_build_array(tests.job_id('ann'))),
  'a heartbeat returns the jobs to continue');
select is(tests.claim('three', 'a', '70 s'), '2',
  'another runner gets bob''s job, because its runner sent no heartbeat');
select is(tests.job_state('bob'), 'processing 0%, attempt 2, no error',
  'the second claim is another attempt');
select is(tests.claim('three', 'a', '109 s'), null, 'ann''s runner sent a heartbeat and keeps the job');
select is(tests.claim('three', 'a', '110 s'), '2:plan,look,all',
  'a later claim of ann''s job gets the finished steps');
select is(tests.step('ann', 1, 'late', p_passed => '111 s'), '{"status": "lost"}',
  'a runner without its lease cannot write a step');
select is(jobs_complete(tests.runner('two'), format('[{"job_id": "%s", "token": 1, "result": 1}]',
  tests.job_id('ann'))::jsonb, tests.after('111 s')), jsonb_build_object('jobs', jsonb_build_array(
    jsonb_build_object('job_id', tests.job_id('ann'), 'status', 'lost'))),
  'a runner without its lease cannot complete the job');
select is(jobs_complete(tests.runner('two'), format('[{"job_id": "%s", "token": 2, "result": 1}]',
  tests.job_id('ann'))::jsonb, tests.after('111 s')) #>> '{jobs,0,status}', 'lost',
  'a runner cannot use a token that it did not get');
select is(jobs_fail(tests.job_id('ann'), 1, 'internal', 'x', p_now => tests.after('111 s')),
  '{"status": "lost"}', 'a runner without its lease cannot fail the job');
select is(jobs_yield(tests.job_id('ann'), 1, tests.after('111 s')), '{"status": "lost"}',
  'a runner without its lease cannot yield the job');
select is(jobs_heartbeat(tests.runner('two'), 60, tests.after('111 s')), '{"jobs": []}',
  'the heartbeat of a runner without its lease extends nothing');
select is((select count(*)::int from farthing.job_checkpoints where step = 'late'), 0,
  'no step was written');
select is(tests.job_state('ann'), 'processing 99%, attempt 2, no error', 'the job was not changed');

-- A runner can complete several finished jobs with one call.
select is(jobs_complete(tests.runner('three'), jsonb_build_array(
    jsonb_build_object('job_id', tests.job_id('ann'), 'token', 2, 'result', '{"ok": true}'::jsonb),
    jsonb_build_object('job_id', tests.job_id('bob'), 'token', 2)), tests.after('112 s')),
  jsonb_build_object('jobs', jsonb_build_array(
    jsonb_build_object('job_id', tests.job_id('ann'), 'status', 'completed'),
    jsonb_build_object('job_id', tests.job_id('bob'), 'status', 'completed'))), 'both jobs are completed');
select is(jobs_read(null, tests.job_id('ann')) -> 'result', '{"ok": true}',
  'the result of a job is stored');
select is(jobs_read(null, tests.job_id('bob')) -> 'result', 'null',
  'a job without a result has result null');
select is(tests.job_state('ann'), 'completed 100%, attempt 2, no error',
  'a completed job has progress 100');
select is((select count(*)::int from farthing.job_checkpoints where output is not null), 0,
  'the results of steps are deleted when the job ends');
select is(jobs_complete(tests.runner('three'), format('[{"job_id": "%s", "token": 2}]',
  tests.job_id('ann'))::jsonb, tests.after('113 s')) #>> '{jobs,0,status}', 'lost', 'a job completes once');

-- The backoff grows with each retry, the number of attempts is limited, and the job stores the last
-- error.
create temporary table tries as
select n, tests.after(make_interval(hours => n)) as at, null::jsonb as outcome, null::text as claimed
from generate_series(1, 5) n;
select isnt((select data from tests.job('dan', 'flaky')), null, 'dan creates a job that fails');
create function pg_temp.attempt(p_n int, p_at timestamptz) returns jsonb language plpgsql as $$
begin
  perform jobs_claim(tests.runner('one'), '["flaky"]', 1, 60, p_at);
  return jobs_fail(tests.job_id('dan'), p_n, 'upstream_unavailable', 'error ' || p_n, 'detail', true,
    case p_n when 4 then 600 end, p_at);
end
$$;
update tries set outcome = pg_temp.attempt(n, at);
select is((select array_agg(outcome ->> 'status' order by n) from tries),
  '{queued,queued,queued,queued,failed}', 'a job has five attempts');
select is((select bool_and((outcome ->> 'run_after')::timestamptz between at
    + make_interval(secs => 0.75 * 2 ^ n) and at + make_interval(secs => 1.25 * 2 ^ n))
  from tries where n < 4), true, 'retries are due after 2, 4 and 8 seconds, with 25 % jitter');
select is((select (outcome ->> 'run_after')::timestamptz - at from tries where n = 4), interval '600 s',
  'a retry is never due before the requested wait');
select is((select count(distinct farthing.job_backoff(3))::int > 1 from generate_series(1, 9)), true,
  'two jobs that failed together are not retried together');
select is((select max(farthing.job_backoff(24)) <= interval '375 s' from generate_series(1, 99)), true,
  'the backoff has a maximum');
select is(jobs_read(null, tests.job_id('dan')) -> 'error',
  '{"code": "upstream_unavailable", "message": "error 5"}', 'the last error is shown without its detail');
select is(tests.claim('one', 'flaky', '9 h'), null, 'a failed job is not retried');
select isnt((select data from tests.job('eve', 'flaky')), null, 'eve creates a job that cannot succeed');
select is(tests.claim('one', 'flaky', '1 s'), '1', 'a runner claims the job');
select is(jobs_fail(tests.job_id('eve'), 1, 'invalid_request', 'no', null, false, null, tests.after('1 s')),
  '{"status": "failed"}', 'a job that can''t succeed is attempted once');

-- A retry is claimed only when it is due. The claim returns the time when the next job is due.
select isnt((select data from tests.job('fay', 'later')), null, 'fay creates a job');
select is(tests.claim('one', 'later', '0 s'), '1', 'a runner claims the job');
select is(jobs_fail(tests.job_id('fay'), 1, 'internal', 'x', null, true, 30, tests.after('0 s')) ->> 'status',
  'queued', 'the job fails');
select is(jobs_claim(tests.runner('one'), '["later"]', 1, 60, tests.after('29 s')),
  jsonb_build_object('jobs', '[]'::jsonb, 'next_at', tests.after('30 s')),
  'the job is not claimed before its retry is due');
select is(tests.claim('one', 'later', '30 s'), '2', 'the job is claimed when its retry is due');

-- If a run yields, the job continues in a later run. A yield does not count as an attempt.
select is(tests.step('fay', 2, 'half', p_passed => '31 s') ->> 'status', 'processing',
  'half of the job is done');
select is(jobs_yield(tests.job_id('fay'), 2, tests.after('32 s')), '{"status": "queued"}',
  'the job yields');
select is(tests.job_state('fay'), 'queued 0%, attempt 1, internal', 'a yield does not count as an attempt');
select is(tests.claim('two', 'later', '32 s'), '3:half',
  'the next runner continues at the last checkpoint');

-- If the runners of a job stop again and again, the job fails after its last attempt.
update farthing.jobs set attempts = 5 where job_id = tests.job_id('fay');
select is(farthing.end_job_leases(tests.after('91 s')), 0, 'the task does not end a lease within 60 seconds');
select is(farthing.end_job_leases(tests.after('92 s')), 1, 'the task ends the lease after 60 seconds');
select is(tests.job_state('fay'), 'failed 0%, attempt 5, job_lost',
  'the task fails the job after the last attempt');

-- Operators list the dead-lettered jobs of all users. A job that failed before its last attempt is
-- in the list only if it was lost or expired.
select is(jobs_dead(p_limit => 1) #>> '{jobs,0,user_id}', tests.person('fay')::text,
  'the job that was lost is listed first, with its user');
select is((select string_agg(j #>> '{error,code}', ' ') from jsonb_array_elements(p -> 'jobs') j),
  'upstream_unavailable', 'the next page has the job that failed in each attempt')
from jobs_dead(p_before => jobs_dead(p_limit => 1) ->> 'next_before') p;
select is(jsonb_array_length(jobs_dead(tests.person(name)) -> 'jobs'), n,
  'dead-lettered jobs are listed by user')
from (values ('fay', 1), ('bob', 0)) u (name, n);
select tests.fails_with('select jobs_dead(gen_random_uuid())', 'not_found', 'user_id',
  'an unknown user is not found');
select is(tests.code_for('authenticated', 'fay', 'select jobs_dead()'), '42501', 'a user must not list them');

-- The model call of a step is logged once, in the transaction of the step.
select isnt((select data from tests.job('gus', 'logged')), null, 'gus creates a job');
select is(tests.claim('three', 'logged', '93 s'), '1', 'a runner claims the job');
select is(jobs_checkpoint(tests.job_id('gus'), 1, 'asked', 60, p_log => '{"kind": "chat", "model": "m",
  "request_id": "r_gus"}', p_now => tests.after('94 s')) ->> 'status', 'processing',
  'a step is written, ' || nr)
from generate_series(1, 2) nr;
select results_eq('select request_id from farthing.ai_logs', array['r_gus'], 'one log is written');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
