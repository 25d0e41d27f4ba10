-- Packages and rates.

create table farthing.packages (
  package_id uuid not null,
  version int not null,
  slug text not null,
  name text not null,
  description text,
  highlight boolean not null default false,
  sort int not null default 0,
  amount bigint not null,
  currency text not null,
  other_prices jsonb not null default '{}',
  credits numeric(38, 18) not null,
  bonus_credits numeric(38, 18) not null default 0,
  active boolean not null default true,
  effective_from timestamptz not null default now(),
  primary key (package_id, version),
  constraint packages_slug_once unique (slug, version),
  constraint packages_version_positive check (version > 0),
  -- A slug may look like an id only if it is this package's own id, because a checkout accepts both
  -- slugs and ids.
  constraint packages_slugs check (slug = package_id::text or (slug ~ '^[a-z0-9][a-z0-9_-]{0,39}$'
    and slug !~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$')),
  constraint packages_name_bounded check (length(name) between 1 and 80),
  constraint packages_description_bounded check (length(description) between 1 and 500),
  constraint packages_sort_bounded check (sort between 0 and 9999),
  constraint packages_amount_positive check (amount > 0),
  constraint packages_currency_iso check (currency ~ '^[a-z]{3}$'),
  constraint packages_other_prices check (jsonb_typeof(other_prices) = 'object'
    and not other_prices ? currency and not jsonb_path_exists(other_prices, '$.keyvalue() ? (!(
      @.key like_regex "^[a-z]{3}$" && @.value.type() == "number" && @.value >= 1
      && @.value <= 99999999 && @.value.floor() == @.value))')),
  constraint packages_credits_positive check (credits > 0 and bonus_credits >= 0)
);
comment on table farthing.packages is
  'Packages for sale. The newest version that has begun applies. slug: the name in files and requests, '
  'the same in all versions of a package. amount: the price in the first currency, in its minor unit; '
  'other_prices: {currency: amount} of the others. credits and bonus_credits are in credits. '
  'description, highlight (show this package first), sort (the position in lists, from 0) and active '
  'may change without a new version.';

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
  -- A rate of 0 for both input and output is not allowed: usage of a model without a price is
  -- refused, and never charged 0.
  constraint rates_not_free check (input_per_million_usd >= 0 and output_per_million_usd >= 0
    and input_per_million_usd + output_per_million_usd > 0),
  constraint rates_not_negative check (cached_input_per_million_usd >= 0 and cache_write_per_million_usd >= 0
    and reasoning_per_million_usd >= 0),
  constraint rates_markup_positive check (markup > 0)
);
comment on table farthing.rates is
  'USD per million tokens by kind, and the markup. A charge has at most 16 decimals: 9 of the '
  'price, 4 of the markup and 3 of the factor 0.001. Credits have 18 decimals, so every charge is '
  'exact and never rounded.';
create index rates_in_force on farthing.rates (model, effective_from desc, version desc);

alter table farthing.packages enable row level security;
alter table farthing.rates enable row level security;
create policy packages_public on farthing.packages for select to anon, authenticated using (true);
create policy rates_public on farthing.rates for select to anon, authenticated using (true);
grant select on farthing.packages to anon, authenticated;
grant select on farthing.rates to anon, authenticated;

-- The origin of an event_id: the caller, or the hold, chat or job that the usage belongs to. Ids of
-- different origins never collide, so a caller's event_id cannot block one that a hold, chat or job
-- uses.
create type farthing.usage_origin as enum ('caller', 'hold', 'chat', 'job');

create type farthing.priced_usage as (
  index int, user_id uuid, origin farthing.usage_origin, event_id text, model text, rate_version int,
  credits numeric, metadata jsonb, event_at timestamptz, problem text, field text);

create type farthing.package_change as (
  slug text, change text, package_id uuid, version int, fields jsonb, effective_from timestamptz);

create type farthing.rate_change as (
  model text, version int, field text, was text, becomes text, effective_from timestamptz);
