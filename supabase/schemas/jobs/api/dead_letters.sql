-- Operators list the dead-lettered jobs of all users.

create function farthing_public.jobs_dead(
  p_user_id uuid default null, p_before text default null, p_limit int default 20,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_user_id is not null then
    perform farthing.account_to_read(p_user_id, p_author, 'GET /jobs/dead', p_now);
  end if;
  return farthing.page_of('jobs', p_limit, array(
    select row(farthing.job_answer(j) || jsonb_build_object('user_id', j.user_id, 'detail', j.error_detail),
      j.job_nr)::farthing.page_item
    from farthing.jobs j
    -- The index jobs_dead and the alert dead_jobs must have the same condition as this query. A job
    -- that failed at once, because a retry would not help, is not dead-lettered.
    where j.status = 'failed'
      and (j.attempts >= j.max_attempts or j.error_code in ('job_lost', 'job_expired'))
      and (p_user_id is null or j.user_id = p_user_id)
      and (p_before is null or j.job_nr < p_before::bigint)
    order by j.job_nr desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.jobs_dead to service_role;
comment on function farthing_public.jobs_dead is
  'Returns a page of the dead-lettered jobs of the last 30 days, newest first: {jobs, next_before}. Each '
  'job has its user_id and the detail of its last error. If p_user_id is not null, returns only that '
  'user''s jobs. Fails with not_found if there is no such user.';
