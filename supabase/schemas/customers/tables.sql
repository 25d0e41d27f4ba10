-- A user's customer at Stripe, and their saved card. Also the setup faults at Stripe, which only an
-- operator can fix.

create table farthing.customers (
  account_id bigint primary key,
  customer_id text not null,
  payment_method_id text,
  card_brand text,
  card_last4 text,
  card_exp_month int,
  card_exp_year int,
  card_unread_since timestamptz,
  card_read_at timestamptz,
  card_read_attempts int not null default 0,
  card_changed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint customers_once unique (customer_id),
  constraint customers_text_bounded check (length(customer_id) <= 255 and length(payment_method_id) <= 255
    and length(card_brand) <= 40 and card_last4 ~ '^[0-9]{4}$'),
  constraint customers_card_of_a_method check (
    payment_method_id is not null
    or num_nonnulls(card_brand, card_last4, card_exp_month, card_exp_year, card_unread_since) = 0),
  constraint customers_card_expires check (card_exp_month between 1 and 12
    and card_exp_year between 2000 and 2200),
  constraint customers_card_read_planned check ((card_unread_since is null) = (card_read_at is null)),
  constraint customers_card_reads_bounded check (card_read_attempts between 0 and 30)
);
comment on table farthing.customers is
  'A user''s customer at Stripe, and their saved card. card_changed_at: the time of the event that last '
  'saved or removed a card; older events change nothing. card_unread_since: set while the card''s brand, '
  'last digits and expiry must still be read from Stripe. card_read_at: the time of the next attempt to '
  'read them.';
create index customers_by_method on farthing.customers (payment_method_id)
  where payment_method_id is not null;
alter table farthing.customers enable row level security;
create policy customers_none on farthing.customers for select to authenticated using (false);
create index customers_unread on farthing.customers (card_read_at, account_id)
  where card_unread_since is not null;

create table farthing.card_removals (
  payment_method_id text primary key,
  account_id bigint not null,
  customer_id text not null,
  requested_at timestamptz not null,
  attempts int not null default 0,
  next_attempt_at timestamptz not null,
  last_error text,
  detached_at timestamptz,
  constraint card_removals_text_bounded check (length(payment_method_id) <= 255
    and length(customer_id) <= 255 and length(last_error) <= 1000),
  constraint card_removals_attempts_bounded check (attempts between 0 and 30)
);
comment on table farthing.card_removals is
  'Cards that Stripe must detach, or has detached: a user removed or replaced the card, the user was '
  'deleted, or the card was saved at Stripe but not stored here. No new charge of the card begins after '
  'requested_at. detached_at: when the card was detached; null while Stripe must still detach it. '
  'next_attempt_at: the time of the next attempt.';
create index card_removals_due on farthing.card_removals (next_attempt_at, payment_method_id)
  where detached_at is null;
alter table farthing.card_removals enable row level security;
create policy card_removals_none on farthing.card_removals for select to authenticated using (false);

create table farthing.stripe_faults (
  fault text not null,
  subject text not null,
  detail text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (fault, subject),
  constraint stripe_faults_known check (fault in ('key_refused', 'other_account', 'tax_not_set_up')),
  constraint stripe_faults_text_bounded check (length(subject) <= 255 and length(detail) <= 1000)
);
comment on table farthing.stripe_faults is
  'Faults of the setup at Stripe. key_refused: Stripe refuses the API key. other_account: Stripe '
  'does not know the customer in the column subject, so the key belongs to another account or '
  'mode. tax_not_set_up: Stripe refuses to compute taxes. detail: Stripe''s last response. A '
  'success deletes the row.';
alter table farthing.stripe_faults enable row level security;
create policy stripe_faults_none on farthing.stripe_faults for select to authenticated using (false);
