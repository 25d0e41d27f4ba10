-- Jobs: how runners are woken, how changes are broadcast, how long jobs and files are stored, and
-- how users are deleted while their jobs run.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
select plan(57);

-- A job is queued even if no runner can be woken.
delete from vault.secrets where name like 'farthing%';
select is(farthing.wake_runner(), false, 'no runner is woken without an address');
select is((select status from tests.job('ann', 'a')), 202, 'a job is queued without an address');

-- With Vault and pg_net, a request to the runner is sent after the transaction that creates the job
-- has committed.
select isnt(vault.create_secret('https://project.example.com/functions/v1', 'farthing_functions_url'), null,
  'the address of the functions is stored');
select isnt(vault.create_secret('sb_secret_1', 'farthing_secret_key'), null, 'a secret key is stored');
select is((select count(*)::int from net.http_request_queue), 0, 'no call is queued yet');
select is((select status from tests.job('bob', 'a')), 202, 'bob creates a job');
select results_eq($$ select method::text, url, headers ->> 'apikey', headers ? 'Authorization'
  from net.http_request_queue $$, $$ values ('POST', 'https://project.example.com/functions/v1/job-runner',
    'sb_secret_1', false) $$, 'a runner is called, with the secret key in its header');
select is(farthing.wake_runner_if_due(tests.after()), true,
  'the task of each minute wakes a runner while a job waits');
select is(tests.claim('one', 'a', '0 s', 9), '1 1', 'a runner claims both jobs');
select is(farthing.wake_runner_if_due(tests.after()), false, 'no runner is woken without a due job');
select is(jobs_yield(tests.job_id('bob'), 1, tests.after('1 s')), '{"status": "queued"}',
  'bob''s job yields');
select is((select count(*)::int from net.http_request_queue), 3, 'a yield wakes the next runner');
select is(jobs_fail(tests.job_id('ann'), 1, 'internal', 'x', null, true, 60, tests.after('1 s')) ->> 'status',
  'queued', 'ann''s job will be retried');
select is((select count(*)::int from net.http_request_queue), 3,
  'no runner is woken before the retry is due');
select is(tests.claim('one', 'a', '2 s', 9), '2', 'a runner claims bob''s job');
select is(farthing.wake_runner_if_due(tests.after('60 s')), false, 'ann''s job is not due');
select is(farthing.wake_runner_if_due(tests.after('61 s')), true, 'ann''s job is due');
select is(farthing.wake_runner_if_due(tests.after('24 h -1 microsecond')), true,
  'a runner is woken as long as the job may run');
select is(farthing.wake_runner_if_due(tests.after('24 h')), false,
  'no runner is woken after the job''s 24 hours');
-- pg_net refuses an invalid URL. The job is still queued.
select lives_ok($$ select vault.update_secret(id, 'no url') from vault.secrets
  where name = 'farthing_functions_url' $$, 'the stored address is invalid');
set local client_min_messages = error;
select is(farthing.wake_runner(), false, 'no runner is called at an invalid address');
select is((select status from tests.job('cid', 'a')), 202, 'a job is queued with an invalid address');

-- With Realtime, each change of a job is broadcast on its user's private channel.
select is(farthing.open_realtime(), false, 'without Realtime no channel is opened');
create schema realtime;
create table realtime.messages (topic text, event text, payload jsonb, private boolean);
alter table realtime.messages enable row level security;
create function realtime.topic() returns text language sql stable as $$ select current_setting('t.topic',
  true) $$;
create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns
  void
  language sql as $$ insert into realtime.messages values ($3, $2, $1, $4) $$;
grant usage on schema realtime to authenticated, anon;
grant execute on function realtime.topic() to authenticated, anon;
grant select on realtime.messages to authenticated, anon;
select is(farthing.open_realtime(), true, 'with Realtime the channel is opened');
select is(tests.step('bob', 2, 'half', p_passed => '3 s', p_progress => 50) ->> 'status', 'processing',
  'a step is written');
select results_eq($$ select topic, event, private, payload ->> 'status', payload ->> 'progress'
  from realtime.messages $$, format($$ values (%L, 'job', true, 'processing', '50') $$,
    'jobs:' || tests.person('bob')), 'the step is broadcast on the user''s private channel');
select is(jobs_heartbeat(tests.runner('one'), 60, tests.after('4 s')) -> 'jobs' ->> 0,
  tests.job_id('bob')::text, 'a heartbeat is sent');
