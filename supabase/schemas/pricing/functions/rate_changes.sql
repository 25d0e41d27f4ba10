-- Finds a model's rate at a time, checks a new list of rates, and computes its differences from the
-- rates in force.

create function farthing.rate_at(p_model text, p_at timestamptz)
returns setof farthing.rates
language sql stable
set search_path = ''
rows 1
as $$
  -- As in price_usage(), a model's first version also applies to moments before its own start.
  select r.* from farthing.rates r where r.model = p_model
  order by (r.effective_from <= p_at) desc, case when r.effective_from <= p_at then r.effective_from end desc,
    r.effective_from, r.version desc
  limit 1
$$;
comment on function farthing.rate_at(text, timestamptz) is
  'Returns the rate at which usage of p_model at the moment p_at is charged; no row for an unknown '
  'model.';

create function farthing.rates_given(p_rates jsonb, p_now timestamptz)
returns setof farthing.rates
language sql stable
set search_path = ''
as $$
  -- If the list has no markup for a model, the model keeps its previous markup; a new model gets
  -- the default.
  select g.model, coalesce((select max(r.version) from farthing.rates r where r.model = g.model), 0) + 1,
    g.input_per_million_usd, g.cached_input_per_million_usd, g.cache_write_per_million_usd,
    g.output_per_million_usd, g.reasoning_per_million_usd,
    coalesce(g.markup, c.markup, farthing.default_markup()), b.at
  from jsonb_array_elements(p_rates) e (rate)
  cross join lateral jsonb_to_record(e.rate) g (model text, input_per_million_usd numeric,
    cached_input_per_million_usd numeric, cache_write_per_million_usd numeric, output_per_million_usd numeric,
    reasoning_per_million_usd numeric, markup numeric)
  cross join lateral (select greatest(farthing.effective_from(e.rate), p_now)) b (at)
  left join lateral farthing.rate_at(g.model, b.at) c on true
$$;
comment on function farthing.rates_given(jsonb, timestamptz) is
  'Returns a list of rates as rows. Each row is the next version of its model''s rate and takes '
  'effect at its effective_from, but not before p_now. Prices are in USD per million tokens.';

create function farthing.rate_changes(p_rates jsonb, p_now timestamptz)
returns setof farthing.rate_change
language sql stable
set search_path = ''
as $$
  select g.model, g.version, f.key, trim_scale((to_jsonb(c) ->> f.key)::numeric)::text,
    trim_scale(f.value::numeric)::text, g.effective_from
  from farthing.rates_given(p_rates, p_now) g
  left join lateral farthing.rate_at(g.model, g.effective_from) c on true
  cross join lateral jsonb_each_text(to_jsonb(g) - '{model,version,effective_from}'::text[]) f
  where c.model is null or (to_jsonb(c) ->> f.key)::numeric is distinct from f.value::numeric
$$;
comment on function farthing.rate_changes(jsonb, timestamptz) is
  'Returns the changes that a list of rates would make, field by field; the fields of a new model '
  'have no `was` (the value before).';

create function farthing.add_rates(p_rates jsonb, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.rates
  select g.* from farthing.rates_given(p_rates, p_now) g
  where g.model in (select c.model from farthing.rate_changes(p_rates, p_now) c)
$$;
comment on function farthing.add_rates(jsonb, timestamptz) is
  'Adds a version of each rate that a list changes. The caller has locked the rates.';

create function farthing.refuse_bad_rates(p_rates jsonb)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_bad record;
begin
  if jsonb_typeof(p_rates) is distinct from 'array' then
    perform farthing.fail('invalid_request',
      'rates must be an array of objects, one for each model.', null, 'rates');
  end if;
  -- Prices are not rounded: a value that the columns cannot hold exactly is refused.
  select r.nr - 1 as index, f.field into v_bad
  from (select e.nr, e.rate, count(*) over (partition by e.rate ->> 'model') as mentions
    from jsonb_array_elements(p_rates) with ordinality e (rate, nr)) r
  cross join lateral (
    select 'model' where jsonb_typeof(rate) <> 'object' or r.mentions > 1
      or coalesce(length(rate ->> 'model'), 0) not between 1 and 200
    union all
    select k.key from unnest(array['input_per_million_usd', 'output_per_million_usd',
      'cached_input_per_million_usd', 'cache_write_per_million_usd', 'reasoning_per_million_usd']) k (key)
    where coalesce(rate ->> k.key, case when k.key !~ '^(input|output)' then '0' end, '')
      !~ '^(0|[1-9][0-9]{0,10})(\.[0-9]{1,9})?$'
    union all
    select 'markup' where coalesce(rate ->> 'markup', '1') !~ '^(0|[1-9][0-9]{0,4})(\.[0-9]{1,4})?$'
      or (rate ->> 'markup')::numeric = 0
    union all
    select 'input_per_million_usd' where rate ->> 'input_per_million_usd' ~ '^[0.]+$'
      and rate ->> 'output_per_million_usd' ~ '^[0.]+$') f (field)
  order by r.nr, f.field = 'model' desc limit 1;
  if v_bad.field is not null then
    perform farthing.fail('invalid_request', case v_bad.field
      when 'model' then 'model must have 1 to 200 characters, and appear only once in the list.'
      when 'markup' then 'markup must be above 0 and below 100000, with at most 4 decimals.'
      else v_bad.field || ' must be a decimal string with at most 11 digits before the point and 9 after it, '
        'and the input or the output price must be above 0.' end, null,
      format('rates[%s].%s', v_bad.index, v_bad.field));
  end if;
end
$$;
comment on function farthing.refuse_bad_rates(jsonb) is
  'Fails with invalid_request if a list of rates is not an array, or if a field of a rate cannot be '
  'stored exactly. The error names the first such field.';
