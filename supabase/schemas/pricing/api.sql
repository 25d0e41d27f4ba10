-- Rates in force, new rates from a price list, and packages through the data API.

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
from farthing.packages p where p.effective_from <= now() order by p.package_id, p.version desc;

comment on view farthing_public.packages is
  'The newest version of each package; amount and other_prices ({currency: amount}) in minor units, '
  'credits as text.';

grant select on farthing_public.packages to anon, authenticated;

create function farthing_public.rates_import(p_rates jsonb, p_dry_run boolean default true,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rates jsonb := farthing.json_argument(p_rates);
  v_report jsonb;
begin
  perform farthing.refuse_bad_rates(v_rates);
  -- Only one import runs at a time, because versions count up from the stored ones. Readers, and so
  -- charges, do not wait.
  lock table farthing.rates in share row exclusive mode;
  select jsonb_build_object(
    'added', coalesce(jsonb_agg(distinct c.model) filter (where c.version = 1), '[]'),
    'changed', coalesce(jsonb_agg(jsonb_build_object('model', c.model, 'version', c.version, 'field', c.field,
      'from', c.was, 'to', c.becomes) order by c.model, c.field) filter (where c.version > 1), '[]'),
    'unchanged', jsonb_array_length(v_rates) - count(distinct c.model))
  into v_report from farthing.rate_changes(v_rates) c;
  if not p_dry_run then
    perform farthing.add_rates(v_rates, p_now);
  end if;
  return v_report;
end
$$;
grant execute on function farthing_public.rates_import to service_role;
comment on function farthing_public.rates_import is
  'Adds rate versions, in force from p_now, for the changes in a price list [{model, …_per_million_usd, '
  'markup?}]. Returns {added, changed: [{model, version, field, from, to}], unchanged}; with p_dry_run '
  'it changes nothing. Fails invalid_request.';
