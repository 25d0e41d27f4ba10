-- Operators list the requests for welcome credits.

create function farthing_public.welcome_list(
  p_status text default null, p_refused_as text default null, p_user_id uuid default null,
  p_before bigint default null, p_limit int default 20, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables, and addresses are in Auth's table
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_user_id is not null then
    perform farthing.account_to_read(p_user_id, p_author, 'GET /credits/welcome-grants', p_now);
  end if;
  return farthing.page_of('welcome_grants', p_limit, array(
    select row(farthing.welcome_answer(w, p_user_id is not null), w.request_nr)::farthing.page_item
    from farthing.welcome_grants w
    where (p_status is null or w.status = p_status)
      -- Only refused requests have a reason. The condition on the status is still needed, because
      -- without it the planner does not use the index of refused requests.
      and (p_refused_as is null or w.status = 'refused' and w.reason = p_refused_as)
      and (p_user_id is null or w.user_id = p_user_id)
      and (p_before is null or w.request_nr < p_before)
    order by w.request_nr desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.welcome_list to service_role;
comment on function farthing_public.welcome_list is
  'Returns a page of requests for welcome credits, newest first, optionally only those of one '
  'status, one reason for refusal or one user: {welcome_grants, next_before}. Addresses are masked '
  'unless p_user_id names the user. Fails with not_found if there is no such user.';
