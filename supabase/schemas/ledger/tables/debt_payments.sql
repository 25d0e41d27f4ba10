-- Incoming credits pay debt: the lot and the debt shrink by the same amount, and the balance stays
-- the same, so a payment of debt is not an entry. If a paid debt later turns out to be unfounded,
-- its payments are undone, the latest payment first.
create table farthing.debt_payments (
  account_id bigint not null references farthing.accounts (account_id),
  payment_id bigint generated always as identity,
  lot_id uuid not null,
  amount numeric(38, 18) not null,
  undoes bigint,
  created_at timestamptz not null default now(),
  primary key (account_id, payment_id),
  foreign key (account_id, lot_id) references farthing.lots (account_id, lot_id),
  foreign key (account_id, undoes) references farthing.debt_payments (account_id, payment_id),
  constraint debt_payments_signed check (case when undoes is null then amount > 0 else amount < 0 end)
);
comment on table farthing.debt_payments is
  'Append-only. Credits of a lot that paid the debt of its account; the amount is negative if the row '
  'undoes a payment. Amounts are in credits.';
create index debt_payments_by_lot on farthing.debt_payments (account_id, lot_id);
create index debt_payments_undone on farthing.debt_payments (account_id, undoes) where undoes is not null;

alter table farthing.debt_payments enable row level security;
create policy debt_payments_none on farthing.debt_payments for select to authenticated using (false);
