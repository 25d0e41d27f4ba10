-- Sums per day, which reports read.

create type farthing.day_range as (first_day date, last_day date);

create table farthing.actor_days (
  day date not null,
  author varchar(255) not null,
  kind farthing.entry_kind not null,
  entries bigint not null,
  amount numeric(60, 18) not null, -- a sum over all accounts, which may exceed the bound of one account
  primary key (day, author, kind)
);
comment on table farthing.actor_days is
  'Sealed entries, summed by the day (UTC) on which they were written, by author and kind. The author '
  '`stripe` stands for all Stripe events. Amounts are in credits.';
alter table farthing.actor_days enable row level security;
create policy actor_days_none on farthing.actor_days for select to authenticated using (false);

create table farthing.lot_days (
  day date not null,
  source text not null,
  currency text not null,
  movement text not null,
  credits numeric(60, 18) not null, -- a sum over all accounts, which may exceed the bound of one account
  value bigint not null,
  primary key (day, source, currency, movement),
  constraint lot_days_sources check (source in ('promotional', 'adjustment', 'bonus', 'paid', 'debt')),
  constraint lot_days_movements check (movement in
    ('granted', 'used', 'debt_paid', 'expired', 'refunded', 'disputed'))
);
comment on table farthing.lot_days is
  'Movements of lots. They are summed by the day (UTC) on which they were booked, by the lot''s '
  'source, and by the currency of the lot''s price (empty for a lot without a price). A movement '
  '`granted` counts credits that came in. All other movements count credits that went out; the '
  'number is negative if more credits were reinstated than went out. `refunded` and `disputed` are '
  'clawbacks. The source `debt` has the used and clawed-back credits that no lot could pay, less '
  'the debt that lots paid later. value: the part of the lots'' prices that moved, in minor units; '
  'what remains of a lot is worth price * remaining / amount, rounded.';

create table farthing.deferred_lots (
  account_id bigint not null,
  lot_id uuid not null,
  currency text not null,
  remaining numeric(38, 18) not null,
  value bigint not null,
  primary key (account_id, lot_id)
);
comment on table farthing.deferred_lots is
  'Lots with a price, in their state after the movements in lot_days. remaining: in credits; value: the '
  'deferred part of the price, in minor units. The movements in lot_days add up to the same total as '
  'these rows.';
create index deferred_lots_left on farthing.deferred_lots (currency) include (value) where value <> 0;

-- A payment of debt has no entry, so it is summed with the entries of its account. after_seq stores
-- the position of the payment among these entries. day is stored, because created_at may be far in
-- the past: if an expired hold pays debt, created_at is the moment of the expiry, however late the
-- hold is released.
create table farthing.debt_payment_days (
  account_id bigint not null,
  payment_id bigint not null,
  after_seq bigint not null,
  day date,
  primary key (account_id, payment_id)
);
comment on table farthing.debt_payment_days is
  'The day (UTC) on which a payment of debt was booked in lot_days; null until then. after_seq: the '
  'account''s last entry before the payment.';
create index debt_payments_to_book on farthing.debt_payment_days (account_id, payment_id) where day is null;

create table farthing.sealed_until (
  one_row boolean primary key default true constraint sealed_until_is_one_row check (one_row),
  at timestamptz not null
);
comment on table farthing.sealed_until is
  'Every entry that was written before this moment is sealed and summed, if its transaction took less '
  'than a minute.';

alter table farthing.lot_days enable row level security;
alter table farthing.deferred_lots enable row level security;
alter table farthing.debt_payment_days enable row level security;
alter table farthing.sealed_until enable row level security;
create policy lot_days_none on farthing.lot_days for select to authenticated using (false);
create policy deferred_lots_none on farthing.deferred_lots for select to authenticated using (false);
create policy debt_payment_days_none on farthing.debt_payment_days for select to authenticated using (false);
create policy sealed_until_none on farthing.sealed_until for select to authenticated using (false);
insert into farthing.sealed_until values (true, 'epoch');

