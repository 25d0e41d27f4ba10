-- Stripe's payouts, their transactions, and the differences between Stripe's records and ours.

create table farthing.payouts (
  payout_id text primary key,
  amount bigint not null,
  currency text not null,
  automatic boolean not null,
  status text not null,
  reconciliation text not null,
  failure_code text,
  made_at timestamptz not null,
  arrives_at timestamptz not null,
  reported_at timestamptz not null,
  itemised_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint payouts_text_bounded check (length(payout_id) <= 255 and length(failure_code) <= 255
    and length(status) between 1 and 64),
  constraint payouts_currencies check (currency ~ '^[a-z]{3}$'),
  constraint payouts_reconciliations check (reconciliation in ('not_applicable', 'in_progress', 'completed'))
);
comment on table farthing.payouts is
  'Stripe''s payouts to our own bank, with Stripe''s states; payouts of connected accounts are not '
  'stored. amount: minor units, negative if the bank is debited. arrives_at: the latest arrival '
  'date that Stripe reported; reported_at: the time of that event. reconciliation: whether Stripe '
  'can list the transactions (never for a manual payout). itemised_at: when we assigned '
  'transactions to a manual payout.';
create index payouts_on_their_way on farthing.payouts (arrives_at)
  where status not in ('paid', 'canceled', 'failed');
create index payouts_failed on farthing.payouts (made_at) where status = 'failed';
create index payouts_to_itemise on farthing.payouts (made_at) where not automatic and itemised_at is null;
create index payouts_newest on farthing.payouts (made_at desc, payout_id desc);

create table farthing.mismatches (
  mismatch_id uuid primary key default gen_random_uuid(),
  kind text not null,
  subject text not null,
  payout_id text,
  account_id bigint,
  ours text,
  theirs text,
  found_at timestamptz not null,
  seen_at timestamptz not null,
  resolved_at timestamptz,
  resolved_by text,
  resolve_reason text,
  constraint mismatches_kinds check (kind in ('payout_sum', 'charge_unknown', 'charge_differs',
    'refund_unknown', 'refund_differs', 'dispute_unknown', 'dispute_differs', 'fee_unknown', 'fee_differs',
    'never_listed', 'never_paid_out')),
  constraint mismatches_text_bounded check (length(subject) between 1 and 255 and length(payout_id) <= 255
    and length(ours) <= 255 and length(theirs) <= 255 and length(resolved_by) <= 300
    and length(resolve_reason) <= 500),
  constraint mismatches_in_time check (seen_at >= found_at and resolved_at >= found_at),
  constraint mismatches_resolved_by_hand check ((resolved_by is null) = (resolve_reason is null)
    and (resolved_by is null or resolved_at is not null) and resolve_reason <> '')
);
comment on table farthing.mismatches is
  'Differences between our records and Stripe''s. subject: Stripe''s id of the object, or of the '
  'payment that was never paid out. account_id: the account of our record, as the trigger '
  'mismatches_name_their_account last found it. ours and theirs: amount, currency and state, or '
  'null if that side has no record. seen_at: when the difference was last found. resolved_by and '
  'resolve_reason: the operator who resolved it, and why; null if it was resolved because both '
  'sides agree again. If a resolved difference is found again, it becomes a new row; but if an '
  'operator resolved it with the same ours and theirs, it stays resolved.';
create unique index mismatches_open on farthing.mismatches (kind, subject, coalesce(payout_id, ''))
  where resolved_at is null;
create index mismatches_by_payout on farthing.mismatches (payout_id) where resolved_at is null;
create index mismatches_newest on farthing.mismatches (found_at desc, mismatch_id desc);
create index mismatches_of_account on farthing.mismatches (account_id, found_at desc, mismatch_id desc)
  where account_id is not null;
create index mismatches_resolved_by_operator on farthing.mismatches (kind, subject, coalesce(payout_id, ''))
  where resolved_by is not null;

alter table farthing.payouts enable row level security;
alter table farthing.mismatches enable row level security;
create policy payouts_none on farthing.payouts for select to authenticated using (false);
create policy mismatches_none on farthing.mismatches for select to authenticated using (false);

create table farthing.reconciliations (
  payout_id text primary key references farthing.payouts (payout_id),
  due_at timestamptz,
  attempts int not null default 0,
  claimed_at timestamptz,
  list_after text,
  listed_at timestamptz,
  reconciled_at timestamptz,
  ours int,
  not_ours int,
  constraint reconciliations_bounded check (length(list_after) <= 255 and attempts >= 0 and ours >= 0
    and not_ours >= 0),
  constraint reconciliations_listed_to_the_end check (listed_at is null or list_after is null)
);
comment on table farthing.reconciliations is
  'The progress of comparing a payout. due_at: when to fetch its list from Stripe; list_after: the last '
  'stored transaction; claimed_at: when the runner that is fetching the list claimed it. ours and '
  'not_ours: how many of its payments, refunds, disputes and fees are ours, and how many are another '
  'app''s on this Stripe account.';
