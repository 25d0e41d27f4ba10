-- A user or an operator cancels a job.

create function farthing_public.jobs_cancel(
  p_user_id uuid, p_job_id uuid, p_now timestamptz default now(), p_author text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job farthing.jobs := farthing.find_job(p_user_id, p_job_id);
begin
  v_job := farthing.lock_job(v_job.job_id);
  if v_job.status not in ('queued', 'processing') or v_job.expires_at <= p_now then
    perform farthing.fail('job_not_cancellable', 'This job has ended or expired, so it can''t be cancelled.',
      jsonb_build_object('status', v_job.status));
  end if;
  if v_job.status = 'queued' then
    perform farthing.end_job(v_job, 'cancelled', null, null, null, p_now);
  else
    -- A step that is running may still store its result, and is then charged. No later step is
    -- charged.
    update farthing.jobs set status = 'cancelled', completed_at = p_now where job_nr = v_job.job_nr;
  end if;
  -- A user's cancellation of their own job is not audited. A cancellation by another author is
  -- audited, because the job's row is deleted after 30 days and the audit row is not.
  if p_author is distinct from 'owner' then
    perform farthing.audit_action('jobs', jsonb_build_object('job_id', p_job_id),
      jsonb_build_object('status', v_job.status), '{"status": "cancelled"}', p_author, null, p_now);
  end if;
  return jsonb_build_object('job_id', p_job_id, 'status', 'cancelled');
end
$$;
grant execute on function farthing_public.jobs_cancel to service_role;
comment on function farthing_public.jobs_cancel is
  'Cancels a job that has not ended; a step that is running is charged when it finishes. Audits '
  'the cancellation unless the author is the job''s own user. Returns {job_id, status}. Fails with '
  'not_found, job_not_cancellable.';
