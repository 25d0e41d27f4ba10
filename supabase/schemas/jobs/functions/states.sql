-- The states of a job: which state may follow which, and the end of a job without a result.

create function farthing.jobs_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'queued' then new.status in ('processing', 'failed', 'cancelled')
    -- A job returns to queued for a retry, to continue in another run, or because its runner died.
    when 'processing' then new.status in ('queued', 'completed', 'failed', 'cancelled')
    else false end;
begin
  if new.status <> old.status and not v_legal then
    raise exception 'A job cannot go from % to %', old.status, new.status using errcode =
      'restrict_violation';
  end if;
  if new.progress < old.progress or new.token < old.token then
    raise exception 'A job''s progress and token must not decrease' using errcode = 'restrict_violation';
  end if;
  if (new.status, new.progress, new.attempts, new.error_code, new.revision)
    is distinct from (old.status, old.progress, old.attempts, old.error_code, old.revision) then
    new.revision := old.revision + 1;
    perform farthing.publish_job(new);
  end if;
  return new;
end
$$;
comment on function farthing.jobs_guard() is
  'Trigger: refuses an illegal change of state, and a decrease of progress or token; counts the '
  'job''s visible changes (in the column revision), and broadcasts each of them.';

create function farthing.end_job(
  p_job farthing.jobs, p_status text, p_code text, p_message text, p_detail text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.release_hold(p_job.account_id, p_job.hold_id, null, p_now);
  -- The input and the step results may contain personal data, and an ended job does not need them.
  update farthing.job_checkpoints set output = null where job_nr = p_job.job_nr and output is not null;
  update farthing.jobs set status = p_status, completed_at = coalesce(completed_at, p_now), input = '{}',
    runner_id = null, lease_expires_at = null, error_code = coalesce(p_code, error_code),
    error_message = case when p_code is null then error_message else left(p_message, 500) end,
    error_detail = case when p_code is null then error_detail else left(p_detail, 2000) end
  where job_nr = p_job.job_nr;
end
$$;
comment on function farthing.end_job is
  'Ends a job as failed or cancelled, without a result, and releases its hold. The caller has locked the '
  'account and the job.';
