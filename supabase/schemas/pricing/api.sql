-- The rates in force, and the packages. Browsers read the packages through the data API.

create function farthing_public.usage_rates(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.rates_in_force(p_now)
$$;
grant execute on function farthing_public.usage_rates to service_role;
comment on function farthing_public.usage_rates is
  'Returns the rate in force of each model: USD per million tokens, and the markup, as text.';

create view farthing_public.packages with (security_invoker = true) as
select distinct on (p.package_id) p.package_id as id, p.version, p.slug, p.name, p.description,
  p.highlight, p.sort, p.amount, p.currency, p.other_prices, trim_scale(p.credits)::text as credits,
  trim_scale(p.bonus_credits)::text as bonus_credits, p.active
from farthing.packages p where p.effective_from <= now()
order by p.package_id, p.effective_from desc, p.version desc;

comment on view farthing_public.packages is
  'The version in force of each package; amount and other_prices ({currency: amount}) in minor '
  'units, credits as text.';

grant select on farthing_public.packages to anon, authenticated;
