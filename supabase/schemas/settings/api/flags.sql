-- The RPC functions of feature flags: operators read the flags, and set some of them. The list of
-- flags has a version and a history, and each change has a reason.

create function farthing_public.settings_flags()
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('features'),
    'flags', (select coalesce(jsonb_agg(farthing.feature_answer(f) order by f.name), '[]')
      from farthing.features f),
    'history', farthing.settings_history('features'))
$$;
grant execute on function farthing_public.settings_flags to service_role;
comment on function farthing_public.settings_flags is
  'Returns the feature flags, with the version of the list and its last changes: {version, flags: [{name, '
  'state, percentage, changed_by, changed_at}], history}.';

create function farthing_public.settings_flags_set(
  p_flags jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.change_settings('features', p_flags, p_version, p_reason, p_dry_run, p_author,
    p_idempotency_key, p_fingerprint, p_now)
$$;
grant execute on function farthing_public.settings_flags_set to service_role;
comment on function farthing_public.settings_flags_set is
  'Sets the flags of a list [{name, state, percentage?}]; other flags do not change. Returns the same '
  'object as settings_packages_set(). Fails with forbidden, invalid_request, version_conflict.';
