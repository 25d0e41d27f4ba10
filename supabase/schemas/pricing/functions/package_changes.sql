-- A shop's list of packages: its checks, and its differences from the packages in force.

create function farthing.packages_given(p_packages jsonb, p_now timestamptz)
returns setof farthing.packages
language sql stable
set search_path = ''
as $$
  select coalesce(c.package_id, md5('farthing package ' || g.slug)::uuid), coalesce(c.last_version, 0) + 1,
    g.slug, g.name, g.description, coalesce(g.highlight, false), coalesce(g.sort, 0),
    (g.prices #>> '{0,amount}')::bigint, g.prices #>> '{0,currency}',
    (select coalesce(jsonb_object_agg(o.price ->> 'currency', o.price -> 'amount'), '{}')
      from jsonb_array_elements(g.prices) with ordinality o (price, nr) where o.nr > 1),
    g.credits, coalesce(g.bonus_credits, 0), true, greatest(farthing.effective_from(e.package), p_now)
  from jsonb_array_elements(p_packages) e (package)
  cross join lateral jsonb_to_record(e.package) g (slug text, name text, description text, highlight boolean,
    sort int, prices jsonb, credits numeric(38, 18), bonus_credits numeric(38, 18))
  left join lateral (select p.package_id, max(p.version) as last_version from farthing.packages p
    where p.slug = g.slug group by p.package_id) c on true
$$;
comment on function farthing.packages_given(jsonb, timestamptz) is
  'Returns a list of packages as rows. Each row is the next version of its package and takes '
  'effect at its effective_from, but not before p_now. The id of a new package is derived from its '
  'slug.';

create function farthing.package_fields(p_package farthing.packages)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('name', p_package.name, 'description', p_package.description,
    'highlight', p_package.highlight, 'sort', p_package.sort, 'first_currency', p_package.currency,
    'credits', trim_scale(p_package.credits)::text,
    'bonus_credits', trim_scale(p_package.bonus_credits)::text, 'active', p_package.active)
    || jsonb_object_agg('price_' || (p.price ->> 'currency'), p.price -> 'amount')
  from jsonb_array_elements(farthing.package_prices(p_package)) p (price)
$$;
comment on function farthing.package_fields(farthing.packages) is
  'Returns the fields of a package by which two versions are compared; price_<currency> is in minor units.';

create function farthing.packages_replaced(p_packages jsonb, p_now timestamptz)
returns setof farthing.packages
language sql stable
set search_path = ''
as $$
  -- For each package in the list, select the version that is in force when the new version begins.
  select distinct on (p.package_id) p.*
  from farthing.packages p join farthing.packages_given(p_packages, p_now) g on g.slug = p.slug
  where p.effective_from <= g.effective_from
  order by p.package_id, p.effective_from desc, p.version desc
$$;
comment on function farthing.packages_replaced(jsonb, timestamptz) is
  'Returns the versions that the packages of a list would replace.';

create function farthing.packages_missing(p_packages jsonb, p_now timestamptz)
returns setof farthing.packages
language sql stable
set search_path = ''
as $$
  -- A package that the list does not name counts as missing even if its first version has not begun
  -- yet.
  select distinct on (p.package_id) p.* from farthing.packages p
  where p.slug not in (select e.package ->> 'slug' from jsonb_array_elements(p_packages) e (package))
    and (p.effective_from > p_now or p.version = (select f.version from farthing.packages f
      where f.package_id = p.package_id and f.effective_from <= p_now
      order by f.effective_from desc, f.version desc limit 1))
  order by p.package_id, p.active desc, p.effective_from, p.version desc
$$;
comment on function farthing.packages_missing(jsonb, timestamptz) is
  'Returns one version of each package that a list does not name. This is the version in force if '
  'it is on sale, and otherwise the earliest of the later versions that are on sale.';

create function farthing.package_changes(p_packages jsonb, p_now timestamptz)
returns setof farthing.package_change
language sql stable
set search_path = ''
as $$
  with given as (
    select g.slug, g.package_id, g.version, g.effective_from, farthing.package_fields(g) as fields
    from farthing.packages_given(p_packages, p_now) g
  ), current as (
    select p.slug, p.package_id, p.version, p.active, farthing.package_fields(p) as fields
    from (select * from farthing.packages_replaced(p_packages, p_now)
      union all select * from farthing.packages_missing(p_packages, p_now)) p
  )
  select d.slug, d.change, d.package_id,
    case when d.keeps_terms then d.version else d.next_version end, d.fields, d.effective_from
  from (select slug, coalesce(c.package_id, g.package_id) as package_id, c.version, g.version as next_version,
      case when c.slug is null then 'added' when g.slug is null then 'retired'
        when not c.active then 'restored' else 'changed' end as change,
      farthing.field_changes(c.fields, coalesce(g.fields, c.fields || '{"active": false}')) as fields,
      -- A change of description, highlight, sort or active needs no new version. A change of any
      -- other field changes the terms, and needs a new version. A change that begins later needs a
      -- new version, too, because the version in force must stay the same until then.
      (g.effective_from > p_now) is not true and c.fields - '{description,highlight,sort,active}'::text[]
        = coalesce(g.fields, c.fields) - '{description,highlight,sort,active}'::text[] as keeps_terms,
      coalesce(g.effective_from, p_now) as effective_from
    from given g full join current c using (slug)) d
  where d.fields <> '[]'
$$;
comment on function farthing.package_changes(jsonb, timestamptz) is
  'Returns the changes that a list makes: packages that it names are added, changed or restored to '
  'sale, and packages that it does not name are retired. Each change has the version after the '
  'change, the fields that differ and the moment at which the change begins.';

create function farthing.refuse_bad_packages(p_packages jsonb)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_bad record;
begin
  if jsonb_typeof(p_packages) is distinct from 'array' or jsonb_array_length(p_packages) not between 1 and 200
  then
    perform farthing.fail('invalid_request', 'packages must be an array of 1 to 200 packages.', null,
      'packages');
  end if;
  select l.nr - 1 as index, f.field, f.rule into v_bad
  from (select e.nr, e.package, count(*) over (partition by e.package ->> 'slug') as mentions
    from jsonb_array_elements(p_packages) with ordinality e (package, nr)) l
  cross join lateral farthing.package_problems(l.package, l.mentions > 1) f
  order by l.nr, f.nr limit 1;
  if v_bad.field is not null then
    perform farthing.fail('invalid_request', v_bad.field || ' ' || v_bad.rule, null,
      format('packages[%s].%s', v_bad.index, v_bad.field));
  end if;
end
$$;
comment on function farthing.refuse_bad_packages(jsonb) is
  'Fails with invalid_request if a list of packages is not an array of 1 to 200 packages, or if a field '
  'of a package cannot be stored exactly. The error names the first such field.';

create function farthing.package_problems(p_package jsonb, p_is_named_twice boolean)
returns table (nr int, field text, rule text)
language sql stable
set search_path = ''
as $$
  select c.nr, c.field, c.rule
  from (values
    (1, 'slug', jsonb_typeof(p_package) = 'object' and not p_is_named_twice
      and p_package ->> 'slug' ~ '^[a-z0-9][a-z0-9_-]{0,39}$'
      and (p_package ->> 'slug' !~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
        or exists (select from farthing.packages p where p.slug = p_package ->> 'slug')),
      'must have 1 to 40 of a-z, 0-9, _ and -, not begin with _ or -, and appear only once in the list.'),
    (2, 'name', jsonb_typeof(p_package -> 'name') = 'string'
      and length(p_package ->> 'name') between 1 and 80, 'must have 1 to 80 characters.'),
    (3, 'description', coalesce(jsonb_typeof(p_package -> 'description'), 'null') = 'null'
      or jsonb_typeof(p_package -> 'description') = 'string'
      and length(p_package ->> 'description') between 1 and 500, 'must have 1 to 500 characters.'),
    (4, 'highlight', coalesce(jsonb_typeof(p_package -> 'highlight'), 'null') in ('null', 'boolean'),
      'must be true or false.'),
    (5, 'sort', coalesce(p_package ->> 'sort', '0') ~ '^(0|[1-9][0-9]{0,3})$',
      'must be a whole number from 0 to 9999.'),
    (6, 'credits', p_package ->> 'credits' ~ '^(0|[1-9][0-9]{0,19})([.][0-9]{1,18})?$'
      and p_package ->> 'credits' ~ '[1-9]',
      'must be a decimal string above 0, with at most 20 digits before the point and 18 after it.'),
    (7, 'bonus_credits',
      coalesce(p_package ->> 'bonus_credits', '0') ~ '^(0|[1-9][0-9]{0,19})([.][0-9]{1,18})?$',
      'must be a decimal string, with at most 20 digits before the point and 18 after it.'),
    (8, 'prices', farthing.are_prices(p_package -> 'prices'), 'must list 1 to 20 prices, each in a currency '
      'of its own: {"currency": "usd", "amount": 999}. The amount is a whole number from 1 to 99999999, '
      'in the currency''s minor unit.')) c (nr, field, is_right, rule)
  where c.is_right is not true
$$;
comment on function farthing.package_problems(jsonb, boolean) is
  'Returns the fields of a package that cannot be stored, each with the rule that it breaks.';

create function farthing.are_prices(p_prices jsonb)
returns boolean
language sql immutable
set search_path = ''
as $$
  select case when jsonb_typeof(p_prices) = 'array' then (
    select count(*) between 1 and 20 and count(distinct e.price ->> 'currency') = count(*)
      and bool_and(coalesce(e.price ->> 'currency' ~ '^[a-z]{3}$'
        and jsonb_typeof(e.price -> 'amount') = 'number'
        and e.price ->> 'amount' ~ '^[1-9][0-9]{0,7}$', false))
    from jsonb_array_elements(p_prices) e (price)) else false end
$$;
comment on function farthing.are_prices(jsonb) is
  'Returns whether a value is a list of prices [{currency, amount}] in which each currency occurs '
  'only once.';
