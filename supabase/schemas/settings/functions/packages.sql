-- Changing the packages.

create function farthing.write_packages(p_packages jsonb, p_changes farthing.package_change[],
  p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.packages
  select g.* from farthing.packages_given(p_packages, p_now) g
  join unnest(p_changes) c on c.slug = g.slug and c.version = g.version;

  -- The terms stay, so the version stays, and an open session of it is still found.
  update farthing.packages p set description = g.description, highlight = g.highlight, sort = g.sort,
    active = true
  from farthing.packages_given(p_packages, p_now) g join unnest(p_changes) c on c.slug = g.slug
  where p.package_id = c.package_id and p.version = c.version and c.version < g.version;

  -- A version that is only due later is closed, too. Otherwise it would put the package back on sale.
  update farthing.packages p set active = false
  from unnest(p_changes) c
  where c.change = 'retired' and p.package_id = c.package_id and p.version >= c.version and p.active;
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
begin
  perform farthing.refuse_bad_packages(p_packages);
  v_changes := array(select c from farthing.package_changes(p_packages, p_now) c
    order by array_position('{added,changed,restored,retired}', c.change), c.slug);
  perform farthing.write_packages(p_packages, v_changes, p_now);
  return jsonb_build_object(
    'changes', (select coalesce(jsonb_agg(jsonb_build_object('name', c.slug, 'change', c.change,
      'version', c.version, 'fields', c.fields) order by c.nr), '[]')
      from unnest(v_changes) with ordinality c (slug, change, package_id, version, fields, nr)),
    'unchanged', jsonb_array_length(p_packages)
      - (select count(*) from unnest(v_changes) c where c.change <> 'retired'));
end
$$;
comment on function farthing.apply_packages(jsonb, timestamptz) is
  'Makes a list of packages the packages on sale. Returns {changes, unchanged}. Fails invalid_request.';
