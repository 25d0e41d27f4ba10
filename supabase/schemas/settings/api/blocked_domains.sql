-- The RPC functions with which operators read and replace the list of blocked email domains. Users
-- with an address at such a domain get no welcome credits.

create function farthing_public.settings_blocked_domains()
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('welcome_blocked_domains'),
    'domains', (select coalesce(jsonb_agg(b.domain order by b.domain), '[]')
      from farthing.welcome_blocked_domains b),
    'history', farthing.settings_history('welcome_blocked_domains'))
$$;
grant execute on function farthing_public.settings_blocked_domains to service_role;
comment on function farthing_public.settings_blocked_domains is
  'Returns the email domains whose users get no welcome credits, with the version of the list and '
  'its last changes: {version, domains, history}.';

create function farthing_public.settings_blocked_domains_set(
  p_domains jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.change_settings('welcome_blocked_domains', p_domains, p_version, p_reason, p_dry_run,
    p_author, p_idempotency_key, p_fingerprint, p_now)
$$;
grant execute on function farthing_public.settings_blocked_domains_set to service_role;
comment on function farthing_public.settings_blocked_domains_set is
  'Replaces the email domains whose users get no welcome credits; p_domains is [domain]. Returns '
  'the same object as settings_packages_set(). Fails with forbidden, invalid_request, version_conflict.';
