-- The price of usage. Rates are versioned and never edited: a new price is a new version, and
-- charges at an old price still refer to the old version. occurred_at must be within the policy's
-- usage_max_age and usage_max_ahead (policy/tables.sql).

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
    -- This `order by` prefers the pinned version, then the newest version in force at the moment of
    -- the event. An event older than the first version is charged at that version, so that a late
    -- report is not free. A future event is charged at today's version.
    select x.* from farthing.rates x where x.model = c.model
    order by (x.version is not distinct from (p_pinned ->> c.model)::int) desc,
      (x.effective_from <= coalesce(p_rate_at, least(c.event_at, p_now))) desc,
      case when x.effective_from <= coalesce(p_rate_at, least(c.event_at, p_now)) then
        x.effective_from end desc, x.effective_from, x.version desc
    limit 1) r on true
  -- `offset 0` makes the planner compute the sum once; without it the sum is computed wherever its
  -- result is used.
  cross join lateral (select
    (c.tokens_in * r.input_per_million_usd
      + c.cached * coalesce(r.cached_input_per_million_usd, r.input_per_million_usd)
      + c.written * coalesce(r.cache_write_per_million_usd, r.input_per_million_usd)
      + c.tokens_out * r.output_per_million_usd
      + c.reasoned * coalesce(r.reasoning_per_million_usd, r.output_per_million_usd))
      -- The rate is USD per million tokens, and 1 USD is 1000 credits: the factor is 1e3 / 1e6.
      * r.markup * 0.001 as credits,
    -- Only our own fields are stripped of nulls: nulls in the caller's metadata stay.
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
    -- The policy is read only for usage with occurred_at.
    when c.occurred_at is not null and (select c.occurred_at < p_now - o.usage_max_age
      or c.occurred_at > p_now + o.usage_max_ahead from farthing.policy o) then 'occurred_at'
    when r.version is null then 'model'
    -- The domain farthing.metadata allows more than this bound, because a settled hold adds its id
    -- to the metadata, and a job adds its id and its step.
    when pg_column_size(p.facts) > 8100 then 'metadata' end as field
    offset 0) f
  order by c.index;
end
$$;
comment on function farthing.price_usage is
  'Prices usage events exactly, in credits: Σ tokens × rate × markup / 1000. Token kinds are disjoint; a '
  'kind without a rate of its own costs as much as input (cached, cache write) or output (reasoning). '
  'p_rate_at: the moment of the rates; null for the moment of each event. p_pinned: {model: rate version}, '
  'which takes precedence. problem: an error code if the event cannot be priced. origin: always `caller`; '
  'holds, chats and jobs overwrite origin and event_id. event_at: null for usage without occurred_at.';
