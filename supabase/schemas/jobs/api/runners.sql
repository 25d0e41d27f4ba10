-- The runner's side of jobs: claim, heartbeat, checkpoint, complete, fail, yield.

create function farthing_public.jobs_claim(
  p_runner_id uuid, p_types jsonb, p_limit int default 10, p_lease_seconds int default 60,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
-- In the order of the index jobs_due, whatever the statistics say: among a million finished jobs the
-- planner easily takes the few due ones for one row, and chooses a plan that sorts them all for every
-- claim.
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
grant execute on function farthing_public.jobs_claim to service_role;
comment on function farthing_public.jobs_claim is
  'Leases due jobs of these types to a runner, most urgent first: {jobs: [{job_id, token, input, '
  'checkpoints, …}], next_at}. Two runners never get the same job; a job whose lease expired is leased '
  'again under a new token.';

create function farthing_public.jobs_heartbeat(
  p_runner_id uuid, p_lease_seconds int default 60, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_owners uuid[];
  v_jobs jsonb;
begin
  -- Deleting a user locks their jobs in another order, so locked jobs are skipped and not waited for.
  select array_agg(o.id) into v_owners from (
    select u.id from auth.users u
    where u.id in (select j.user_id from farthing.jobs j where j.runner_id = p_runner_id)
    order by u.id for key share skip locked) o;
  with mine as (
    -- This includes the last step of a cancelled job: its credits stay held while it works.
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
  'Extends the leases of a runner. Returns {jobs: ids to keep working on}.';

create function farthing_public.jobs_complete(p_runner_id uuid, p_done jsonb, p_now timestamptz default now())
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
  -- This locks the owners of all jobs, since deleting a user locks their jobs in another order. Accounts of
  -- free jobs are not needed.
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
      perform farthing.release_hold(v_job.account_id, v_job.hold_id, null, p_now);
    end if;
  end loop;
  return jsonb_build_object('jobs', (
    select coalesce(jsonb_agg(jsonb_build_object('job_id', d.job_id, 'status', coalesce(e.status, 'lost'))),
      '[]')
    from jsonb_to_recordset(v_done) d (job_id uuid) left join unnest(v_ended) e on e.job_id = d.job_id));
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
grant execute on function farthing_public.jobs_fail to service_role;
comment on function farthing_public.jobs_fail is
  'An attempt failed: it is retried later if attempts are left and a retry may help, else the job has '
  'failed. p_message may be shown to users, p_detail may not. Returns {status: queued with run_after, '
  'failed, cancelled or lost}.';

create function farthing_public.jobs_yield(p_job_id uuid, p_token int, p_now timestamptz default now())
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
grant execute on function farthing_public.jobs_yield to service_role;
comment on function farthing_public.jobs_yield is
  'The run ended before the job did: queues it to continue at its last checkpoint, which does not count as '
  'an attempt. Returns {status: queued, cancelled or lost}.';

create function farthing_public.jobs_checkpoint(
  p_job_id uuid, p_token int, p_step text, p_output jsonb default null, p_usage jsonb default null,
  p_page text default null, p_log jsonb default null, p_progress int default 0,
  p_lease_seconds int default 60, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job farthing.jobs := farthing.lock_leased_job(p_job_id, p_token, p_now);
  v_usage jsonb := coalesce(farthing.json_argument(p_usage), '[]');
  v_known farthing.job_checkpoints;
  v_charge farthing.step_charge;
  v_status text := v_job.status;
begin
  if v_job.job_nr is null then
    return '{"status": "lost"}'::jsonb;
  end if;
  select * into v_known from farthing.job_checkpoints where job_nr = v_job.job_nr and step = p_step;
  v_charge := farthing.charge_step(v_job, p_step, case when v_known.nr is null then v_usage else '[]' end,
    p_now);
  if v_known.nr is null then
    perform farthing.keep_checkpoint(v_job, p_step, farthing.json_argument(p_output), v_charge, p_page,
      p_progress, p_lease_seconds, p_now);
    if p_log is not null then
      perform farthing.write_ai_log(v_job.user_id, farthing.json_argument(p_log), p_now);
    end if;
  end if;
  v_job.hold_id := v_charge.hold_id;
  if v_status = 'cancelled' then
    perform farthing.end_job(v_job, 'cancelled', null, null, null, p_now);
  elsif v_charge.is_beyond then
    v_status := 'failed';
    perform farthing.end_job(v_job, 'failed', 'overdraft_exceeded',
      'A step used far more than the job had held. It was charged all that was held, and the job ended.',
        null,
      p_now);
  elsif v_charge.shortfall > 0 then
    v_status := 'failed';
    perform farthing.end_job(v_job, 'failed', 'insufficient_credits',
      'The job used more than it had held, and the balance did not suffice.', null, p_now);
  end if;
  return jsonb_build_object('status', v_status, 'credits',
    trim_scale(coalesce(v_known.credits, v_charge.credits))::text,
    'duplicates', coalesce(v_known.duplicates, v_charge.duplicates),
    'conflicts', coalesce(v_known.conflicts, v_charge.conflicts),
    'held', case when v_status = 'processing' then trim_scale(v_charge.held)::text else '0' end);
end
$$;
grant execute on function farthing_public.jobs_checkpoint to service_role;
comment on function farthing_public.jobs_checkpoint is
  'Finishes a step once: stores its result, charges it from the job''s hold, writes its page and its log; '
  'a repeat changes nothing. Returns {status, credits, duplicates, conflicts, held}; conflicts are events '
  'known with other contents, which are not charged. Stop at any status other than processing. Fails '
  'unknown_model, invalid_request.';