create index reconciliations_due on farthing.reconciliations (due_at) where due_at is not null;

create table farthing.balance_transactions (
  transaction_id text primary key,
  payout_id text references farthing.payouts (payout_id),
  in_list boolean not null default true,
  booked_on date,
  kind text not null,
  type text not null,
  reporting_category text,
  description text,
  source_id text,
  payment_id text,
  charge_id text,
  fee_id text,
  transfer_id text,
  our_id uuid,
  source_amount bigint,
  source_currency text,
  amount bigint not null,
  fee bigint not null,
  net bigint not null,
  currency text not null,
  occurred_at timestamptz not null,
  available_on timestamptz,
  constraint balance_transactions_kinds check (kind in ('charge', 'refund', 'dispute', 'fee', 'fee_refund',
    'transfer', 'transfer_reversal', 'payout', 'other')),
  constraint balance_transactions_text_bounded check (length(transaction_id) <= 255 and length(type) <= 255
    and length(reporting_category) <= 255 and length(description) <= 255 and length(source_id) <= 255
    and length(payment_id) <= 255 and length(charge_id) <= 255 and length(fee_id) <= 255
    and length(transfer_id) <= 255 and length(currency) = 3 and length(source_currency) = 3)
);
comment on table farthing.balance_transactions is
  'Stripe''s balance transactions. payout_id: the payout that lists the transaction, or the manual '
  'payout to which we assigned it; null before that. in_list: false while the payout''s list is '
  'being fetched again and no fetched page has contained the transaction. booked_on: the day of '
  'its revenue line; null without a line. amount, fee (Stripe''s own) and net: in the balance''s '
  'currency; source_amount: in source_currency. our_id: our order, booking or refund that '
  'Stripe''s metadata names. fee_id: the application fee that the transaction collects or refunds. '
  'charge_id: the charge of a payment, a returned payment, an application fee or a transfer. '
  'transfer_id: the transfer of a reversal. Amounts are in minor units.';
create index balance_transactions_by_source on farthing.balance_transactions (source_id);
-- The control totals of reports are computed from this index, without reading the table.
create index balance_transactions_booked on farthing.balance_transactions (booked_on)
  include (kind, amount, fee, currency, source_amount, source_currency) where booked_on is not null;
create index balance_transactions_by_payout on farthing.balance_transactions (payout_id);
create index balance_transactions_by_payment on farthing.balance_transactions (payment_id)
  where kind = 'charge';
create index balance_transactions_booked_back on farthing.balance_transactions (charge_id)
  where type = 'payment_failure_refund';
create index balance_transactions_by_fee on farthing.balance_transactions (fee_id) where fee_id is not null;

alter table farthing.reconciliations enable row level security;
alter table farthing.balance_transactions enable row level security;
create policy reconciliations_none on farthing.reconciliations for select to authenticated using (false);
create policy balance_transactions_none on farthing.balance_transactions for select to authenticated
  using (false);

create table farthing.balance_lists (
  one_row boolean primary key default true constraint balance_lists_is_one_row check (one_row),
  done_until timestamptz not null default now(), -- earlier transactions are not listed
  claimed_at timestamptz,
  lists_until timestamptz,
  list_after text,
  constraint balance_lists_bounded check (length(list_after) <= 255),
  constraint balance_lists_of_a_period check (list_after is null or lists_until is not null)
);
comment on table farthing.balance_lists is
  'One row. done_until: all of Stripe''s balance transactions before this moment were stored. '
  'lists_until: the end of the period that is being fetched; list_after: the last stored transaction of '
  'that period; claimed_at: when the runner that is fetching the list claimed it.';
alter table farthing.balance_lists enable row level security;
create policy balance_lists_none on farthing.balance_lists for select to authenticated using (false);
insert into farthing.balance_lists default values;

create type farthing.judgement as (is_ours boolean, verdict text, told text);

create table farthing.paid_out_round (
  one_row boolean primary key default true constraint paid_out_round_is_one_row check (one_row),
  -- Payments before the installation are not checked.
  done_until timestamptz not null default now()
);
comment on table farthing.paid_out_round is
  'One row. done_until: all payments before this moment have been looked for in payouts.';
alter table farthing.paid_out_round enable row level security;
create policy paid_out_round_none on farthing.paid_out_round for select to authenticated using (false);
insert into farthing.paid_out_round default values;
