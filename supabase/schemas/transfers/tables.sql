-- Moves of a provider's share: transfers and their reversals.

create table farthing.booking_transfers (
  account_id bigint not null,
  move_id uuid not null default gen_random_uuid(),
  move_nr bigint generated always as identity,
  booking_id uuid not null,
  kind text not null,
  amount bigint not null,
  currency text not null,
  reverses uuid,
  stripe_id text,
  status text not null default 'requested',
  attempts int not null default 0,
  next_attempt_at timestamptz,
  failure_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, move_id),
  constraint booking_transfers_of_a_booking foreign key (account_id, booking_id)
    references farthing.bookings (account_id, booking_id),
  constraint booking_transfers_of_a_transfer foreign key (account_id, reverses)
    references farthing.booking_transfers (account_id, move_id),
  constraint booking_transfers_kinds check (kind = 'reversal'
    or (kind in ('transfer', 'restoration') and reverses is null)),
  constraint booking_transfers_amount_positive check (amount > 0),
  constraint booking_transfers_attempts_bounded check (attempts between 0 and 10),
  constraint booking_transfers_text_bounded check (length(stripe_id) <= 255 and length(currency) = 3
    and length(failure_reason) <= 1000),
  constraint booking_transfers_states check (
    (status = 'requested' and next_attempt_at is not null and stripe_id is null)
    or (status = 'made' and next_attempt_at is null and stripe_id is not null)
    or (status in ('refused', 'uncertain') and next_attempt_at is null and stripe_id is null))
);
comment on table farthing.booking_transfers is
  'Moves of providers'' shares. kind: `transfer`: a share that waited for the booking''s completion is paid '
  'from the booking''s charge; `reversal`: money is taken from the provider by reversing the transfer that '
  'Stripe made with the payment, or the transfer whose move_id is in `reverses`; `restoration`: money is '
  'transferred to the provider again, from our balance. amount: minor units, without the application fee. '
  'status `uncertain`: it is unknown whether Stripe made the move, and the move is not sent again.';
create unique index booking_transfers_by_id on farthing.booking_transfers (move_id);
create index booking_transfers_by_booking on farthing.booking_transfers (account_id, booking_id, move_nr);
create unique index booking_transfers_by_stripe_id on farthing.booking_transfers (stripe_id)
  where stripe_id is not null;
create index booking_transfers_to_make on farthing.booking_transfers (next_attempt_at)
  where status = 'requested';
create index booking_transfers_reversed on farthing.booking_transfers (account_id, reverses)
  where reverses is not null;
alter table farthing.booking_transfers enable row level security;
create policy booking_transfers_none on farthing.booking_transfers for select to authenticated using (false);