create table farthing.usage_days (
  day date not null,
  origin text not null,
  model text not null default '',
  rate_version int not null default 0,
  feature varchar(64) not null default '',
  charges bigint not null,
  corrections bigint not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  cache_write_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  credits numeric(60, 18) not null,
  corrected_credits numeric(60, 18) not null,
  primary key (day, model, rate_version, origin, feature),
  constraint usage_days_origins check (origin in ('caller', 'hold', 'chat', 'job', 'debit'))
);
comment on table farthing.usage_days is
  'Sealed charges, summed by the day (UTC) on which they were written, by model, rate version, origin and '
  'feature. corrected_credits: the credits that corrections of overcharged chats returned later. The numbers '
  'of tokens are the corrected ones. Charges without a rate have model '''' and rate version 0. Amounts are '
  'in credits.';
create table farthing.usage_features (
  feature varchar(64) primary key,
  first_day date not null
);
comment on table farthing.usage_features is
  'The features that usage_days distinguishes: the first 200 that callers named. Later features '
  'are summed as `other`, so that callers cannot create a row for each charge by sending ever new '
  'names.';
-- The sums per day over all features have a few rows per day; the sums per month by feature have a
-- few thousand rows. A report reads these sums instead of usage_days wherever the columns and days
-- of the report allow, because a year of usage_days may be a million rows.
create table farthing.usage_sums (
  grain text not null,
  like farthing.usage_days including defaults,
  primary key (grain, day, model, rate_version, origin, feature),
  constraint usage_sums_grains check ((grain = 'day' and feature = '')
    or (grain = 'month' and extract(day from day) = 1))
);
comment on table farthing.usage_sums is
  'Sums of usage_days. grain `day`: the sums of each day over all features; `month`: the sums of each '
  'month by feature, where day is the first day of the month.';
alter table farthing.usage_sums enable row level security;
create policy usage_sums_none on farthing.usage_sums for select to authenticated using (false);
alter table farthing.usage_days enable row level security;
alter table farthing.usage_features enable row level security;
create policy usage_days_none on farthing.usage_days for select to authenticated using (false);
create policy usage_features_none on farthing.usage_features for select to authenticated using (false);

create table farthing.order_entries (
  order_id uuid primary key,
  account_id bigint not null,
  seq bigint not null,
  begun_on date,
  paid_on date,
  credits numeric(38, 18) not null,
  missing text
);
comment on table farthing.order_entries is
  'The sealed entry of each order''s purchased credits: seq is its number in the account. '
  'begun_on: the day (UTC) on which a package order began, null for a top-up; paid_on: the day on '
  'which the order was paid; credits: the order''s credits without its bonus. missing: the '
  'evidence that was missing when the entry was sealed (stripe_event, lot), separated by spaces; '
  'null if nothing was missing.';
-- Reports count a day's orders that had all evidence, and look up evidence only on days on which
-- some of it is missing.
create index order_entries_by_begin on farthing.order_entries (begun_on)
  where begun_on is not null and missing is null;
create index order_entries_by_payment on farthing.order_entries (paid_on) where missing is null;
alter table farthing.order_entries enable row level security;
create policy order_entries_none on farthing.order_entries for select to authenticated using (false);

create type farthing.kpi as (
  name text, day date, label text, value numeric, unit text, target numeric, samples bigint);

create table farthing.refusal_days (
  day date not null,
  account_id bigint not null,
  first_at timestamptz not null,
  refusals int not null,
  primary key (day, account_id),
  constraint refusal_days_counted check (refusals >= 1),
  constraint refusal_days_begin_with_their_first check ((first_at at time zone 'UTC')::date = day)
);
comment on table farthing.refusal_days is
  'Requests that were refused with insufficient_credits, by day (UTC) and account. first_at: the '
  'first refusal of the day. Refusals within a batch, and requests that repeat a stored '
  'idempotency key, are not counted. Rows are deleted after two years; a report covers at most 400 '
  'days.';
alter table farthing.refusal_days enable row level security;
create policy refusal_days_none on farthing.refusal_days for select to authenticated using (false);
