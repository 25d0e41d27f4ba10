-- A job in the form in which lists return it, and the lookup of one job.

create function farthing.job_answer(p_job farthing.jobs)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('job_id', p_job.job_id, 'type', p_job.type, 'status', p_job.status,
    'progress', p_job.progress, 'attempts', p_job.attempts, 'client_temp_id', p_job.client_temp_id,
    'created_at', p_job.created_at, 'started_at', p_job.started_at, 'completed_at', p_job.completed_at,
    'expires_at', p_job.expires_at, 'error', case when p_job.error_code is not null then
      jsonb_build_object('code', p_job.error_code, 'message', p_job.error_message) end)
$$;
comment on function farthing.job_answer(farthing.jobs) is
  'Returns a job in the form in which lists return it. error: the error of the last attempt, also while '
  'the job waits for a retry.';

create function farthing.find_job(p_user_id uuid, p_job_id uuid)
returns farthing.jobs
language plpgsql stable
set search_path = ''
as $$
declare
  v_job farthing.jobs;
begin
  select * into v_job from farthing.jobs where job_id = p_job_id and (p_user_id is null or user_id =
    p_user_id);
  if v_job.job_id is null then
    perform farthing.fail('not_found', 'There is no such job.', null, 'id');
  end if;
  return v_job;
end
$$;
comment on function farthing.find_job(uuid, uuid) is
  'Returns a job. Fails with not_found if there is no such job, or if p_user_id is given and the job '
  'belongs to another user.';
