-- The rates in force.

create function farthing.rates_in_force(p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('model', r.model, 'version', r.version,
    'input_per_million_usd', trim_scale(r.input_per_million_usd)::text,
    'cached_input_per_million_usd', trim_scale(r.cached_input_per_million_usd)::text,
    'cache_write_per_million_usd', trim_scale(r.cache_write_per_million_usd)::text,
    'output_per_million_usd', trim_scale(r.output_per_million_usd)::text,
    'reasoning_per_million_usd', trim_scale(r.reasoning_per_million_usd)::text,
    'markup', trim_scale(r.markup)::text, 'effective_from', r.effective_from) order by r.model), '[]')
  from (select distinct on (model) * from farthing.rates
    where effective_from <= p_now order by model, effective_from desc, version desc) r
$$;
comment on function farthing.rates_in_force(timestamptz) is
  'Returns the rate in force of each model: USD per million tokens, and the markup, as text.';
