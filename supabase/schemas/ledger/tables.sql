-- The ledger: accounts, lots, entries and debt payments. One entry has both sides of a transfer
-- between a user's account and a system account, so an unbalanced ledger cannot be written. A
-- system account has no row: it is a name, and its balance is the sum of its entries, so the debits
-- of two users never update the same row. Every key begins with the account, so the ledger can be
-- distributed by account. Entries and many other tables have no foreign key to accounts, because
-- each such key costs two triggers on the row that every debit updates: ten keys took 7 % of a
-- debit's time. The writer of an entry holds the lock of its account's row instead, and prove()
-- looks for orphans.

create type farthing.account_kind as enum ('user', 'organisation');
create type farthing.system_account as enum
  ('purchases', 'bonuses', 'promotions', 'usage', 'breakage', 'clawback', 'adjustments');
create type farthing.direction as enum ('in', 'out');
create type farthing.entry_kind as enum ('purchase', 'bonus', 'promotion', 'adjustment', 'debit', 'usage',
  'settle', 'expiry', 'clawback', 'reinstatement');
-- The order of these values is the burn-down order (rule 5): among lots with the same priority and
-- expiry, promotional lots are spent first and paid lots last.
create type farthing.lot_source as enum ('promotional', 'adjustment', 'bonus', 'paid');

-- A user's account has an owner until the user is deleted, and has left_at from then on. An
-- organisation's account has no owner. check_owner() enforces this. A check constraint would slow
-- every debit, and would fail between two steps of a deletion: the foreign key sets the owner to
-- null before left_at is set.
create table farthing.accounts (
  account_id bigint generated always as identity primary key,
  kind farthing.account_kind not null default 'user',
  owner_id uuid unique references auth.users (id) on delete set null,
  last_seq bigint not null default 0,
  balance numeric(38, 18) not null default 0,
  held farthing.credits not null default 0,
  debt farthing.credits not null default 0,
  daily_cap farthing.credits,
  -- The type is not farthing.credits, because that domain's check would slow every debit.
  top_up_below numeric(38, 18),
  last_entry_at timestamptz not null default '-infinity',
  created_at timestamptz not null default now(),
  left_at timestamptz
) with (fillfactor = 80);
-- The free space in each page lets an update of the balance skip the indexes (HOT).
comment on table farthing.accounts is
  'One account per user, and one per organisation. balance = Σ lots.remaining − debt = Σ entries; held = '
  'Σ open holds; daily_cap: the most credits that may be spent in a day, null for no cap; top_up_below: '
  'the threshold of an enabled auto top-up, otherwise null; left_at: when the user was deleted or the '
  'organisation dissolved, null while the account is in use. Amounts are in credits.';

create table farthing.lots (
  account_id bigint not null references farthing.accounts (account_id),
  lot_id uuid not null default gen_random_uuid(),
  source farthing.lot_source not null,
  amount farthing.positive_credits not null,
  -- The check lots_add_up ensures that remaining is 0 or more. A check on this column would slow
  -- every debit.
  remaining numeric(38, 18) not null,
  reserved farthing.credits not null default 0,
  price bigint not null default 0,
  priority smallint not null default 100,
  expires_at timestamptz,
  order_id uuid,
  frozen boolean not null default false,
  clawed_back farthing.credits not null default 0,
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (account_id, lot_id),
  constraint lots_add_up check (reserved <= remaining and remaining <= amount)
) with (fillfactor = 80);
comment on table farthing.lots is
  'Credits that arrived together. remaining: the part that is not spent; reserved: the part of remaining '
  'that open holds reserve; clawed_back: the part that refunds and disputes took; price: the lot''s '
  'part of what the order cost, in minor units of the order''s currency, 0 without an order; frozen: the '
  'payment is in doubt, so only held credits can be spent. Amounts are in credits.';
-- Rule 5: this index is the only definition of the burn-down order. `deno task schema` writes its
-- columns after each `order by /* burn-down */`; ledger/burn_order.test.sql finds an ORDER BY
-- without that mark. The predicate uses closed_at instead of remaining, so that a debit stays a HOT
-- update.
create index lots_burn_order on farthing.lots
  (account_id, priority, expires_at, source, created_at, lot_id) where closed_at is null;
create index lots_by_expiry on farthing.lots (expires_at, account_id) where closed_at is null
  and expires_at is not null;
-- Rule 9, enforced even if every other check fails: an order adds each kind of credit once.
create unique index lots_one_grant_per_order on farthing.lots (account_id, order_id, source)
  where order_id is not null;

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

-- Incoming credits pay debt: the lot and the debt shrink by the same amount, and the balance stays,
-- so a payment of debt is not an entry. If a paid debt later turns out to be unfounded, its
-- payments are undone, the latest payment first.
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

alter table farthing.accounts enable row level security;
alter table farthing.lots enable row level security;
alter table farthing.entries enable row level security;
alter table farthing.debt_payments enable row level security;

-- The only predicate of row level security on accounts. Each other policy on an account's rows uses
-- the array of accounts that the caller may see, so the predicate is evaluated once and the rows
-- are found by their index.
create policy may_see on farthing.accounts for select to authenticated
  using (owner_id = (select auth.uid()));
comment on policy may_see on farthing.accounts is
  'Only an account''s owner sees the account and its rows; after the owner''s deletion no user sees '
  'them.';
create policy lots_own on farthing.lots for select to authenticated
  using (account_id = any (array(select a.account_id from farthing.accounts a)));
create policy entries_own on farthing.entries for select to authenticated
  using (account_id = any (array(select a.account_id from farthing.accounts a)));
create policy debt_payments_none on farthing.debt_payments for select to authenticated using (false);
grant select on farthing.accounts to authenticated;
grant select on farthing.lots to authenticated;
grant select on farthing.entries to authenticated;

create type farthing.charge as (
  amount numeric, kind farthing.entry_kind, reference_type text, reference_id text, correlation_id text,
  metadata jsonb, event_at timestamptz, author text);
create type farthing.charge_result as (
  accepted boolean, transaction_id uuid, amount numeric, first_seq bigint, last_seq bigint,
  balance_after numeric, available numeric, shortfall numeric, lots jsonb);

create table farthing.used_references (
  account_id bigint not null,
  movement text not null,
  reference_id varchar(200) not null,
  first_seq bigint not null,
  last_seq bigint not null,
  primary key (account_id, movement, reference_id),
  constraint used_references_movements check (movement in ('grant', 'debit'))
);
comment on table farthing.used_references is
  'Append-only. References that may move credits only once, with no time limit, by account and kind of '
  'movement. The entries first_seq to last_seq are the movement.';

alter table farthing.used_references enable row level security;
create policy used_references_none on farthing.used_references for select to authenticated using (false);
