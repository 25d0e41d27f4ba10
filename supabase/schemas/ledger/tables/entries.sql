-- Entries: the immutable lines of the ledger. The types charge and charge_result are what
-- spend_batch() takes and returns.

create type farthing.system_account as enum
  ('purchases', 'bonuses', 'promotions', 'usage', 'breakage', 'clawback', 'adjustments');
create type farthing.direction as enum ('in', 'out');
create type farthing.entry_kind as enum ('purchase', 'bonus', 'promotion', 'adjustment', 'debit', 'usage',
  'settle', 'expiry', 'clawback', 'reinstatement');

create table farthing.entries (
  account_id bigint not null,
  seq bigint not null,
  event_at timestamptz not null,
  created_at timestamptz not null,
  entry_id uuid not null,
  transaction_id uuid not null,
  lot_id uuid,
  counterparty farthing.system_account not null,
  direction farthing.direction not null,
  amount farthing.positive_credits not null,
  balance_after numeric(38, 18) not null,
  kind farthing.entry_kind not null,
  reference_type varchar(40),
  reference_id varchar(255),
  correlation_id varchar(255),
  metadata farthing.metadata,
  -- The type is not farthing.author, because that domain's check would slow every debit.
  -- prove_authors() checks the author.
  author varchar(255) not null,
  primary key (account_id, seq)
);
comment on table farthing.entries is
  'Append-only. direction: `in` moves credits from the counterparty to the account, `out` from the '
  'account to the counterparty. seq: counts the entries of the account without a gap. Amounts are '
  'in credits.';

alter table farthing.entries enable row level security;
create policy entries_own on farthing.entries for select to authenticated
  using (account_id = any (array(select a.account_id from farthing.accounts a)));
grant select on farthing.entries to authenticated;

create type farthing.charge as (
  amount numeric, kind farthing.entry_kind, reference_type text, reference_id text, correlation_id text,
  metadata jsonb, event_at timestamptz, author text);
create type farthing.charge_result as (
  accepted boolean, transaction_id uuid, amount numeric, first_seq bigint, last_seq bigint,
  balance_after numeric, available numeric, shortfall numeric, lots jsonb);
