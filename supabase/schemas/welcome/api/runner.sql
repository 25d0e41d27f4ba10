-- The runner, which the queue wakes, decides queued requests for welcome credits.

create function farthing_public.welcome_run(p_limit int, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('granted', farthing.grant_welcome_credits(p_now, p_limit));
end
$$;
grant execute on function farthing_public.welcome_run to service_role;
comment on function farthing_public.welcome_run is
  'Decides the queued requests for welcome credits, at most p_limit. Returns {granted}.';
