-- The functions connect to the database with this role when DATABASE_POOL_URL is set. The role may
-- call the RPC functions that service_role may call, and nothing else. So somebody who has a leaked
-- URL cannot read a table, and can change credits only through RPC functions. The command
-- `deno task database:role` runs this file and sets the role's password. Run the file again after
-- an upgrade that adds functions, so that the role may call the new functions, too.

do $$
begin
  if not exists (select from pg_roles where rolname = 'farthing_functions') then
    create role farthing_functions;
  end if;
end
$$;

-- The data API has the same timeout. The platform's default for other roles is two minutes.
alter role farthing_functions set statement_timeout = '8s';

do $$
declare
  v_function regprocedure;
begin
  revoke all on all routines in schema farthing_public from farthing_functions;
  grant usage on schema farthing_public to farthing_functions;
  for v_function in
    select p.oid from pg_proc p
    where p.pronamespace = 'farthing_public'::regnamespace
      and has_function_privilege('service_role', p.oid, 'execute')
  loop
    execute format('grant execute on function %s to farthing_functions', v_function);
  end loop;
end
$$;
