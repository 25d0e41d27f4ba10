-- Running jobs: claimed under a lease, written to under its token, charged at every checkpoint.
-- Order of locks: the owner, the account, the job under it (rule 4). The owner because a job's row and its
-- logs refer to them, and one who is leaving keeps that row locked while they wait for the account. A claim
-- takes jobs alone, and skips what is locked.

create function farthing.lock_job(p_job_id uuid)
returns farthing.jobs
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- as in lock_account
as $$
declare
  v_job farthing.jobs;
begin
  select * into v_job from farthing.jobs where job_id = p_job_id;
  perform from auth.users where id = v_job.user_id for key share;
  perform from farthing.accounts where account_id = v_job.account_id for no key update;
  select * into v_job from farthing.jobs where job_id = p_job_id for no key update;
  return v_job;
end
$$;
comment on function farthing.lock_job(uuid) is 'Locks a job''s owner, the account that pays, then the job.';

create function farthing.lock_leased_job(p_job_id uuid, p_token int, p_now timestamptz)
returns farthing.jobs
language plpgsql
set search_path = ''
as $$
declare
  v_job farthing.jobs := farthing.lock_job(p_job_id);
begin
  -- A lease past its time is still the runner's until somebody takes the job: then the token is another.
  if v_job.token = p_token and v_job.lease_expires_at is not null and v_job.expires_at > p_now then
    return v_job;
  end if;
  return null;
end
$$;
comment on function farthing.lock_leased_job(uuid, int, timestamptz) is
  'The job, locked, if this token still holds it; else null: the lease was lost.';

create function farthing.release_job_hold(p_job farthing.jobs, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from farthing.holds where account_id = p_job.account_id and hold_id = p_job.hold_id
    and status = 'open') then
    perform farthing.free_hold(p_job.account_id, p_job.hold_id);
    update farthing.holds set status = 'released', resolved_at = least(p_now, expires_at)
    where account_id = p_job.account_id and hold_id = p_job.hold_id;
    perform farthing.pay_debt(p_job.account_id, p_now);
  end if;
end
$$;
comment on function farthing.release_job_hold(farthing.jobs, timestamptz) is
  'Gives back what is still held for a job. The account is locked by the caller.';

