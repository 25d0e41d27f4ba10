-- Waking the job runner. This needs pg_net and Vault, which are optional: without them, the job
-- runner works only when a caller sends POST /job-runner.

create function farthing.wake_runner()
returns boolean
language sql
set search_path = ''
as $$
  select farthing.wake('job-runner')
$$;
comment on function farthing.wake_runner() is
  'Wakes the job runner by an HTTP call; true if pg_net has queued the call.';

create function farthing.wake_runner_if_due(p_now timestamptz default now())
returns boolean
language sql
set search_path = ''
as $$
  select exists (select from farthing.jobs
      where status = 'queued' and run_after <= p_now and expires_at > p_now)
    and farthing.wake_runner()
$$;
comment on function farthing.wake_runner_if_due(timestamptz) is
  'Wakes the job runner if a job is due; true if pg_net has queued the call.';
