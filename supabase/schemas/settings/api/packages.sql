-- The RPC functions of the packages: operators read the list, and replace it.

create function farthing_public.settings_packages(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('packages'),
    'packages', (select coalesce(jsonb_agg(farthing.package_setting(p)
        order by p.active desc, p.sort, p.currency, p.amount, p.slug), '[]')
      from farthing.packages_in_force(p_now) p),
    'scheduled', (select coalesce(jsonb_agg(farthing.package_setting(p) order by p.effective_from, p.slug),
      '[]') from farthing.packages_scheduled(p_now) p),
    'history', farthing.settings_history('packages'))
$$;
grant execute on function farthing_public.settings_packages to service_role;
comment on function farthing_public.settings_packages is
  'Returns all packages (those on sale first), the versions that begin later, the version of the '
  'list and its last changes: {version, packages, scheduled, history}.';

create function farthing_public.settings_packages_set(
  p_packages jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.change_settings('packages', p_packages, p_version, p_reason, p_dry_run, p_author,
    p_idempotency_key, p_fingerprint, p_now)
$$;
grant execute on function farthing_public.settings_packages_set to service_role;
comment on function farthing_public.settings_packages_set is
  'Puts the packages of a list on sale, and only those: adds, changes and restores packages, and '
  'retires those that the list does not name. p_packages: [{slug, name, description?, highlight?, '
  'sort?, credits, bonus_credits?, prices: [{currency, amount}], effective_from?}]. A change of a '
  'package''s terms creates a new version. Returns {status: 200, replayed, data: {version, '
  'dry_run, changes: [{name, change, version, fields}], unchanged}}. If p_dry_run is true, nothing '
  'is changed. Fails with forbidden, invalid_request, version_conflict.';