select is((select count(*)::int from realtime.messages), 1, 'a heartbeat is not broadcast');
select set_config('t.topic', 'jobs:' || tests.person('bob'), true) is not null;
select is(jsonb_array_length(tests.seen_by('authenticated', 'bob', 'select 1 from realtime.messages')), 1,
  'bob can listen to his own channel');
select is(jsonb_array_length(tests.seen_by('authenticated', 'ann', 'select 1 from realtime.messages')), 0,
  'ann cannot listen to bob''s channel');
select is(jsonb_array_length(tests.seen_by('anon', null, 'select 1 from realtime.messages')), 0,
  'an anonymous caller cannot listen');
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
  returns void language plpgsql as $$ begin raise 'down'; end $$;
select is(tests.step('bob', 2, 'more', p_passed => '5 s', p_progress => 60) ->> 'status', 'processing',
  'a step is stored even if the broadcast fails');

-- A file is stored for a day, and its job for thirty days.
select is(tests.step('bob', 2, 'file', p_passed => '6 s', p_page => 'a,b') ->> 'status', 'processing',
  'page 1 is written');
select is(tests.step('bob', 2, 'file 2', p_passed => '7 s', p_page => 'c,d') ->> 'status', 'processing',
  'page 2 is written');
select tests.fails_with($$ select jobs_pages(tests.person('bob'), tests.job_id('bob'), 0, 1) $$, 'not_found',
  'id', 'a file of a running job is not found');
select is(jobs_complete(tests.runner('one'), format('[{"job_id": "%s", "token": 2, "result": {"rows": 2}}]',
  tests.job_id('bob'))::jsonb, tests.after('8 s')) #>> '{jobs,0,status}', 'completed',
  'the job is completed');
select is(array[jobs_pages(tests.person('bob'), tests.job_id('bob'), 0, 1),
  jobs_pages(null, tests.job_id('bob'), 1, 1)],
  '{"{\"last\": false, \"pages\": [{\"page\": 1, \"content\": \"a,b\"}]}",'
  '"{\"last\": true, \"pages\": [{\"page\": 2, \"content\": \"c,d\"}]}"}', 'a file is read page by page');
select is(jsonb_array_length(jobs_pages(null, tests.job_id('bob'), 0, 1000) -> 'pages'), 2,
  'a limit of 1000 returns both pages');
select tests.fails_with(format($$ select jobs_pages(null, tests.job_id('bob'), 0, %s) $$, lim),
  'invalid_request', 'limit', format('a limit of %s is refused, and does not look like the end', lim))
from unnest(array['null', '0', '-1', '1001', '2147483647']) lim;
select tests.fails_with($$ select jobs_pages(tests.person('ann'), tests.job_id('bob'), 0, 1) $$, 'not_found',
  'id', 'another user''s file is not found');
select is(farthing.delete_old_job_data(tests.after('23 h')), 0, 'the task deletes nothing within a day');
create temp table seen on commit drop as
  select jobs_read(null, tests.job_id('bob')) - 'age_seconds' as answer;
select isnt(answer -> 'result', 'null', 'a reader sees the result') from seen;
select is(array[farthing.delete_old_job_data(tests.after('24 h')),
  farthing.delete_old_job_data(tests.after('25 h'))],
  '{1,0}', 'the task empties the job after a day, once');
select is((select count(*)::int from farthing.job_pages), 0, 'the file is deleted');
select is(jobs_read(null, tests.job_id('bob')) -> 'result', 'null', 'the result is deleted');
select cmp_ok((jobs_read(null, tests.job_id('bob')) ->> 'revision')::int, '>', (answer ->> 'revision')::int,
  'the deletion of the result is a new revision, so an earlier ETag does not match') from seen;
select is(farthing.delete_old_job_data(tests.after('30 days')),
  1, 'the task deletes the job after thirty days');
select is(jobs_list(tests.person('bob')) -> 'jobs', '[]', 'the job is deleted');

-- Deleting a user deletes their jobs and releases the held credits. All credits of the account then
-- become breakage. A runner that still works on such a job gets the answer that the job is lost.
select isnt(tests.give('ann', '100'), null, 'ann has 100');
select is((select data ->> 'held' from tests.job('ann', 'paid', tests.lines(1))), '50', 'a job holds 50');
select is(tests.claim('one', 'paid'), '1', 'a runner claims the job');
create temporary table left_behind as select tests.job_id('ann') as job_id;
delete from auth.users where id = (select tests.person('ann'));
select is(jobs_checkpoint(job_id, 1, 's', 60, p_usage => tests.lines(1), p_now => tests.after('1 s')),
  '{"status": "lost"}', 'a step of a deleted user''s job is lost') from left_behind;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
