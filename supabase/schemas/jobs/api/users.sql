-- The user's side of jobs: create, read, list, cancel, fetch the file.

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
  'Queues a job and holds the price of its estimate; a job without an estimate is free. Returns {status: '
  '202, replayed, data}. A known client_temp_id returns its job. Fails insufficient_credits, '
  'spend_cap_reached, unknown_model, not_found, invalid_request. Credits are text.';

create function farthing_public.jobs_read(p_user_id uuid, p_job_id uuid, p_now timestamptz default now(),
  p_author text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  c_shown constant int := 100;
  v_job farthing.jobs := farthing.find_job(p_user_id, p_job_id);
begin
  -- A browser polls this function, so an owner's read looks up no account.
  if p_author <> 'owner' then
    perform farthing.account_to_read(v_job.user_id, p_author, 'GET /jobs/{id}', p_now);
  end if;
  return farthing.job_answer(v_job) || jsonb_build_object(
    'result', v_job.result, 'revision', v_job.revision, 'has_file', v_job.has_file,
    'age_seconds', greatest(0, extract(epoch from p_now - v_job.created_at)::int),
    'checkpoints', (select coalesce(jsonb_agg(jsonb_build_object('step', c.step, 'at', c.created_at,
        'credits', trim_scale(c.credits)::text) order by c.nr), '[]')
      from (select * from farthing.job_checkpoints where job_nr = v_job.job_nr
        order by nr desc limit c_shown) c));
end
$$;
grant execute on function farthing_public.jobs_read to service_role;
comment on function farthing_public.jobs_read is
  'Returns a job with its result and its newest 100 checkpoints. revision counts the visible changes of '
  'the job. If p_user_id is null, the job may be of any user. Fails not_found.';

create function farthing_public.jobs_list(
  p_user_id uuid, p_status text default null, p_before text default null, p_limit int default 20,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.account_to_read(p_user_id, p_author, 'GET /jobs', p_now);
  return farthing.page_of('jobs', p_limit, array(
    select row(farthing.job_answer(j), j.job_nr)::farthing.page_item
    from farthing.jobs j
    where j.user_id = p_user_id and (p_status is null or j.status = p_status)
      and (p_before is null or j.job_nr < p_before::bigint)
    order by j.job_nr desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.jobs_list to service_role;
comment on function farthing_public.jobs_list is
  'Returns a page of a user''s jobs, newest first: {jobs, next_before}. Fails not_found if there is no '
  'such user.';

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
    -- The running step may still write its result and is charged. No later step is charged.
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
  'Cancels a job that has not ended; a running step is still charged. Audits the cancellation unless '
  'the author is the job''s own user. Returns {job_id, status}. Fails not_found, job_not_cancellable.';

create function farthing_public.jobs_pages(
  p_user_id uuid, p_job_id uuid, p_after int, p_limit int)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job farthing.jobs := farthing.find_job(p_user_id, p_job_id);
begin
  if not v_job.has_file or v_job.status <> 'completed' then
    perform farthing.fail('not_found',
      'This job has no file: its type writes no file, the job is not completed, or the file has expired.',
      null, 'id');
  end if;
  return (
    with shown as (
      select page, content from farthing.job_pages
      where job_nr = v_job.job_nr and page > p_after order by page limit farthing.items_to_read(p_limit) - 1
    )
    select jsonb_build_object(
      'pages', coalesce(jsonb_agg(jsonb_build_object('page', page, 'content', content) order by page), '[]'),
      'last', coalesce(max(page), p_after) >= (select coalesce(max(p.page), 0) from farthing.job_pages p
        where p.job_nr = v_job.job_nr))
    from shown);
end
$$;
grant execute on function farthing_public.jobs_pages to service_role;
comment on function farthing_public.jobs_pages is
  'Returns pages of the file that a completed job wrote: {pages: [{page, content}], last}. Fails '
  'not_found. Fails invalid_request and names the field `limit`.';
