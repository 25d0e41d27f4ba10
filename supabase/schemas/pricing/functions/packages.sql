-- The version in force of each package, and the versions that begin later.

create function farthing.packages_in_force(p_now timestamptz)
returns setof farthing.packages
language sql stable
set search_path = ''
as $$
  select distinct on (package_id) * from farthing.packages
  where effective_from <= p_now order by package_id, effective_from desc, version desc
$$;
comment on function farthing.packages_in_force(timestamptz) is
  'Returns the version in force of each package, including packages that are no longer sold.';

create function farthing.packages_scheduled(p_now timestamptz)
returns setof farthing.packages
language sql stable
set search_path = ''
as $$
  -- If two versions begin at the same moment, the version with the higher number applies.
  select distinct on (package_id, effective_from) * from farthing.packages
  where effective_from > p_now order by package_id, effective_from, version desc
$$;
comment on function farthing.packages_scheduled(timestamptz) is
  'Returns the versions of packages that begin later.';

create function farthing.package_prices(p_package farthing.packages)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_agg(jsonb_build_object('currency', p.currency, 'amount', p.amount) order by p.nr, p.currency)
  from (select 0 as nr, p_package.currency, p_package.amount
    union all select 1, o.key, o.value::bigint from jsonb_each_text(p_package.other_prices) o) p
$$;
comment on function farthing.package_prices(farthing.packages) is
  'Returns the prices of a package as [{currency, amount}]: first its own amount, then '
  'other_prices by currency; amounts in minor units.';
