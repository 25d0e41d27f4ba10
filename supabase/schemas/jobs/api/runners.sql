-- The runner's side of jobs: claim, heartbeat, checkpoint, complete, fail, yield.

create function farthing_public.jobs_claim(
  p_runner_id uuid, p_types jsonb, p_limit int, p_lease_seconds int, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  return farthing.claim_jobs(p_runner_id,
    array(select jsonb_array_elements_text(farthing.json_argument(p_types))), p_limit, p_lease_seconds,
    p_now);
end
$$;
grant execute on function farthing_public.jobs_claim to service_role;
comment on function farthing_public.jobs_claim is
  'Leases due jobs of these types to a runner, most urgent first: {jobs: [{job_id, token, input, '
  'checkpoints, …}], next_at}. Two runners never get the same job; a job whose lease has expired is '
  'leased again under a new token.';

create function farthing_public.jobs_heartbeat(
  p_runner_id uuid, p_lease_seconds int, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_owners uuid[];
  v_jobs jsonb;
begin
  -- The deletion of a user locks the user before the user's jobs. Locking in another order could
  -- deadlock, so the owners are locked first here, too. Jobs are skipped if another transaction has
  -- locked their owner.
  select array_agg(o.id) into v_owners from (
    select u.id from auth.users u
    where u.id in (select j.user_id from farthing.jobs j where j.runner_id = p_runner_id)
    order by u.id for key share skip locked) o;
  with mine as (
    -- A cancelled job is included while its last step still runs, so that its credits stay held.
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
grant execute on function farthing_public.jobs_heartbeat to service_role;
comment on function farthing_public.jobs_heartbeat is
  'Extends the leases of a runner. Returns {jobs: ids of the jobs to continue}.';

create function farthing_public.jobs_complete(p_runner_id uuid, p_done jsonb, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  return farthing.complete_jobs(p_runner_id, farthing.json_argument(p_done), p_now);
end
$$;
grant execute on function farthing_public.jobs_complete to service_role;
comment on function farthing_public.jobs_complete is
  'Completes a runner''s finished jobs and releases the rest of their holds. Returns {jobs: [{job_id, '
  'status: completed, cancelled or lost}]}.';

create function farthing_public.jobs_fail(
  p_job_id uuid, p_token int, p_code text, p_message text, p_detail text default null,
  p_retryable boolean default false, p_retry_after_seconds int default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
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
  return farthing.fail_attempt(v_job, p_code, p_message, p_detail, p_retryable, p_retry_after_seconds, p_now);
end
$$;
grant execute on function farthing_public.jobs_fail to service_role;
comment on function farthing_public.jobs_fail is
  'Ends a failed attempt: the job is queued again if p_retryable is true and attempts are left; '
  'otherwise the job fails. A job that was cancelled ends without a retry. p_message may be shown to '
  'users, p_detail must not be. Returns {status: queued, failed, cancelled or lost}, with run_after if the '
  'job is queued.';

create function farthing_public.jobs_yield(p_job_id uuid, p_token int, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
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
grant execute on function farthing_public.jobs_yield to service_role;
comment on function farthing_public.jobs_yield is
  'Queues a job again, because its runner has no time left. The job continues at its last checkpoint, '
  'and the run does not count as an attempt. Returns {status: queued, cancelled or lost}.';

create function farthing_public.jobs_checkpoint(
  p_job_id uuid, p_token int, p_step text, p_lease_seconds int, p_output jsonb default null,
  p_usage jsonb default null, p_page text default null, p_log jsonb default null,
  p_progress int default 0, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job farthing.jobs := farthing.lock_leased_job(p_job_id, p_token, p_now);
begin
  if v_job.job_nr is null then
    return '{"status": "lost"}'::jsonb;
  end if;
  return farthing.finish_step(v_job, p_step, farthing.json_argument(p_output),
    coalesce(farthing.json_argument(p_usage), '[]'), p_page, farthing.json_argument(p_log), p_progress,
    p_lease_seconds, p_now);
end
$$;
grant execute on function farthing_public.jobs_checkpoint to service_role;
comment on function farthing_public.jobs_checkpoint is
  'Finishes a step once: stores its result, its AI log and its page of the job''s file, and '
  'charges the step from the job''s hold. A repeated call changes nothing. Returns {status, '
  'credits, duplicates, conflicts, held}. conflicts: the number of usage events whose ids were '
  'charged before with different contents; these usage events are not charged again. A runner must '
  'stop at any status other than processing. Fails with unknown_model, invalid_request.';
