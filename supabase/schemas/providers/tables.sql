-- Providers, and hashes of their payout accounts.

create table farthing.providers (
  provider_id uuid primary key default gen_random_uuid(),
  user_id uuid unique references auth.users (id) on delete set null,
  country text not null,
  email text,
  stripe_account_id text unique,
  charges_enabled boolean not null default false,
  payouts_enabled boolean not null default false,
  details_submitted boolean not null default false,
  disabled_reason text,
  status_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint providers_country_shape check (country ~ '^[A-Z]{2}$'),
  constraint providers_text_bounded check (length(email) <= 320 and length(stripe_account_id) <= 255
    and length(disabled_reason) <= 255),
  constraint providers_email_until_the_account check (email is null or stripe_account_id is null),
  constraint providers_charge_by_an_account check (stripe_account_id is not null or not charges_enabled)
);
comment on table farthing.providers is
  'One row per user who sells. status_at: when Stripe last reported the account''s capabilities. email: '
  'stored until the account is created, so that a repeated request to Stripe is identical.';

create table farthing.payout_accounts (
  provider_id uuid not null references farthing.providers (provider_id),
  mark bytea not null,
  primary key (provider_id, mark),
  constraint payout_accounts_mark_hashed check (octet_length(mark) = 32)
);
comment on table farthing.payout_accounts is
  'Hashes of the accounts to which Stripe pays providers. mark: sha256 of Stripe''s fingerprint, as for '
  'cards. Rows are deleted with the user.';
create index payout_accounts_by_mark on farthing.payout_accounts (mark);
alter table farthing.payout_accounts enable row level security;
create policy payout_accounts_none on farthing.payout_accounts for select to authenticated using (false);

alter table farthing.providers enable row level security;
create policy providers_own on farthing.providers for select to authenticated
  using (user_id = (select auth.uid()));
grant select on farthing.providers to authenticated;
