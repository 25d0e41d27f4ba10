-- Packages.

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
  'Packages for sale. The version in force is the newest one that has taken effect. slug: the name '
  'in files and requests, the same in all versions of a package. amount: the price in the first '
  'currency, in its minor unit; other_prices: the prices in the other currencies, {currency: '
  'amount}. credits and bonus_credits are in credits. description, highlight (show this package '
  'first), sort (the position in lists, from 0) and active may change without a new version.';

alter table farthing.packages enable row level security;
create policy packages_public on farthing.packages for select to anon, authenticated using (true);
grant select on farthing.packages to anon, authenticated;

create type farthing.package_change as (
  slug text, change text, package_id uuid, version int, fields jsonb, effective_from timestamptz);
