-- A user creates a job.

create function farthing_public.jobs_create(
  p_user_id uuid, p_type text, p_input jsonb, p_estimate jsonb default null,
  p_client_temp_id text default null, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_created farthing.created_job;
  v_job farthing.jobs;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_created := farthing.create_job(p_user_id, p_type, coalesce(farthing.json_argument(p_input), '{}'),
    coalesce(farthing.json_argument(p_estimate), '[]'), p_client_temp_id,
    coalesce(p_correlation_id, farthing.trace_id()), coalesce(p_author, 'sql:' || session_user), p_now);
  v_job := v_created.job;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 202, jsonb_build_object(
    'job_id', v_job.job_id, 'client_temp_id', v_job.client_temp_id, 'type', v_job.type,
    'status', v_job.status, 'progress', v_job.progress, 'held', trim_scale(v_created.held)::text,
    'created_at', v_job.created_at, 'expires_at', v_job.expires_at), p_now);
end
$$;
grant execute on function farthing_public.jobs_create to service_role;
comment on function farthing_public.jobs_create is
  'Queues a job and holds its estimated price; a job without an estimate is free. Returns {status: '
  '202, replayed, data}. If a job with this client_temp_id exists, returns that job. Fails with '
  'insufficient_credits, spend_cap_reached, unknown_model, not_found, invalid_request. Credits are '
  'text.';
