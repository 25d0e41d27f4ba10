-- The RPC functions with which operators read the rates, and add versions of them.

create function farthing_public.settings_rates(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('rates'),
    'rates', farthing.rates_in_force(p_now), 'scheduled', farthing.scheduled_rates(p_now),
    'history', farthing.settings_history('rates'))
$$;
grant execute on function farthing_public.settings_rates to service_role;
comment on function farthing_public.settings_rates is
  'Returns the rates in force and those that begin later, with the version of the list and its last '
  'changes: {version, rates, scheduled, history}.';

create function farthing_public.settings_rates_set(
  p_rates jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.change_settings('rates', p_rates, p_version, p_reason, p_dry_run, p_author,
    p_idempotency_key, p_fingerprint, p_now)
$$;
grant execute on function farthing_public.settings_rates_set to service_role;
comment on function farthing_public.settings_rates_set is
  'Adds rate versions for the changes in a list [{model, input_per_million_usd, output_per_million_usd, '
  'cached_input_per_million_usd?, cache_write_per_million_usd?, reasoning_per_million_usd?, markup?, '
  'effective_from?}]; models that the list does not name keep their rates. Returns the same object as '
  'settings_packages_set(). Fails with forbidden, invalid_request, version_conflict.';
