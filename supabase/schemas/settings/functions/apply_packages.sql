-- Showing and changing the packages.

create function farthing.package_setting(p_package farthing.packages)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('id', p_package.package_id, 'version', p_package.version, 'slug', p_package.slug,
    'name', p_package.name, 'description', p_package.description, 'highlight', p_package.highlight,
    'sort', p_package.sort, 'prices', farthing.package_prices(p_package),
    'credits', trim_scale(p_package.credits)::text,
    'bonus_credits', trim_scale(p_package.bonus_credits)::text, 'active', p_package.active,
    'effective_from', p_package.effective_from)
$$;
comment on function farthing.package_setting(farthing.packages) is
  'Returns a version of a package in the form in which operators read it.';

create function farthing.write_packages(p_packages jsonb, p_changes farthing.package_change[],
  p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.packages
  select g.* from farthing.packages_given(p_packages, p_now) g
  join unnest(p_changes) c on c.slug = g.slug and c.version = g.version;

  -- A change that does not concern the terms creates no new version, so that open checkout sessions
  -- for the current version remain valid.
  update farthing.packages p set description = g.description, highlight = g.highlight, sort = g.sort,
    active = true
  from farthing.packages_given(p_packages, p_now) g join unnest(p_changes) c on c.slug = g.slug
  where p.package_id = c.package_id and p.version = c.version and c.version < g.version;

  -- If a package is retired, its versions that begin later are retired, too: otherwise they would put the
  -- package back on sale. If a package is restored, those versions are restored, too: otherwise the package
  -- would go off sale when one of them begins.
  update farthing.packages p set active = c.change = 'restored'
  from unnest(p_changes) c
  where p.package_id = c.package_id and p.active <> (c.change = 'restored')
    and (c.change = 'retired' and (p.version = c.version or p.effective_from > p_now)
      or c.change = 'restored' and c.effective_from <= p_now and p.effective_from > p_now);
$$;
comment on function farthing.write_packages(jsonb, farthing.package_change[], timestamptz) is
  'Writes the changes that package_changes() has found for a list. The caller has locked the packages.';

create function farthing.apply_packages(p_packages jsonb, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_changes farthing.package_change[];
  v_shown jsonb;
begin
  perform farthing.refuse_bad_packages(p_packages);
  perform farthing.refuse_bad_beginnings(p_packages, 'packages', p_now);
  v_changes := array(select c from farthing.package_changes(p_packages, p_now) c
    order by array_position('{added,changed,restored,retired}', c.change), c.slug);
  v_shown := (select coalesce(jsonb_agg(jsonb_build_object('name', c.slug, 'change', c.change,
      'version', c.version, 'fields', c.fields || farthing.beginning_field(c.effective_from, p_now))
      order by c.nr), '[]')
    from unnest(v_changes) with ordinality c (slug, change, package_id, version, fields, effective_from, nr));
  perform farthing.refuse_past_beginnings(p_packages, 'packages', 'slug', v_shown, p_now);
  perform farthing.write_packages(p_packages, v_changes, p_now);
  return jsonb_build_object('changes', v_shown, 'unchanged',
    jsonb_array_length(p_packages)
      - (select count(*) from unnest(v_changes) c where c.change <> 'retired'));
end
$$;
comment on function farthing.apply_packages(jsonb, timestamptz) is
  'Replaces the packages on sale with the packages of a list. Returns {changes, unchanged}. Fails '
  'with invalid_request.';
