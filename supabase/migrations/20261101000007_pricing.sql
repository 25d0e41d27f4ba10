-- Prices: packages and rates, versioned. A row is never edited: a new price is a new version, and what was
-- sold or charged at the old one keeps pointing at it.

create table farthing.packages (
  package_id uuid not null,
  version int not null,
  name text not null,
  amount bigint not null,
  currency text not null,
  credits numeric(38, 18) not null,
  bonus_credits numeric(38, 18) not null default 0,
  active boolean not null default true,
  effective_from timestamptz not null default now(),
  primary key (package_id, version),
  constraint packages_version_positive check (version > 0),
  constraint packages_name_bounded check (length(name) between 1 and 80),
  constraint packages_amount_positive check (amount > 0),
  constraint packages_currency_iso check (currency ~ '^[a-z]{3}$'),
  constraint packages_credits_positive check (credits > 0 and bonus_credits >= 0)
);
comment on table farthing.packages is
  'What is sold: amount in the currency''s minor unit, credits and bonus in credits. The highest '
  'effective version counts.';

create table farthing.rates (
  model text not null,
  version int not null,
  input_per_million_usd numeric(20, 9) not null,
  cached_input_per_million_usd numeric(20, 9),
  cache_write_per_million_usd numeric(20, 9),
  output_per_million_usd numeric(20, 9) not null,
  reasoning_per_million_usd numeric(20, 9),
  markup numeric(9, 4) not null default 4,
  effective_from timestamptz not null default now(),
  primary key (model, version),
  constraint rates_model_bounded check (length(model) between 1 and 200),
  constraint rates_version_positive check (version > 0),
  -- A model without a price is refused, never priced 0; so no rate says 0 for both.
  constraint rates_not_free check (input_per_million_usd >= 0 and output_per_million_usd >= 0
    and input_per_million_usd + output_per_million_usd > 0),
  constraint rates_not_negative check (cached_input_per_million_usd >= 0 and cache_write_per_million_usd >= 0
    and reasoning_per_million_usd >= 0),
  constraint rates_markup_positive check (markup > 0)
);
comment on table farthing.rates is
  'USD per million tokens by kind, and the markup. 9 + 4 + 3 decimals stay under 18, so every charge is '
  'exact, never rounded.';
create index rates_in_force on farthing.rates (model, effective_from desc, version desc);

create trigger packages_are_never_deleted before delete on farthing.packages
  for each row execute function farthing.refuse_change();
-- `active` may be switched; the terms of a version may not change.
create trigger packages_keep_their_terms before update of package_id, version, name, amount, currency,
  credits, bonus_credits, effective_from
  on farthing.packages for each row execute function farthing.refuse_change();
create trigger rates_are_append_only before update or delete on farthing.rates
  for each row execute function farthing.refuse_change();

alter table farthing.packages enable row level security;
alter table farthing.rates enable row level security;
create policy packages_public on farthing.packages for select to anon, authenticated using (true);
create policy rates_public on farthing.rates for select to anon, authenticated using (true);
grant select on farthing.packages, farthing.rates to anon, authenticated;

-- Whose name an event bears: a caller's own, or that of the hold, chat or job whose work it pays. An event
-- of one origin never meets that of another, so no caller can name, and use up, an event of ours.
create type farthing.usage_origin as enum ('caller', 'hold', 'chat', 'job');

create type farthing.priced_usage as (
  index int, user_id uuid, origin farthing.usage_origin, event_id text, model text, rate_version int,
  credits numeric, metadata jsonb, event_at timestamptz, problem text, field text);

create function farthing.price_usage(
  p_events jsonb, p_now timestamptz, p_rate_at timestamptz default null, p_pinned jsonb default null)
returns setof farthing.priced_usage
language plpgsql stable -- keeps its plan; an SQL function would be planned at every call
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
  -- offset 0: worked out once. Without it the planner writes the whole sum in wherever its result is used.
  cross join lateral (select
    (c.tokens_in * r.input_per_million_usd
      + c.cached * coalesce(r.cached_input_per_million_usd, r.input_per_million_usd)
      + c.written * coalesce(r.cache_write_per_million_usd, r.input_per_million_usd)
      + c.tokens_out * r.output_per_million_usd
      + c.reasoned * coalesce(r.reasoning_per_million_usd, r.output_per_million_usd))
      * r.markup * 0.001 as credits, -- 1 USD is 1000 credits; USD per million tokens / 1e6 × 1e3
    -- What the caller wrote stays as written, its nulls too.
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
    -- Asked only of what says when it occurred; the policy is not read for what does not.
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
  '{model: rate version}. problem holds a code where an event cannot be priced. origin is the caller; work '
  'of ours overwrites it, with an id of its own. event_at is null where the usage does not say when it '
  'occurred.';
