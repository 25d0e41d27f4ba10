-- Prices: packages and rates, versioned. A row is never edited: a new price is a new version, and sales and
-- charges at the old one still refer to it.

create function farthing.price_usage(
  p_events jsonb, p_now timestamptz, p_rate_at timestamptz default null, p_pinned jsonb default null)
returns setof farthing.priced_usage
language plpgsql stable -- plpgsql caches its plan; an SQL function would be planned at every call
set search_path = ''
as $$
begin
  return query
  with given as (
    select (e.nr - 1)::int as index, e.event, t.*
    from jsonb_array_elements(p_events) with ordinality e (event, nr)
    cross join lateral jsonb_to_record(e.event) t (user_id uuid, event_id text, model text,
      input_tokens bigint,
      cached_input_tokens bigint, cache_write_tokens bigint, output_tokens bigint, max_output_tokens bigint,
      reasoning_tokens bigint, occurred_at timestamptz, metadata jsonb)
  ), counted as (
    select g.*, coalesce(g.occurred_at, p_now) as event_at, coalesce(g.input_tokens, 0) as tokens_in,
      coalesce(g.cached_input_tokens, 0) as cached, coalesce(g.cache_write_tokens, 0) as written,
      coalesce(g.output_tokens, g.max_output_tokens, 0) as tokens_out, coalesce(g.reasoning_tokens, 0)
        as reasoned
    from given g
  )
  select c.index, c.user_id, 'caller'::farthing.usage_origin, c.event_id, c.model, r.version, p.credits,
    p.facts, c.occurred_at,
    case when f.field = 'model' then 'unknown_model' when f.field is not null then 'invalid_request' end,
    f.field
  from counted c
  left join lateral (
    -- The pinned version; else the newest in force at that moment; an event older than the first version is
    -- charged at the first, so that a late report is not free; one from the future at today's.
    select x.* from farthing.rates x where x.model = c.model
    order by (x.version is not distinct from (p_pinned ->> c.model)::int) desc,
      (x.effective_from <= coalesce(p_rate_at, least(c.event_at, p_now))) desc,
      case when x.effective_from <= coalesce(p_rate_at, least(c.event_at, p_now)) then
        x.effective_from end desc, x.effective_from, x.version desc
    limit 1) r on true
  -- offset 0: computed once. Without it the planner repeats the whole sum wherever its result is used.
  cross join lateral (select
    (c.tokens_in * r.input_per_million_usd
      + c.cached * coalesce(r.cached_input_per_million_usd, r.input_per_million_usd)
      + c.written * coalesce(r.cache_write_per_million_usd, r.input_per_million_usd)
      + c.tokens_out * r.output_per_million_usd
      + c.reasoned * coalesce(r.reasoning_per_million_usd, r.output_per_million_usd))
      * r.markup * 0.001 as credits, -- 1 USD is 1000 credits; USD per million tokens / 1e6 × 1e3
    -- The caller's fields stay as sent, nulls included.
    jsonb_strip_nulls(jsonb_build_object('model', c.model, 'rate_version', r.version, 'input_tokens',
      c.tokens_in, 'cached_input_tokens', nullif(c.cached, 0), 'cache_write_tokens', nullif(c.written, 0),
      'output_tokens', c.tokens_out, 'reasoning_tokens', nullif(c.reasoned, 0)))
      || case when c.metadata is null then '{}' else jsonb_build_object('caller', c.metadata) end as facts
    offset 0) p
  cross join lateral (select case
    when length(c.event_id) not between 1 and 255 then 'event_id'
    when least(c.tokens_in, c.cached, c.written, c.tokens_out, c.reasoned) < 0
      or greatest(c.tokens_in, c.cached, c.written, c.tokens_out, c.reasoned) > 1000000000
      or c.tokens_in + c.cached + c.written + c.tokens_out + c.reasoned = 0 or p.credits >= 1e20
      then 'input_tokens'
    -- Checked only for usage with occurred_at; for other usage the policy is not read.
    when c.occurred_at is not null and (select c.occurred_at < p_now - o.usage_max_age
      or c.occurred_at > p_now + o.usage_max_ahead from farthing.policy o) then 'occurred_at'
    when r.version is null then 'model'
    -- farthing.metadata's bound is higher: a settled hold adds its id, a job its id and step.
    when pg_column_size(p.facts) > 8100 then 'metadata' end as field
    offset 0) f
  order by c.index;
end
$$;
comment on function farthing.price_usage is
  'Prices usage events exactly: Σ tokens × rate × markup / 1000 credits. Token kinds are disjoint; a kind '
  'without a rate of its own costs as input (cached, cache write) or output (reasoning). p_pinned is '
  '{model: rate version}. problem is a code if an event cannot be priced. origin is the caller; our own '
  'work overwrites it, with an id of its own. event_at is null for usage without occurred_at.';

create function farthing.rates_given(p_rates jsonb)
returns setof farthing.rates
language sql stable
set search_path = ''
as $$
  -- The list as rows: with the next version, and the current markup if the list names none.
  select g.model, coalesce(c.version, 0) + 1, g.input_per_million_usd, g.cached_input_per_million_usd,
    g.cache_write_per_million_usd, g.output_per_million_usd, g.reasoning_per_million_usd,
    coalesce(g.markup, c.markup, 4), null::timestamptz
  from jsonb_to_recordset(p_rates) g (model text, input_per_million_usd numeric,
    cached_input_per_million_usd numeric,
    cache_write_per_million_usd numeric, output_per_million_usd numeric, reasoning_per_million_usd numeric,
      markup numeric)
  left join lateral (select r.version, r.markup from farthing.rates r where r.model = g.model
    order by r.version desc limit 1) c
    on true
$$;
comment on function farthing.rates_given(jsonb) is 'A price list as rate rows; USD per million tokens.';

create function farthing.rate_changes(p_rates jsonb)
returns setof farthing.rate_change
language sql stable
set search_path = ''
as $$
  select g.model, g.version, f.key, trim_scale((c.fields ->> f.key)::numeric)::text,
    trim_scale(f.value::numeric)::text
  from farthing.rates_given(p_rates) g
  cross join lateral jsonb_each_text(to_jsonb(g) - '{model,version,effective_from}'::text[]) f
  left join lateral (
    select to_jsonb(r) as fields from farthing.rates r where r.model = g.model
      and r.version = g.version - 1) c on true
  where g.version = 1 or (c.fields ->> f.key)::numeric is distinct from f.value::numeric
$$;
comment on function farthing.rate_changes(jsonb) is
  'The changes that a price list would make, field by field; a new model''s fields have no `was`.';

create function farthing.refuse_bad_rates(p_rates jsonb)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_bad record;
begin
  if jsonb_typeof(p_rates) is distinct from 'array' then
    perform farthing.fail('invalid_request', 'rates must be an array of rates.', null, 'rates');
  end if;
  -- No price is rounded: a value that the columns cannot hold exactly is refused.
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
    perform farthing.fail('invalid_request', 'A rate must have a model named once, prices of at most 9 '
      'decimals that are not all 0, and a markup above 0.', null,
      format('rates[%s].%s', v_bad.index, v_bad.field));
  end if;
end
$$;
comment on function farthing.refuse_bad_rates(jsonb) is
  'Fails invalid_request naming the first field of a price list that no rate can hold exactly.';
