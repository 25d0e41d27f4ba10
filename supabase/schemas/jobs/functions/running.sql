-- Running jobs: claimed under a lease, written to under its token, charged at every checkpoint. Order of
-- locks: the owner, the account, the job under it (rule 4). The owner is locked because a job's row and its
-- logs refer to them, and the deletion of a user locks that row while it waits for the account. A claim
-- locks only jobs, and skips locked ones.

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
  -- An expired lease is still the runner's until another runner claims the job, which changes the token.
  if v_job.token = p_token and v_job.lease_expires_at is not null and v_job.expires_at > p_now then
    return v_job;
  end if;
  return null;
end
$$;
comment on function farthing.lock_leased_job(uuid, int, timestamptz) is
  'The job, locked, if this token still has its lease; else null.';

create function farthing.end_job(
  p_job farthing.jobs, p_status text, p_code text, p_message text, p_detail text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.release_hold(p_job.account_id, p_job.hold_id, null, p_now);
  -- The input may be personal, and nobody needs it any more.
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

create function farthing.job_backoff(p_attempts int)
returns interval
language sql volatile
set search_path = ''
as $$
  -- 2, 4, 8 … seconds, at most 5 minutes, with 25 % jitter: jobs that failed together are not retried
  -- together.
  select make_interval(secs => least(2 ^ p_attempts, 300) * (0.75 + random() * 0.5))
$$;
comment on function farthing.job_backoff(int) is 'The backoff after the nth attempt of a job.';
