-- The RPC functions of the packages: operators read the list, and replace it by another one.

create function farthing_public.settings_packages(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('packages'),
    'packages', (select coalesce(jsonb_agg(jsonb_build_object('id', p.package_id, 'version', p.version,
      'slug', p.slug, 'name', p.name, 'description', p.description, 'highlight', p.highlight,
      'sort', p.sort, 'prices', farthing.package_prices(p), 'credits', trim_scale(p.credits)::text,
      'bonus_credits', trim_scale(p.bonus_credits)::text, 'active', p.active,
      'effective_from', p.effective_from) order by p.active desc, p.sort, p.currency, p.amount, p.slug), '[]')
      from farthing.packages_in_force(p_now) p),
    'history', farthing.settings_history('packages'))
$$;
grant execute on function farthing_public.settings_packages to service_role;
comment on function farthing_public.settings_packages is
  'Returns all packages, those on sale first, with the version of the list and its last changes: '
  '{version, packages, history}.';

create function farthing_public.settings_packages_set(
  p_packages jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_packages jsonb := farthing.json_argument(p_packages);
  v_changes farthing.package_change[];
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.refuse_bad_packages(v_packages);
  -- Only one change runs at a time, because versions count up from the stored ones. Checkouts do
  -- not wait.
  lock table farthing.packages in share row exclusive mode;
  perform farthing.refuse_old_version('packages', p_version);
  v_changes := array(select c from farthing.package_changes(v_packages, p_now) c
    order by array_position('{added,changed,restored,retired}', c.change), c.slug);
  if not p_dry_run then
    perform farthing.begin_change(p_author, p_reason);
    perform farthing.write_packages(v_packages, v_changes, p_now);
  end if;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, jsonb_build_object(
    'version', farthing.settings_version('packages'), 'dry_run', p_dry_run,
    'changes', (select coalesce(jsonb_agg(jsonb_build_object('name', c.slug, 'change', c.change,
      'version', c.version, 'fields', c.fields) order by c.nr), '[]')
      from unnest(v_changes) with ordinality c (slug, change, package_id, version, fields, nr)),
    'unchanged', jsonb_array_length(v_packages)
      - (select count(*) from unnest(v_changes) c where c.change <> 'retired')), p_now);
end
$$;
grant execute on function farthing_public.settings_packages_set to service_role;
comment on function farthing_public.settings_packages_set is
  'Makes a list of packages [{slug, name, description?, highlight?, sort?, credits, bonus_credits?, prices: '
  '[{currency, amount}]}] the packages on sale: adds, changes and restores packages, and retires those '
  'that the list does not name. A changed term is a new version. Returns {status: 200, replayed, data: '
  '{version, dry_run, changes: [{name, change, version, fields}], unchanged}}; with p_dry_run it changes '
  'nothing. Fails invalid_request, version_conflict.';
