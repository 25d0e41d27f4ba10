-- The policy: each value that an operator may set, with its default and its bounds.

create table farthing.policy (
  one_row boolean primary key default true constraint policy_is_one_row check (one_row),
  early_fraud_warning text not null default 'review'
    constraint policy_early_fraud_warning check (early_fraud_warning in ('review', 'refund')),
  sessions_per_user_hour int not null default 10,
  sessions_per_ip_hour int not null default 30,
  failed_cards_per_user_hour int not null default 5,
  users_per_card_day int not null default 3,
  cards_per_user_day int not null default 5,
  bookings_per_provider_hour int not null default 300,
  low_balance farthing.credits not null default 500,
  top_up_currency text not null default 'usd',
  top_up_credits_per_unit farthing.positive_credits not null default 10,
  top_up_smallest bigint not null default 50,
  top_up_highest_cap bigint not null default 1000000,
  top_up_cool_down interval not null default '10 minutes',
  grant_ceiling farthing.positive_credits not null default 100000,
  grant_ceiling_author_day farthing.positive_credits not null default 500000,
  grant_ceiling_day farthing.positive_credits not null default 2000000,
  grant_ceilings_bind_keys boolean not null default false,
  keys_confirm_grants boolean not null default false,
  -- The default is long enough that a grant requested on Friday can be confirmed on Monday.
  pending_grant_life interval not null default '72 hours',
  welcome_credits farthing.credits not null default 0,
  welcome_credits_life interval not null default '90 days',
  welcome_credits_day farthing.credits not null default 100000,
  booking_fee_basis_points int not null default 300
    constraint policy_booking_fee check (booking_fee_basis_points between 0 and 10000),
  booking_transfer_at text not null default 'payment'
    constraint policy_booking_transfer_at check (booking_transfer_at in ('payment', 'completed')),
  booking_shared_parties text not null default 'flag'
    constraint policy_booking_shared_parties check (booking_shared_parties in ('flag', 'refuse')),
  overdraft_factor numeric(9, 4) not null default 2,
  overdraft_floor farthing.credits not null default 1000,
  late_settle_within interval not null default '1 hour',
  usage_max_age interval not null default '35 days',
  usage_max_ahead interval not null default '5 minutes',
  abandoned_stream_timeout interval not null default '2 minutes'
    constraint policy_abandoned_stream_timeout
      check (abandoned_stream_timeout between interval '0' and interval '5 minutes'),
  stream_in_flight_tokens int not null default 256
    constraint policy_stream_in_flight_tokens check (stream_in_flight_tokens between 64 and 1000000),
  paid_out_within interval not null default '14 days'
    constraint policy_paid_out_bounded
      check (paid_out_within between interval '1 day' and interval '90 days'),
  -- The default is three days, because Stripe retries a webhook for that long.
  months_close_after interval not null default '3 days'
    constraint policy_months_close_after
      check (months_close_after between interval '0' and interval '25 days'),
  -- The default `live` requires a second factor only in live mode. Until the first event fixes the
  -- mode, the mode of the Stripe key decides: see mfa_applies().
  operator_mfa text not null default 'live'
    constraint policy_operator_mfa check (operator_mfa in ('off', 'live', 'required')),
  -- The settings of Stripe's hosted checkout page
  checkout_locale text not null default 'auto' constraint policy_checkout_locale check (checkout_locale in (
    'auto', 'bg', 'cs', 'da', 'de', 'el', 'en', 'en-GB', 'es', 'es-419', 'et', 'fi', 'fil', 'fr', 'fr-CA',
    'hi-IN', 'hr', 'hu', 'id', 'it', 'ja', 'ko', 'lt', 'lv', 'ms', 'mt', 'nb', 'nl', 'pl', 'pt', 'pt-BR',
    'ro', 'ru', 'sk', 'sl', 'sv', 'th', 'tr', 'vi', 'zh', 'zh-HK', 'zh-TW')),
  checkout_automatic_tax boolean not null default false,
  checkout_tax_behavior text not null default 'inclusive'
    constraint policy_checkout_tax_behavior check (checkout_tax_behavior in ('inclusive', 'exclusive')),
  checkout_tax_code text
    constraint policy_checkout_tax_code check (checkout_tax_code ~ '^txcd_[0-9]{8}$'),
  checkout_billing_address text not null default 'auto'
    constraint policy_checkout_billing_address check (checkout_billing_address in ('auto', 'required')),
  checkout_tax_ids boolean not null default false,
  checkout_invoices boolean not null default false,
  checkout_promotion_codes boolean not null default false,
  -- The shop's name and the other settings that the shop's emails show
  shop_name text,
  shop_logo_url text,
  shop_address text,
  shop_support_email text,
  shop_support_url text,
  shop_url text,
  shop_locale text constraint policy_shop_locale check (shop_locale ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  shop_accent_color text
    constraint policy_shop_accent_color check (shop_accent_color ~ '^#[0-9a-fA-F]{6}$'),
  livemode boolean,
  installation_id uuid not null default gen_random_uuid(),
  updated_at timestamptz,
  updated_by text,
  constraint policy_limits_bounded check (sessions_per_user_hour between 1 and 1000000
    and sessions_per_ip_hour between 1 and 1000000 and failed_cards_per_user_hour between 1 and 1000000
    and users_per_card_day between 1 and 1000000 and cards_per_user_day between 1 and 1000000
    and bookings_per_provider_hour between 1 and 1000000),
  constraint policy_top_up_bounded check (top_up_currency ~ '^[a-z]{3}$' and top_up_smallest >= 1
    and top_up_highest_cap between top_up_smallest and 99999999
    and top_up_cool_down between interval '1 minute' and interval '31 days'),
  constraint policy_overdraft_bounded check (overdraft_factor between 0 and 1000
    and late_settle_within between interval '0' and interval '31 days'),
  constraint policy_usage_window check (usage_max_age between interval '1 minute' and interval '10 years'
    and usage_max_ahead between interval '0' and interval '1 day'),
  constraint policy_grants_bounded check (grant_ceiling <= grant_ceiling_author_day
    and grant_ceiling_author_day <= grant_ceiling_day
    and pending_grant_life between interval '1 hour' and interval '31 days'),
  constraint policy_shop_urls check (shop_logo_url ~ '^https://[^\s"<>]+$'
    and shop_support_url ~ '^https://[^\s"<>]+$' and shop_url ~ '^https://[^\s"<>]+$'),
  constraint policy_shop_text_bounded check (length(shop_name) <= 80 and length(shop_logo_url) <= 500
    and length(shop_address) <= 300 and length(shop_support_email) <= 254 and length(shop_support_url) <= 500
    and length(shop_url) <= 500),
  constraint policy_welcome_bounded check (welcome_credits <= welcome_credits_day
    and welcome_credits_life between interval '0' and interval '10 years'),
  constraint policy_text_bounded check (length(updated_by) <= 255)
);
comment on table farthing.policy is
  'The operator''s settings, in one row. early_fraud_warning: `review` (credits stay frozen until '
  'an operator clears the warning or refunds the payment) or `refund` (the payment is refunded at '
  'once). sessions_*, failed_cards_*, users_*, cards_*, bookings_*_hour: the limits of '
  'check_fraud(). low_balance: a user without a threshold of their own is notified when their '
  'available credits fall below this number. top_up_*: 1 USD buys 1,000 credits, so a cent buys '
  '10; the smallest charge and the highest monthly cap are in minor units; cool_down is the pause '
  'between two charges. overdraft_*: the most debt that one settlement may leave: overdraft_factor '
  'times the hold, but at least overdraft_floor credits. late_settle_within: for how long after '
  'its expiry a hold may still be settled. usage_max_*: how far in the past or in the future the '
  'time of a reported usage may be. grant_ceiling*: if a grant exceeds one of these ceilings, '
  'another operator must confirm it; there is one ceiling for a single grant, one for an author''s '
  'grants of a day, and one for all grants of a day; all are in credits. grant_ceilings_bind_keys: '
  'whether the ceilings apply to secret keys. keys_confirm_grants: whether a key may confirm a '
  'grant. pending_grant_life: for how long a grant waits for confirmation. welcome_credits: the '
  'credits for a new user with a confirmed email address, 0 for none; welcome_credits_life: for '
  'how long they are valid, 0 if they never expire; welcome_credits_day: the most welcome credits '
  'of a day (UTC). booking_transfer_at: whether the provider of a booking gets their share with '
  'its payment or at its completion. booking_shared_parties: whether a booking whose buyer shares '
  'a card, a payout account or an address with the provider is flagged or refused.';
alter table farthing.policy enable row level security;
comment on column farthing.policy.installation_id is
  'The id of this installation, which is written into the metadata of our objects at Stripe '
  '(metadata.farthing). It distinguishes our checkout sessions and payments from those of other '
  'apps and of other installations of Farthing on the same Stripe account. A restored database has '
  'the same id.';
comment on column farthing.policy.abandoned_stream_timeout is
  'For how long the stream of a language model is still read after the caller has disconnected, to learn the '
  'usage. The limit of 130 seconds for every stream also applies. 0 ends the stream at once, and the chat is '
  'charged the most that it can have cost.';
comment on column farthing.policy.stream_in_flight_tokens is
  'The most output tokens that a language model can have produced, in addition to the recorded '
  'ones, when its stream breaks off: up to 64 tokens that are not recorded yet, and the tokens in '
  'transit. Raise this number for a model that is faster than 200 tokens per second.';
comment on column farthing.policy.months_close_after is
  'The time between the end of a month (UTC) and its closing. After the closing, the month''s figures in '
  'reports no longer change.';
comment on column farthing.policy.checkout_tax_behavior is
  'Whether the price of a package includes the tax that Stripe computes, or the buyer pays the tax on '
  'top. Only used with checkout_automatic_tax.';
comment on column farthing.policy.checkout_tax_code is
  'Stripe''s tax code of a package, such as txcd_10103001. Null: the preset of the Stripe account.';
comment on column farthing.policy.operator_mfa is
  'Whether an operator''s token must have the level aal2 for changes: off, live (in Stripe''s live '
  'mode) or required. Endpoints enforce this setting with mfa_check().';
create policy policy_none on farthing.policy for select to authenticated using (false);
insert into farthing.policy default values;

create table farthing.accounting_policies (
  name text not null,
  version int not null,
  value text not null,
  effective_from timestamptz not null default now(),
  primary key (name, version),
  constraint accounting_policies_values check (version > 0
    and (name, value) in (('bonus_allocation', 'pro_rata'), ('bonus_allocation', 'zero'),
      ('breakage', 'at_expiry')))
);
comment on table farthing.accounting_policies is
  'Append-only. The policies of the reports, by version; the version in force is the newest one '
  'that has taken effect. bonus_allocation: whether an order''s price is spread over paid and '
  'bonus credits alike (pro_rata), or is the price of the paid credits alone (zero). breakage: '
  'when unused credits become revenue.';
alter table farthing.accounting_policies enable row level security;
create policy accounting_policies_none on farthing.accounting_policies for select to authenticated
  using (false);
insert into farthing.accounting_policies values
  ('bonus_allocation', 1, 'pro_rata', '1970-01-01Z'), ('breakage', 1, 'at_expiry', '1970-01-01Z');
