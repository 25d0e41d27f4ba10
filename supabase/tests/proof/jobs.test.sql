-- The proof names each job with a wrong hold, and each step whose cost disagrees with its charge.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
\ir ../helpers/breaking.psql
select plan(14);

-- ann's job is running with one step done, bob's job is completed, and cid's job is cancelled
-- during a step.
select isnt(tests.give(name, '200'), null,
  name || ' is granted 200') from (values ('ann'), ('bob'), ('cid')) v
  (name);
select is((select string_agg(data ->> 'held', ' ') from (values ('ann'), ('bob'), ('cid')) v (name),
  tests.job(name, 'paid', tests.lines(3))), '150 150 150', 'three jobs hold 150 each');
select is(tests.claim('one', 'paid', '1 s', 9), '1 1 1', 'one runner claims all jobs');
select is((select string_agg(tests.step(name, 1, 's1', 1, '2 s') ->> 'held', ' ')
  from (values ('ann'), ('bob'), ('cid')) v (name)), '100 100 100', 'a step of each job is done');
select is(jobs_complete(tests.runner('one'), format('[{"job_id": "%s", "token": 1}]',
  tests.job_id('bob'))::jsonb,
  tests.after('3 s')) #>> '{jobs,0,status}', 'completed', 'bob''s job is completed');
select is(jobs_cancel(null, tests.job_id('cid'), tests.after('3 s')) ->> 'status', 'cancelled',
  'cid''s job is cancelled');
select is_empty('select * from farthing.prove()', 'a cancelled job may hold the cost of a running step');

select is(tests.named(sql), rules, name)
from (values
  ('7', 'a hold that outlives its job is named', format(
    'update farthing.jobs set runner_id = null, lease_expires_at = null where job_id = %L',
      tests.job_id('cid'))),
  ('7', 'an unfinished job without an open hold is named', format('update farthing.jobs j
    set hold_id = h.hold_id from farthing.holds h where h.account_id = j.account_id and h.status = ''settled''
    and j.job_id = %L', tests.job_id('ann'))),
  ('9', 'a step whose cost is below its charge is named',
    'update farthing.job_checkpoints set credits = 49 where step = ''s1'''),
  ('9', 'a step with a cost and without a charge is named', format('insert into farthing.job_checkpoints
    (job_nr, step, nr, credits, first_seq, last_seq, created_at)
    select job_nr, ''s2'', 2, 50, 99, 99, now() from farthing.jobs where job_id = %L', tests.job_id('ann'))),
  ('nothing', 'a step without a cost is not named', format('insert into farthing.job_checkpoints
    (job_nr, step, nr, created_at) select job_nr, ''s2'', 2, now() from farthing.jobs where job_id = %L',
    tests.job_id('ann')))) v (rules, name, sql);

select * from finish();
rollback;
