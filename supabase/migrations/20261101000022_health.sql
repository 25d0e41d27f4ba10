-- The question whether the database answers.

create function public.health_database()
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('ok', true, 'at', now(), 'migrated', exists (select from farthing.packages))
$$;
grant execute on function public.health_database to service_role;
comment on function public.health_database is 'Whether the database answers and knows a package.';
