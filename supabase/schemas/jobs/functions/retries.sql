-- Failed attempts of a job, and the backoff before the next attempt.

create function farthing.job_backoff(p_attempts int)
returns interval
language sql volatile
set search_path = ''
as $$
  -- Backoff of 2, 4, 8 … seconds, at most 5 minutes, with 25 % jitter, so that jobs that failed
  -- together are not retried together.
  select make_interval(secs => least(2 ^ p_attempts, 300) * (0.75 + random() * 0.5))
$$;
comment on function farthing.job_backoff(int) is
  'Returns the backoff after attempt number p_attempts of a job.';

create function farthing.fail_attempt(
  p_job farthing.jobs, p_code text, p_message text, p_detail text, p_retryable boolean,
  p_retry_after_seconds int, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_run_after timestamptz;
begin
  if not p_retryable or p_job.attempts >= p_job.max_attempts then
    perform farthing.end_job(p_job, 'failed', p_code, p_message, p_detail, p_now);
    return '{"status": "failed"}'::jsonb;
  end if;
  v_run_after := p_now + greatest(farthing.job_backoff(p_job.attempts),
    make_interval(secs => least(coalesce(p_retry_after_seconds, 0), 3600)));
  update farthing.jobs set status = 'queued', run_after = v_run_after, runner_id = null,
    lease_expires_at = null, error_code = p_code, error_message = left(p_message, 500),
    error_detail = left(p_detail, 2000)
  where job_nr = p_job.job_nr;
  return jsonb_build_object('status', 'queued', 'run_after', v_run_after);
end
$$;
comment on function farthing.fail_attempt is
  'Queues a job again after its backoff, or after p_retry_after_seconds if that is longer (an hour '
  'at most). Marks the job as failed if a retry would not help or no attempt is left. The caller '
  'has locked the account and the job.';
