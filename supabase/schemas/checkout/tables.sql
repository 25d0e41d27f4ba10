-- Orders: purchases of packages, and top-ups.

create table farthing.orders (
  account_id bigint not null references farthing.accounts (account_id),
  order_id uuid not null default gen_random_uuid(),
  kind text not null default 'package',
  package_id uuid,
  package_version int,
  package_name text,
  amount bigint not null,
  currency text not null,
  credits numeric(38, 18) not null,
  bonus_credits numeric(38, 18) not null,
  tax_behavior text,
  promotion_codes boolean not null default false,
  status text not null default 'pending',
  success_url text,
  cancel_url text,
  client_temp_id text,
  session_settings jsonb,
  session_id text,
  session_url text,
  payment_ref text,
  amount_discount bigint,
  amount_tax bigint,
  amount_total bigint,
  invoice_id text,
  has_tax_id boolean,
  allocation_version int,
  amount_refunded bigint not null default 0,
  amount_disputed bigint not null default 0,
  credits_clawed_back farthing.credits not null default 0,
  expires_at timestamptz not null,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, order_id),
  constraint orders_package_sold foreign key (package_id, package_version)
    references farthing.packages (package_id, version),
  constraint orders_kinds check (
    (kind = 'package' and package_version is not null and package_id is not null and package_name is not null
      and success_url is not null and cancel_url is not null)
    or (kind = 'top_up' and package_version is null and package_id is null and package_name is null)),
  constraint orders_amount_positive check (amount > 0),
  constraint orders_tax_behaviors check (tax_behavior in ('inclusive', 'exclusive')),
  constraint orders_paid_amounts check (num_nonnulls(amount_discount, amount_tax, amount_total)
    = case when payment_ref is null then 0 else 3 end),
  constraint orders_amounts_add_up check (amount_discount between 0 and amount and amount_tax >= 0
    and (amount_discount = 0 or promotion_codes) and (amount_tax = 0 or tax_behavior is not null)
    and amount_tax <= amount_total and amount_total = amount - amount_discount
      + case tax_behavior when 'exclusive' then amount_tax else 0 end),
  constraint orders_reversed check (amount_refunded >= 0 and amount_disputed >= 0
    and credits_clawed_back <= credits + bonus_credits),
  constraint orders_settings_of_a_session check (kind = 'package' or session_settings is null),
  constraint orders_text_bounded check (length(success_url) <= 2048 and length(cancel_url) <= 2048
    and length(client_temp_id) <= 255 and length(session_id) <= 255 and length(session_url) <= 4096
    and length(payment_ref) <= 255 and length(invoice_id) <= 255),
  constraint orders_states check (status in
    ('pending', 'processing', 'paid', 'failed', 'expired', 'partially_refunded', 'refunded', 'disputed')),
  constraint orders_paid_by_a_payment check (
    (status in ('pending', 'processing', 'failed', 'expired')) = (payment_ref is null and paid_at is null))
);
comment on table farthing.orders is
  'A purchase of a package, or a top-up of the missing credits. Amounts are in the currency''s '
  'minor unit. amount: the price. credits, bonus_credits: as sold. session_settings: the '
  'policy''s settings of the hosted page when the order was made, with the customer or email of '
  'the buyer; the email is deleted as soon as Stripe has it. tax_behavior: whether the price '
  'includes the tax that Stripe computes, or the tax is added to it; null if Stripe computes '
  'none. promotion_codes: whether the buyer may enter a code. Both are copied from '
  'session_settings, and never change. payment_ref: the payment that paid the order, or its '
  'session if there was nothing to pay. amount_total: what the buyer paid, with amount_tax and '
  'after amount_discount. All three are null until the order is paid. invoice_id: Stripe''s '
  'invoice. has_tax_id: whether the buyer gave Stripe a tax id. allocation_version: the version of '
  'the accounting policy bonus_allocation, by which the price was divided between the paid lot and '
  'the bonus lot. amount_refunded: the sum of the refunds that have not failed. amount_disputed: '
  'the sum of the disputes that are open or lost. credits_clawed_back: the credits clawed back for '
  'refunds and disputes together (rule 10).';
create unique index orders_by_id on farthing.orders (order_id);
create index orders_by_package on farthing.orders (package_id, package_version);
-- Reports use this index to count the accounts that ordered in a year, and to find each account's
-- payments.
create index orders_newest on farthing.orders (account_id, created_at desc, order_id desc)
  include (paid_at, kind, amount_total);
create index orders_to_expire on farthing.orders (expires_at) where status = 'pending';
create unique index orders_by_session on farthing.orders (session_id) where session_id is not null;
-- Rule 9: one payment pays one order, and an order is paid once.
create unique index orders_by_payment on farthing.orders (payment_ref) where payment_ref is not null;
-- A user has one open session per package version and currency: a second click gets the first
-- session again.
create unique index orders_one_open on farthing.orders (account_id, package_id, package_version, currency)
  where status = 'pending';
-- An account has at most one open top-up, so that a second runner finds the first runner's order
-- (trap T16, docs/reference/traps.md).
create unique index orders_one_top_up on farthing.orders (account_id)
  where kind = 'top_up' and status in ('pending', 'processing');

create type farthing.paid_amounts as (
  amount_subtotal bigint, amount_discount bigint, amount_tax bigint, amount_total bigint, currency text);

alter table farthing.orders enable row level security;
create policy orders_own on farthing.orders for select to authenticated
  using (account_id = any (array(select a.account_id from farthing.accounts a)));
grant select on farthing.orders to authenticated;

alter table farthing.lots add constraint lots_of_an_order foreign key (account_id, order_id)
  references farthing.orders (account_id, order_id);

-- Reports read orders by time from these indexes and do not read the table.
create index orders_by_paid_at on farthing.orders (paid_at) include (account_id, order_id, kind, created_at,
  amount_total) where paid_at is not null;
create index orders_by_created_at on farthing.orders (created_at) include (account_id, order_id, paid_at,
  amount_total) where kind = 'package';
