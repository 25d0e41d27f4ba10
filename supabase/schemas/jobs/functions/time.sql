-- Waking runners, broadcasting changes, and the scheduled tasks of jobs. Two extensions of the platform are
-- optional: pg_net with Vault (it wakes a runner at once; without it, a caller of POST /job-runner does),
-- and Realtime (it broadcasts changes; polling works without it). Their functions are looked up by name, so
-- these migrations run on a bare PostgreSQL.

create function farthing.wake_runner()
returns boolean
language sql
set search_path = ''
as $$
  select farthing.wake('job-runner')
$$;
comment on function farthing.wake_runner() is 'Wakes the job runner. True if the call was queued.';

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
  'Wakes a runner if a job is due; true if it did.';

create function farthing.publish_job(p_job farthing.jobs)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_send regprocedure := to_regprocedure('realtime.send(jsonb,text,text,boolean)');
begin
  if v_send is null then
    return;
  end if;
  execute format('select %s($1, $2, $3, $4)', v_send::regproc)
    using farthing.job_answer(p_job), 'job', 'jobs:' || p_job.user_id, true;
exception when others then
  raise warning 'farthing: a job''s change was not broadcast: %', sqlerrm;
end
$$;
comment on function farthing.publish_job(farthing.jobs) is
  'Broadcasts a changed job, in the form of lists, as event "job" on its user''s private channel '
  'jobs:<user id>. Does nothing without Realtime.';

create function farthing.open_realtime()
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if to_regclass('realtime.messages') is null or to_regprocedure('realtime.topic()') is null then
    return false;
  end if;
  execute 'drop policy if exists farthing_jobs_own on realtime.messages';
  execute $sql$
    create policy farthing_jobs_own on realtime.messages for select to authenticated
    using ((select realtime.topic()) = 'jobs:' || (select auth.uid())::text)
  $sql$;
  return true;
end
$$;
comment on function farthing.open_realtime() is
  'Lets each user listen to their own channel jobs:<user id> and no other. True if Realtime is installed.';

create function farthing.try_lock_job(p_job_nr bigint)
returns farthing.jobs
language plpgsql
set search_path = ''
as $$
declare
  v_job farthing.jobs;
begin
  select * into v_job from farthing.jobs where job_nr = p_job_nr;
  -- Owner and account first, without waiting: a locked job is being worked on, and the next minute tries
  -- again.
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
  'Locks a job and its account without waiting; null if another transaction has locked one of them.';

create function farthing.sweep_lease(p_job_nr text, p_now timestamptz)
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
comment on function farthing.sweep_lease(text, timestamptz) is
  'Ends the lease of a job whose runner is dead; 1 if it did.';

create function farthing.sweep_leases(p_now timestamptz default now(), p_limit int default 100)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('sweep_leases', 'job', array(
    select j.job_nr::text from farthing.jobs j
    where j.lease_expires_at <= p_now and not farthing.is_parked('sweep_leases', 'job', j.job_nr::text, p_now)
    order by j.lease_expires_at limit p_limit), 'sweep_lease', p_now)
$$;
comment on function farthing.sweep_leases(timestamptz, int) is
  'Ends the leases of dead runners: their jobs are queued again while attempts are left; returns how many.';

create function farthing.sweep_job(p_job_nr text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_job farthing.jobs := farthing.try_lock_job(p_job_nr::bigint);
begin
  if v_job.status is null or v_job.status not in ('queued', 'processing') then
    return 0;
  end if;
  perform farthing.end_job(v_job, 'failed', 'job_expired', 'The job was not finished within 24 hours.', null,
    p_now);
  return 1;
end
$$;
comment on function farthing.sweep_job(text, timestamptz) is 'Fails a job after its 24 hours; 1 if it did.';

create function farthing.sweep_jobs(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('sweep_jobs', 'job', array(
    select j.job_nr::text from farthing.jobs j
    where j.status in ('queued', 'processing') and j.expires_at <= p_now
      and not farthing.is_parked('sweep_jobs', 'job', j.job_nr::text, p_now)
    order by j.expires_at limit p_limit), 'sweep_job', p_now)
$$;
comment on function farthing.sweep_jobs(timestamptz, int) is
  'Fails jobs after their 24 hours and releases their holds; returns how many.';

create function farthing.sweep_job_data(p_now timestamptz default now(), p_limit int default 200)
returns int
language plpgsql
set search_path = ''
as $$
declare
  c_retention constant interval := interval '30 days';
  v_count int;
  v_gone int;
begin
  with due as (
    select job_nr from farthing.jobs
    where completed_at is not null and (result is not null or has_file) and expires_at <= p_now
    order by expires_at limit p_limit for no key update skip locked
  ), emptied as (
    delete from farthing.job_pages p using due where p.job_nr = due.job_nr
  )
  -- Readers see the removal of a result: an earlier ETag must not match any more.
  update farthing.jobs j set result = null, has_file = false, revision = j.revision
    + (j.result is not null)::int
  from due where j.job_nr = due.job_nr;
  get diagnostics v_count = row_count;
  with due as (
    select job_nr from farthing.jobs where created_at <= p_now - c_retention and completed_at is not null
    order by created_at limit p_limit for update skip locked
  )
  delete from farthing.jobs j using due where j.job_nr = due.job_nr;
  get diagnostics v_gone = row_count;
  return v_count + v_gone;
end
$$;
comment on function farthing.sweep_job_data(timestamptz, int) is
  'Empties results and files after 24 hours, and deletes jobs after 30 days; returns how many of both.';
