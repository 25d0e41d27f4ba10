-- The terms of users' top-ups, and each charge under these terms.

create table farthing.top_ups (
  account_id bigint primary key,
  enabled boolean not null,
  threshold farthing.positive_credits not null,
  target farthing.positive_credits not null,
  monthly_cap bigint not null,
  consented_at timestamptz,
  failures int not null default 0,
  paused text,
  next_attempt_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint top_ups_fill_up check (target > threshold),
  constraint top_ups_cap_bounded check (monthly_cap between 1 and 99999999),
  constraint top_ups_by_consent check (enabled = (consented_at is not null)),
  constraint top_ups_failures_bounded check (failures between 0 and 3),
  constraint top_ups_pauses check (paused in ('failures', 'card_gone', 'refunded'))
);
comment on table farthing.top_ups is
  'A user''s auto top-up. When the available credits fall below threshold, one charge buys credits up to '
  'target, at most monthly_cap (minor units) in a calendar month (UTC). failures: failed charges in a '
  'row. No charge begins before next_attempt_at or while paused is set.';
create index top_ups_due on farthing.top_ups (next_attempt_at, account_id) where enabled and paused is null;

create table farthing.top_up_charges (
  account_id bigint not null,
  order_id uuid not null,
  customer_id text not null,
  payment_method_id text not null,
  payment_id text,
  step text not null default 'charge',
  attempts int not null default 0,
  next_attempt_at timestamptz not null,
  failure_code text,
  last_error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, order_id),
  foreign key (account_id, order_id) references farthing.orders (account_id, order_id),
  constraint top_up_charges_text_bounded check (length(customer_id) <= 255 and length(last_error) <= 1000
    and length(payment_method_id) <= 255 and length(payment_id) <= 255 and length(failure_code) <= 255),
  constraint top_up_charges_steps check (step in ('charge', 'settle', 'link', 'linked', 'closed')),
  constraint top_up_charges_know_their_payment check (
    step not in ('link', 'linked') or payment_id is not null)
);
comment on table farthing.top_up_charges is
  'The charge of a top-up''s order. step: `charge`: the off-session request is repeated until Stripe '
  'answers; `settle`: Stripe has accepted the charge, and Stripe''s event will report the result; '
  '`link`: the bank requires the user to authenticate, so a page must be opened; `linked`: the page is '
  'open; `closed`: the order has ended. customer_id and payment_method_id: stored because a repeated '
  'request with the same idempotency key must be identical, even if the user has saved a different card.';
create index top_up_charges_due on farthing.top_up_charges (next_attempt_at, order_id)
  where step in ('charge', 'link');
alter table farthing.top_ups enable row level security;
alter table farthing.top_up_charges enable row level security;
create policy top_ups_none on farthing.top_ups for select to authenticated using (false);
create policy top_up_charges_none on farthing.top_up_charges for select to authenticated using (false);
