-- Bookings: payments from a buyer to a provider. The platform takes a fee from each payment. A
-- booking stores its fee and the fee's rate, because the policy's rate may change later. A check
-- constraint compares the fee with the stored rate. Amounts are integers in the currency's minor
-- unit. One trigger guards the states, because Stripe's events, both parties and scheduled tasks
-- change a booking, and a late change must not undo a payment, a completion or a cancellation.

create table farthing.bookings (
  account_id bigint not null,
  booking_id uuid not null default gen_random_uuid(),
  provider_id uuid not null references farthing.providers (provider_id),
  amount bigint not null,
  currency text not null,
  fee_basis_points int not null,
  application_fee_amount bigint not null,
  transfer_at text not null default 'payment',
  status text not null default 'payment_pending',
  client_temp_id text,
  details farthing.metadata,
  payment_intent_id text,
  charge_id text,
  origin_key bytea,
  payment_event_at timestamptz,
  fee_id text,
  fee_collected bigint,
  fee_refunded bigint not null default 0,
  amount_refunded bigint not null default 0,
  amount_disputed bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  paid_at timestamptz,
  confirmed_at timestamptz,
  completed_at timestamptz,
  cancelled_at timestamptz,
  primary key (account_id, booking_id),
  constraint bookings_currency_known check (farthing.currency_step(currency) is not null),
  -- Stripe accepts amounts of at most eight digits.
  constraint bookings_amount_bounded check (amount between 1 and 99999999
    and amount % farthing.currency_step(currency) = 0),
  constraint bookings_fee_of_the_amount check (fee_basis_points between 0 and 10000
    and application_fee_amount = farthing.booking_fee(amount, currency, fee_basis_points)),
  constraint bookings_transfer_at_known check (transfer_at in ('payment', 'completed')),
  constraint bookings_back_at_most_all check (amount_refunded between 0 and amount
    and amount_disputed between 0 and amount and fee_collected >= 0
    and fee_refunded between 0 and coalesce(fee_collected, 0)),
  constraint bookings_text_bounded check (length(client_temp_id) <= 255 and length(payment_intent_id) <= 255
    and length(charge_id) <= 255 and length(fee_id) <= 255 and length(origin_key) = 32),
  constraint bookings_states check (
    (status in ('payment_pending', 'processing', 'payment_failed') and paid_at is null and cancelled_at is
      null)
    or (status in ('paid', 'confirmed', 'completed') and paid_at is not null and cancelled_at is null)
    or (status = 'cancelled' and cancelled_at is not null)),
  constraint bookings_steps_have_their_time check ((status <> 'confirmed' or confirmed_at is not null)
    and (status = 'completed') = (completed_at is not null)),
  constraint bookings_paid_by_a_payment check (paid_at is null or payment_intent_id is not null)
);
comment on table farthing.bookings is
  'Bookings, with amounts in minor units. application_fee_amount: the fee that we request. '
  'fee_collected, fee_refunded: the fee as Stripe reports it. transfer_at: copied from the '
  'policy''s booking_transfer_at when the booking was made. `payment`: Stripe divides the payment, '
  'and the provider gets their share at once. `completed`: we transfer the share when the booking '
  'is completed. origin_key: the idempotency key of the request that began the booking; null after '
  'bookings_attach() has stored the payment, or after the booking is given up. If a cancelled '
  'booking has a paid_at, the buyer had paid, and this money is refunded.';
create unique index bookings_by_id on farthing.bookings (booking_id);
create unique index bookings_by_payment on farthing.bookings (payment_intent_id)
  where payment_intent_id is not null;
create unique index bookings_by_origin on farthing.bookings (origin_key) where origin_key is not null;
create unique index bookings_by_fee on farthing.bookings (fee_id) where fee_id is not null;
create index bookings_by_charge on farthing.bookings (charge_id) where charge_id is not null;
create index bookings_newest on farthing.bookings (account_id, created_at desc, booking_id desc);
create index bookings_of_provider on farthing.bookings (provider_id, created_at desc, booking_id desc);
create index bookings_without_payment on farthing.bookings (created_at)
  where status = 'payment_pending' and payment_intent_id is null;

alter table farthing.refunds add constraint refunds_of_a_booking foreign key (account_id, booking_id)
  references farthing.bookings (account_id, booking_id);
alter table farthing.disputes add constraint disputes_of_a_booking foreign key (account_id, booking_id)
  references farthing.bookings (account_id, booking_id);
alter table farthing.fraud_warnings add constraint fraud_warnings_of_a_booking
  foreign key (account_id, booking_id) references farthing.bookings (account_id, booking_id);

alter table farthing.bookings enable row level security;
create policy bookings_of_the_parties on farthing.bookings for select to authenticated
  using (account_id = any (array(select a.account_id from farthing.accounts a))
    or provider_id = any (array(select p.provider_id from farthing.providers p
      where p.user_id = (select auth.uid()))));
grant select on farthing.bookings to authenticated;

create index bookings_by_paid_at on farthing.bookings (paid_at) where paid_at is not null;
