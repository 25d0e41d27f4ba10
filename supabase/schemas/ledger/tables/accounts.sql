-- Accounts of the ledger; the other files of this folder have lots, entries and debt payments. One
-- entry records both sides of a movement between a user's account and a system account, so an
-- unbalanced ledger cannot be written. A system account has no row: it is a name, and its balance
-- is the sum of its entries, so the debits of two users never update the same row. Every key begins
-- with the account, so the ledger can be distributed by account. Entries and many other tables have
-- no foreign key to accounts, because each such key costs two triggers on the row that every debit
-- updates: ten keys took 7 % of a debit's time. Instead, every transaction that writes an entry has
-- locked the row of the entry's account, and prove() looks for orphans.

create type farthing.account_kind as enum ('user', 'organisation');

-- A user's account has an owner until the user is deleted, and has left_at afterwards. An
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
-- The fillfactor leaves free space in each page, so an update of the balance can skip the indexes
-- (HOT).
comment on table farthing.accounts is
  'One account per user, and one per organisation. balance = Σ lots.remaining − debt = Σ entries; held = '
  'Σ open holds; daily_cap: the most credits that may be spent in a day, null for no cap; top_up_below: '
  'the threshold of an enabled auto top-up, otherwise null; left_at: when the user was deleted or the '
  'organisation dissolved, null while the account is in use. Amounts are in credits.';

alter table farthing.accounts enable row level security;

-- The only policy that decides which accounts a caller may see. The policy of every other table
-- selects an array of the accounts that may_see shows. So a query evaluates may_see only once, and
-- finds the rows of those accounts by an index.
create policy may_see on farthing.accounts for select to authenticated
  using (owner_id = (select auth.uid()));
comment on policy may_see on farthing.accounts is
  'Only an account''s owner sees the account and its rows in other tables; after the owner''s '
  'deletion no user sees them.';
grant select on farthing.accounts to authenticated;
