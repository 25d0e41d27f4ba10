-- Money facts as lines of an append-only book: what was sold, what was returned, what Stripe took.
-- A line counts in the month of its fact or, if that month is closed, in the oldest open month, so
-- the figures of a closed month never change: docs/decisions/reports.md.

create table farthing.books (
  one_row boolean primary key default true constraint books_is_one_row check (one_row),
  open_from date not null default '1970-01-01'
    constraint books_open_from_a_month check (extract(day from open_from) = 1),
  closed_at timestamptz,
  rolled_to bigint not null default 0
);
comment on table farthing.books is
  'One row. open_from: the first day (UTC) of the oldest open month; all months before it are '
  'closed, and 1970-01-01 means that no month is closed yet. closed_at: when the last month was '
  'closed. rolled_to: the lines up to this number are in revenue_day_sums. Each new line locks the '
  'row for share. So no line is booked in a month while that month closes, and no new line gets a '
  'number below rolled_to.';
alter table farthing.books enable row level security;
create policy books_none on farthing.books for select to authenticated using (false);
insert into farthing.books default values;

create table farthing.revenue_lines (
  line_nr bigint generated always as identity primary key,
  booked_on date not null,
  booked_at timestamptz not null,
  effective_at timestamptz not null,
  product_line text not null,
  kind text not null,
  currency text not null,
  amount bigint not null,
  account_id bigint not null,
  order_id uuid,
  booking_id uuid,
  package_id uuid,
  refund_id uuid,
  dispute_id text,
  source_id text not null,
  constraint revenue_lines_product_lines check ((product_line = 'credits' and order_id is not null
      and booking_id is null)
    or (product_line = 'bookings' and booking_id is not null and order_id is null)),
  constraint revenue_lines_kinds check (kind in ('charge', 'discount', 'tax', 'tax_returned', 'refund',
    'refund_failure', 'dispute', 'dispute_reversal', 'dispute_fee', 'application_fee',
    'application_fee_refund', 'transfer',
    'transfer_reversal', 'stripe_fee_provisional', 'stripe_fee')),
  constraint revenue_lines_text_bounded check (length(currency) = 3 and length(dispute_id) <= 255
    and length(source_id) between 1 and 255)
);
comment on table farthing.revenue_lines is
  'Money facts of orders (product line `credits`) and bookings, in minor units: positive if the '
  'balance at Stripe grows. effective_at: when the fact happened, according to Stripe''s event. '
  'booked_on: the day (UTC) on which the line counts: the day of effective_at, or a day of the '
  'oldest open month if the month of effective_at is closed. kind: the kind of fact; if one of '
  'Stripe''s reporting categories fits, kind has its name. An order''s `charge` is its price '
  'without tax; `discount` and `tax` change that price to what was paid. The lines of a refund or '
  'dispute are `tax_returned` and the money without that tax. source_id: Stripe''s id of the '
  'payment, refund, balance transaction or fee. Stripe''s fees and transfers are in the currency '
  'of the balance, other amounts in the currency of the payment.';
-- A fact has only one line of each kind, except in two cases. First, a fee of Stripe, or the sum of
-- a booking's returned application fees, may change later: then another line books the difference.
-- Second, if a refund fails, its tax is booked again with the opposite sign.
create unique index revenue_lines_once on farthing.revenue_lines (source_id, kind, (amount > 0))
  where kind not in ('application_fee_refund', 'stripe_fee_provisional', 'stripe_fee');
-- A balance transaction's lines are found by this index, because the unique index leaves out fees.
create index revenue_lines_by_source on farthing.revenue_lines (source_id);
-- This index finds the earlier refunds and disputes of an order, because they decide how much tax
-- the next refund or dispute returns.
create index revenue_lines_returned on farthing.revenue_lines (order_id)
  where order_id is not null and (refund_id is not null or dispute_id is not null);
-- The journal computes its sums from this index alone, without reading the table.
create index revenue_lines_by_day on farthing.revenue_lines (booked_on, product_line, currency, kind)
  include (amount);
-- Metrics count paying accounts from this index, because the counts of single days can't be added
-- up: an account may pay on several days.
create index revenue_lines_of_payers on farthing.revenue_lines (booked_on)
  include (product_line, currency, kind, amount, account_id, booking_id) where kind in ('charge', 'discount');
alter table farthing.revenue_lines enable row level security;
create policy revenue_lines_none on farthing.revenue_lines for select to authenticated using (false);

create table farthing.revenue_day_sums (
  booked_on date not null,
  product_line text not null,
  currency text not null,
  kind text not null,
  lines bigint not null,
  amount numeric(38, 0) not null,
  primary key (booked_on, product_line, currency, kind)
);
comment on table farthing.revenue_day_sums is
  'Revenue lines up to books.rolled_to, summed by day, product line, currency and kind.';
alter table farthing.revenue_day_sums enable row level security;
create policy revenue_day_sums_none on farthing.revenue_day_sums for select to authenticated using (false);

create type farthing.metric as (name text, product_line text, currency text, unit text, numerator numeric,
  denominator numeric);
