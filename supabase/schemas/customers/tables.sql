-- A user's customer at Stripe, and their saved card.

create table farthing.customers (
  account_id bigint primary key,
  customer_id text not null,
  payment_method_id text,
  card_brand text,
  card_last4 text,
  card_changed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint customers_once unique (customer_id),
  constraint customers_text_bounded check (length(customer_id) <= 255 and length(payment_method_id) <= 255
    and length(card_brand) <= 40 and card_last4 ~ '^[0-9]{4}$'),
  constraint customers_card_of_a_method check (
    payment_method_id is not null or (card_brand is null and card_last4 is null))
);
comment on table farthing.customers is
  'A user''s customer at Stripe, and their saved card. card_changed_at: the time of the event that last '
  'saved or removed a card; older events change nothing.';
create index customers_by_method on farthing.customers (payment_method_id)
  where payment_method_id is not null;
alter table farthing.customers enable row level security;
create policy customers_none on farthing.customers for select to authenticated using (false);
