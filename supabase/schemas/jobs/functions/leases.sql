-- Leases: a runner's right to a job for a limited time, under a token. The runner chooses the
-- length of the lease: LEASE_SECONDS in supabase/functions/_shared/domain/jobs/lease.ts.
--
-- Locks are taken in this order: the owner, the account, the job (rule 4). The owner is locked
-- first to avoid a deadlock: the deletion of a user locks the owner's row and then waits for the
-- account. An insert of a job or of its logs also locks the owner, because the new row refers to
-- the owner. When a claim leases due jobs, it locks only these jobs, and skips jobs that are
-- already locked.

create function farthing.lock_job(p_job_id uuid)
returns farthing.jobs
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- the same timeout as in lock_account()
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
comment on function farthing.lock_job(uuid) is
  'Locks a job''s owner, the account that pays, and the job, in this order.';

create function farthing.lock_leased_job(p_job_id uuid, p_token int, p_now timestamptz)
returns farthing.jobs
language plpgsql
set search_path = ''
as $$
declare
  v_job farthing.jobs := farthing.lock_job(p_job_id);
begin
  -- An expired lease still belongs to its runner until a scheduled task or another runner's claim
  -- ends it.
  if v_job.token = p_token and v_job.lease_expires_at is not null and v_job.expires_at > p_now then
    return v_job;
  end if;
  return null;
end
$$;
comment on function farthing.lock_leased_job(uuid, int, timestamptz) is
  'Locks a job as lock_job() does. Returns the job if p_token is the token of its current lease '
  'and the job has not expired; else null.';

create function farthing.try_lock_job(p_job_nr bigint)
returns farthing.jobs
language plpgsql
set search_path = ''
as $$
declare
  v_job farthing.jobs;
begin
  select * into v_job from farthing.jobs where job_nr = p_job_nr;
  -- The owner and the account are locked before the job. If another transaction has locked one of
  -- these rows, the job is in use: the calling scheduled task skips the job, and finds it again a
  -- minute later.
  perform from auth.users where id = v_job.user_id for key share skip locked;
  if not found then
    return null;
  end if;
  if v_job.account_id is not null then
    perform from farthing.accounts where account_id = v_job.account_id for no key update skip locked;
    if not found then
      return null;
    end if;
  end if;
  select * into v_job from farthing.jobs where job_nr = p_job_nr for no key update skip locked;
  return v_job;
end
$$;
comment on function farthing.try_lock_job(bigint) is
  'Locks a job, its owner and its account without waiting; null if another transaction has locked one of '
  'them.';

create function farthing.end_job_lease(p_job_nr text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_job farthing.jobs := farthing.try_lock_job(p_job_nr::bigint);
begin
  if v_job.job_nr is null or v_job.lease_expires_at is null or v_job.lease_expires_at > p_now then
    return 0;
  end if;
  if v_job.status = 'cancelled' then
    perform farthing.end_job(v_job, 'cancelled', null, null, null, p_now);
  elsif v_job.attempts >= v_job.max_attempts then
    perform farthing.end_job(v_job, 'failed', 'job_lost', 'The job was interrupted too often.', null, p_now);
  else
    update farthing.jobs set status = 'queued', run_after = p_now, runner_id = null, lease_expires_at = null
    where job_nr = v_job.job_nr;
  end if;
  return 1;
end
$$;
comment on function farthing.end_job_lease(text, timestamptz) is
  'Ends the expired lease of a job: queues the job again, or ends it if it was cancelled or has no '
  'attempt left. Returns 1, or 0 if there is nothing to end.';

create function farthing.end_job_leases(p_now timestamptz default now(), p_limit int default 100)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('end_job_leases', 'job', array(
    select j.job_nr::text from farthing.jobs j
    where j.lease_expires_at <= p_now and not farthing.is_parked('end_job_leases', 'job', j.job_nr::text,
      p_now)
    order by j.lease_expires_at limit p_limit), 'end_job_lease', p_now)
$$;
comment on function farthing.end_job_leases(timestamptz, int) is
  'Ends the expired leases of dead runners, and returns the number of these leases.';