create function farthing.end_job(
  p_job farthing.jobs, p_status text, p_code text, p_message text, p_detail text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.release_job_hold(p_job, p_now);
  -- What was asked may be personal, and nobody needs it any more.
  update farthing.job_checkpoints set output = null where job_nr = p_job.job_nr and output is not null;
  update farthing.jobs set status = p_status, completed_at = coalesce(completed_at, p_now), input = '{}',
    runner_id = null, lease_expires_at = null, error_code = coalesce(p_code, error_code),
    error_message = case when p_code is null then error_message else left(p_message, 500) end,
    error_detail = case when p_code is null then error_detail else left(p_detail, 2000) end
  where job_nr = p_job.job_nr;
end
$$;
comment on function farthing.end_job is
  'Ends a job without a result: failed, or cancelled. The account and the job are locked by the caller.';

create function public.jobs_claim(
  p_runner_id uuid, p_types jsonb, p_limit int default 10, p_lease_seconds int default 60,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
-- In the order of jobs_due, whatever statistics say: among a million finished jobs the few that are due are
-- easily estimated as one, and a plan that sorts them all for every claim as the cheapest.
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_types text[] := array(select jsonb_array_elements_text(farthing.json_argument(p_types)));
  v_due bigint[];
  v_jobs jsonb;
begin
  perform farthing.sweep_leases(p_now, p_limit);
  select array_agg(d.job_nr) into v_due from (
    select j.job_nr from farthing.jobs j
    where j.status = 'queued' and j.run_after <= p_now and j.expires_at > p_now and j.type = any (v_types)
    order by j.priority, j.run_after, j.job_nr limit p_limit for no key update skip locked) d;
  if v_due is null then
    return jsonb_build_object('jobs', '[]'::jsonb, 'next_at', (
      select min(j.run_after) from farthing.jobs j
      where j.status = 'queued' and j.expires_at > p_now and j.type = any (v_types)));
  end if;
  with claimed as (
    update farthing.jobs j set status = 'processing', token = j.token + 1, runner_id = p_runner_id,
      lease_expires_at = p_now + make_interval(secs => p_lease_seconds), attempts = j.attempts + 1,
      started_at = coalesce(j.started_at, p_now)
    where j.job_nr = any (v_due)
    returning j.*
  )
  select jsonb_agg(jsonb_build_object('job_id', c.job_id, 'token', c.token, 'type', c.type,
      'user_id', c.user_id, 'input', c.input, 'attempts', c.attempts, 'max_attempts', c.max_attempts,
      'progress', c.progress, 'correlation_id', c.correlation_id, 'created_at', c.created_at,
      'expires_at', c.expires_at, 'checkpoints', (
        select coalesce(jsonb_agg(jsonb_build_object('step', s.step, 'output', s.output) order by s.nr), '[]')
        from farthing.job_checkpoints s where s.job_nr = c.job_nr))
    order by c.priority, c.run_after, c.job_nr)
  into v_jobs from claimed c;
  return jsonb_build_object('jobs', v_jobs, 'next_at', null);
end
$$;
grant execute on function public.jobs_claim to service_role;
comment on function public.jobs_claim is
  'Leases due jobs of these types to a runner, most urgent first: {jobs: [{job_id, token, input, '
  'checkpoints, …}], next_at}. Two runners never get one job; one whose lease ran out is given '
  'again under a new token.';

create function public.jobs_heartbeat(
  p_runner_id uuid, p_lease_seconds int default 60, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_owners uuid[];
  v_jobs jsonb;
begin
  -- One who is leaving takes their jobs along, in an order of their own: those are not waited for.
  select array_agg(o.id) into v_owners from (
    select u.id from auth.users u
    where u.id in (select j.user_id from farthing.jobs j where j.runner_id = p_runner_id)
    order by u.id for key share skip locked) o;
  with mine as (
    -- A cancelled job's last step too: as long as it works, its credits stay held.
    select job_nr from farthing.jobs
    where runner_id = p_runner_id and expires_at > p_now and user_id = any (v_owners)
    order by job_nr for no key update
  ), kept as (
    update farthing.jobs j set lease_expires_at = p_now + make_interval(secs => p_lease_seconds)
    from mine m where j.job_nr = m.job_nr
    returning j.job_id, j.status
  )
  select coalesce(jsonb_agg(job_id) filter (where status = 'processing'), '[]') into v_jobs from kept;
  return jsonb_build_object('jobs', v_jobs);
end
$$;
grant execute on function public.jobs_heartbeat to service_role;
comment on function public.jobs_heartbeat is
  'Extends the leases of a runner. Returns {jobs: ids that are still to be worked on}.';

create function public.jobs_complete(p_runner_id uuid, p_done jsonb, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s' -- as in lock_account
-- Jobs are found by their ids, one by one: the planner takes a list in JSON for a hundred rows, and would
-- read a table of ten thousand jobs to find one.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_done jsonb := farthing.json_argument(p_done);
  v_ended farthing.jobs[];
  v_job farthing.jobs;
begin
  -- The owners of all: one who is leaving locks their jobs in another order. Of the accounts, those of jobs
  -- that cost nothing are not needed.
  perform from auth.users u where u.id in (
    select j.user_id from jsonb_to_recordset(v_done) d (job_id uuid)
    join farthing.jobs j on j.job_id = d.job_id)
  order by u.id for key share;
  perform from farthing.accounts a where a.account_id in (
    select j.account_id from jsonb_to_recordset(v_done) d (job_id uuid)
    join farthing.jobs j on j.job_id = d.job_id where j.hold_id is not null)
  order by a.account_id for no key update;
  with mine as (
    select j.job_nr, d.result from jsonb_to_recordset(v_done) d (job_id uuid, token int, result jsonb)
    join farthing.jobs j on j.job_id = d.job_id and j.token = d.token
    where j.runner_id = p_runner_id and j.expires_at > p_now
    order by j.job_nr for no key update of j
  ), ended as (
    update farthing.jobs j set input = '{}', runner_id = null, lease_expires_at = null,
      completed_at = coalesce(j.completed_at, p_now), error_code = null, error_message = null,
      error_detail = null,
      status = case j.status when 'cancelled' then 'cancelled' else 'completed' end,
      progress = case j.status when 'cancelled' then j.progress else 100 end,
      result = case j.status when 'cancelled' then null else nullif(m.result, 'null') end
    from mine m where j.job_nr = m.job_nr
    returning j as job
  )
  select coalesce(array_agg(e.job order by (e.job).account_id), '{}') into v_ended from ended e;
  update farthing.job_checkpoints c set output = null
  from unnest(v_ended) e where c.job_nr = e.job_nr and c.output is not null;
  foreach v_job in array v_ended loop
    if v_job.hold_id is not null then
      perform farthing.release_job_hold(v_job, p_now);
    end if;
  end loop;
  return jsonb_build_object('jobs', (
    select coalesce(jsonb_agg(jsonb_build_object('job_id', d.job_id, 'status', coalesce(e.status, 'lost'))),
      '[]')
    from jsonb_to_recordset(v_done) d (job_id uuid) left join unnest(v_ended) e on e.job_id = d.job_id));
end
$$;
grant execute on function public.jobs_complete to service_role;
comment on function public.jobs_complete is
  'Completes a runner''s finished jobs and gives back what is still held. Returns {jobs: [{job_id, status: '
  'completed, cancelled or lost}]}.';

create function public.jobs_fail(
  p_job_id uuid, p_token int, p_code text, p_message text, p_detail text default null,
  p_retryable boolean default false, p_retry_after_seconds int default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job farthing.jobs := farthing.lock_leased_job(p_job_id, p_token, p_now);
  v_run_after timestamptz;
begin
  if v_job.job_nr is null then
    return '{"status": "lost"}'::jsonb;
  end if;
  if v_job.status = 'cancelled' then
    perform farthing.end_job(v_job, 'cancelled', null, null, null, p_now);
    return '{"status": "cancelled"}'::jsonb;
  end if;
  if not p_retryable or v_job.attempts >= v_job.max_attempts then
    perform farthing.end_job(v_job, 'failed', p_code, p_message, p_detail, p_now);
    return '{"status": "failed"}'::jsonb;
  end if;
  v_run_after := p_now + greatest(farthing.job_backoff(v_job.attempts),
    make_interval(secs => least(coalesce(p_retry_after_seconds, 0), 3600)));
  update farthing.jobs set status = 'queued', run_after = v_run_after, runner_id = null,
    lease_expires_at = null, error_code = p_code, error_message = left(p_message, 500),
    error_detail = left(p_detail, 2000)
  where job_nr = v_job.job_nr;
  return jsonb_build_object('status', 'queued', 'run_after', v_run_after);
end
$$;
grant execute on function public.jobs_fail to service_role;
comment on function public.jobs_fail is
  'An attempt failed: tried again later while attempts are left and it may help, else failed for good. '
  'p_message may be shown, p_detail may not. Returns {status: queued with run_after, failed, cancelled or '
  'lost}.';

create function farthing.job_backoff(p_attempts int)
returns interval
language sql volatile
set search_path = ''
as $$
  -- 2, 4, 8 … seconds, at most 5 minutes, each up to a quarter shorter or longer: jobs that failed together
  -- do not come back together.
  select make_interval(secs => least(2 ^ p_attempts, 300) * (0.75 + random() * 0.5))
$$;
comment on function farthing.job_backoff(int) is 'How long after its nth attempt a job is tried again.';

create function public.jobs_yield(p_job_id uuid, p_token int, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job farthing.jobs := farthing.lock_leased_job(p_job_id, p_token, p_now);
begin
  if v_job.job_nr is null then
    return '{"status": "lost"}'::jsonb;
  end if;
  if v_job.status = 'cancelled' then
    perform farthing.end_job(v_job, 'cancelled', null, null, null, p_now);
    return '{"status": "cancelled"}'::jsonb;
  end if;
  update farthing.jobs set status = 'queued', run_after = p_now, attempts = attempts - 1, runner_id = null,
    lease_expires_at = null
  where job_nr = v_job.job_nr;
  perform farthing.wake_runner();
  return '{"status": "queued"}'::jsonb;
end
$$;
grant execute on function public.jobs_yield to service_role;
comment on function public.jobs_yield is
  'The run is over and the job is not: queued to go on at its last checkpoint, which is no attempt. Returns '
  '{status: queued, cancelled or lost}.';
