-- The roles that the platform creates for a Supabase project, for all databases of the server. This
-- script runs as supabase_admin, the superuser, at every start. `postgres`, the project's owner, is
-- not a superuser on the platform. If it were a superuser here, a migration could work in the local
-- stack and fail on the platform.

do $$
begin
  if exists (select from pg_roles where rolname = 'postgres' and rolsuper) then
    raise exception 'this database was made when its role postgres was still a superuser';
  end if;
  if not exists (select from pg_roles where rolname = 'postgres') then
    create role postgres login createdb createrole replication bypassrls password 'postgres';
    create role anon nologin;
    create role authenticated nologin;
    create role service_role nologin bypassrls;
    create role authenticator login noinherit password 'postgres';
    create role supabase_auth_admin login noinherit password 'postgres';
    create role dashboard_user createdb createrole replication;
    -- Not a Supabase role. The local REST server reads PostgreSQL's system catalogue as this role.
    -- The role must see what anon and the other roles of requests see.
    create role farthing_rest login password 'postgres';
  end if;
  -- Since PostgreSQL 16, a role that may create roles needs the admin option to grant other roles.
  -- Older versions do not require it.
  if current_setting('server_version_num')::int >= 160000 then
    grant anon, authenticated, service_role to postgres with admin option;
  end if;
end
$$;
alter database postgres owner to postgres;

grant anon, authenticated, service_role to postgres, authenticator, farthing_rest;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
-- PostgreSQL lets only superusers change these settings, but on the platform supautils lets
-- postgres change them.
grant set on parameter log_lock_waits, log_min_messages, session_replication_role, track_io_timing
  to postgres;

alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, auth, extensions;
alter role supabase_auth_admin set search_path = auth;
-- Roles without a statement timeout here have the server's limit of two minutes. REST applies the
-- settings of the caller's role to each request. service_role has no settings, so its requests keep
-- the settings of the role with which REST logs in.
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role farthing_rest set statement_timeout = '8s';
alter role farthing_rest set lock_timeout = '8s';
