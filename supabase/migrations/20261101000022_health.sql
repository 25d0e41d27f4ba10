-- The question whether the database answers, and runs its scheduled tasks.

create function public.health_database()
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('ok', true, 'at', now(), 'migrated', exists (select from farthing.packages),
    'runs_tasks', farthing.unwatched_for(now()) <= interval '5 minutes')
$$;
grant execute on function public.health_database to service_role;
comment on function public.health_database is
  'Whether the database answers, knows a package, and has evaluated the alerts within five minutes.';
