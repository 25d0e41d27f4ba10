-- The rates in force and those that begin later, and the refusal of a model without a rate.

create function farthing.rate_answer(p_rate farthing.rates)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('model', p_rate.model, 'version', p_rate.version,
    'input_per_million_usd', trim_scale(p_rate.input_per_million_usd)::text,
    'cached_input_per_million_usd', trim_scale(p_rate.cached_input_per_million_usd)::text,
    'cache_write_per_million_usd', trim_scale(p_rate.cache_write_per_million_usd)::text,
    'output_per_million_usd', trim_scale(p_rate.output_per_million_usd)::text,
    'reasoning_per_million_usd', trim_scale(p_rate.reasoning_per_million_usd)::text,
    'markup', trim_scale(p_rate.markup)::text, 'effective_from', p_rate.effective_from)
$$;
comment on function farthing.rate_answer(farthing.rates) is
  'Returns a rate in the API''s form: USD per million tokens and the markup, as text.';

create function farthing.rates_in_force(p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(farthing.rate_answer(r::farthing.rates) order by r.model), '[]')
  from (select distinct on (model) * from farthing.rates
    where effective_from <= p_now order by model, effective_from desc, version desc) r
$$;
comment on function farthing.rates_in_force(timestamptz) is
  'Returns the rate in force of each model: USD per million tokens, and the markup, as text.';

create function farthing.scheduled_rates(p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- If two versions begin at the same moment, the version with the higher number applies.
  select coalesce(jsonb_agg(farthing.rate_answer(r::farthing.rates) order by r.effective_from, r.model), '[]')
  from (select distinct on (model, effective_from) * from farthing.rates
    where effective_from > p_now order by model, effective_from, version desc) r
$$;
comment on function farthing.scheduled_rates(timestamptz) is
  'Returns the rates that begin later, the next one first.';

create function farthing.require_rate(p_model text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if not exists (select from farthing.rates where model = p_model) then
    perform farthing.fail('unknown_model', 'This model has no rate. Send a model from GET /usage/rates.',
      null, 'model');
  end if;
end
$$;
comment on function farthing.require_rate(text) is
  'Refuses a model without a rate before a chat is priced. For reported usage, price_usage() '
  'checks this itself. Fails with unknown_model.';
