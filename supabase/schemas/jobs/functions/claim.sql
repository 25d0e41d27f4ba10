-- Claiming jobs: a runner gets the most urgent due jobs under a lease.

create function farthing.claim_jobs(
  p_runner_id uuid, p_types text[], p_limit int, p_lease_seconds int, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
-- With these settings the claim always reads jobs in the order of the index jobs_due. Without them,
-- if the table has a million ended jobs, the planner may expect that only one job is due. It would
-- then sort all due jobs for every claim.
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_due bigint[];
  v_jobs jsonb;
begin
  perform farthing.end_job_leases(p_now, p_limit);
  select array_agg(d.job_nr) into v_due from (
    select j.job_nr from farthing.jobs j
    where j.status = 'queued' and j.run_after <= p_now and j.expires_at > p_now and j.type = any (p_types)
    order by j.priority, j.run_after, j.job_nr limit p_limit for no key update skip locked) d;
  if v_due is null then
    return jsonb_build_object('jobs', '[]'::jsonb, 'next_at', (
      select min(j.run_after) from farthing.jobs j
      where j.status = 'queued' and j.expires_at > p_now and j.type = any (p_types)));
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
comment on function farthing.claim_jobs is
  'Leases due jobs of these types to a runner, most urgent first: {jobs, next_at}. next_at: the moment '
  'when the next job is due, if none is due now.';
