-- 24 hours after a job was created, scheduled tasks delete its result and its file, and mark the
-- job as failed if it has not ended yet. They delete the job itself after 30 days.

create function farthing.job_life()
returns interval
language sql immutable
set search_path = ''
as $$
  select interval '24 hours'
$$;
comment on function farthing.job_life() is
  'Returns the lifetime of a job: the job and its hold expire (expires_at) this long after the '
  'request.';

create function farthing.expire_job(p_job_nr text, p_now timestamptz)
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
comment on function farthing.expire_job(text, timestamptz) is
  'Marks a job as failed, because its 24 hours are over. Returns 1, or 0 if the job has ended or '
  'is locked.';

create function farthing.expire_jobs(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('expire_jobs', 'job', array(
    select j.job_nr::text from farthing.jobs j
    where j.status in ('queued', 'processing') and j.expires_at <= p_now
      and not farthing.is_parked('expire_jobs', 'job', j.job_nr::text, p_now)
    order by j.expires_at limit p_limit), 'expire_job', p_now)
$$;
comment on function farthing.expire_jobs(timestamptz, int) is
  'Marks jobs as failed when their 24 hours are over, releases their holds, and returns the number '
  'of jobs.';

create function farthing.delete_old_job_data(p_now timestamptz default now(), p_limit int default 200)
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
  -- The removal of a result is a visible change, so an earlier ETag must not match any more.
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
comment on function farthing.delete_old_job_data(timestamptz, int) is
  'Empties the results and files of ended jobs when expires_at has passed, and deletes ended jobs '
  '30 days after their request. Returns the number of emptied and deleted jobs.';
