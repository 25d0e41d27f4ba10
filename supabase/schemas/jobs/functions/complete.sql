-- The completion of jobs.

create function farthing.complete_jobs(p_runner_id uuid, p_done jsonb, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- the same timeout as in lock_account()
-- With these settings jobs are found one by one by their ids. Without them the planner expects a
-- hundred rows from any JSON list, and would read a table of ten thousand jobs to find one job.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_ended farthing.jobs[];
  v_job farthing.jobs;
begin
  -- The owners of all jobs are locked first, because the deletion of a user locks the user before
  -- the user's jobs, and a different order could deadlock. The accounts of free jobs need no lock.
  perform from auth.users u where u.id in (
    select j.user_id from jsonb_to_recordset(p_done) d (job_id uuid)
    join farthing.jobs j on j.job_id = d.job_id)
  order by u.id for key share;
  perform from farthing.accounts a where a.account_id in (
    select j.account_id from jsonb_to_recordset(p_done) d (job_id uuid)
    join farthing.jobs j on j.job_id = d.job_id where j.hold_id is not null)
  order by a.account_id for no key update;
  with mine as (
    select j.job_nr, d.result from jsonb_to_recordset(p_done) d (job_id uuid, token int, result jsonb)
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
    from jsonb_to_recordset(p_done) d (job_id uuid) left join unnest(v_ended) e on e.job_id = d.job_id));
end
$$;
comment on function farthing.complete_jobs(uuid, jsonb, timestamptz) is
  'Completes a runner''s finished jobs [{job_id, token, result}] and releases the rest of their holds.';
