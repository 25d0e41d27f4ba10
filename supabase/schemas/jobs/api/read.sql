-- A user reads a job, the list of jobs, and the file of a completed job.

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
  -- Browsers poll this function, so it must be fast. Reads by the owner are not recorded, so they
  -- skip the lookup of the account.
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
  'Returns a job with its result and its newest 100 checkpoints. revision counts the visible '
  'changes of the job. If p_user_id is null, the job may belong to any user. Fails with not_found.';

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
  'Returns a page of a user''s jobs, newest first: {jobs, next_before}. Fails with not_found if there is no '
  'such user.';

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
  'with not_found. Fails with invalid_request and names the field `limit`.';
