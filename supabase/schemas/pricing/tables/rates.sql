-- Rates.

create table farthing.rates (
  model text not null,
  version int not null,
  input_per_million_usd numeric(20, 9) not null,
  cached_input_per_million_usd numeric(20, 9),
  cache_write_per_million_usd numeric(20, 9),
  output_per_million_usd numeric(20, 9) not null,
  reasoning_per_million_usd numeric(20, 9),
  markup numeric(9, 4) not null default farthing.default_markup(),
  effective_from timestamptz not null default now(),
  primary key (model, version),
  constraint rates_model_bounded check (length(model) between 1 and 200),
  constraint rates_version_positive check (version > 0),
  -- The prices of input and output must not both be 0, because usage of a model without a price
  -- must be refused and not be free.
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

alter table farthing.rates enable row level security;
create policy rates_public on farthing.rates for select to anon, authenticated using (true);
grant select on farthing.rates to anon, authenticated;

create type farthing.rate_change as (
  model text, version int, field text, was text, becomes text, effective_from timestamptz);
