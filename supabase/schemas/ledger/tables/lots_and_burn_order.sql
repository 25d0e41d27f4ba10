-- Lots, and the burn-down order in which their credits are spent (rule 5): priority, then expiry,
-- then source, then age. The index lots_burn_order defines the order of the columns, and the enum
-- lot_source defines the order of the sources.

-- The order of these values is the burn-down order (rule 5): among lots with the same priority and
-- expiry, promotional lots are spent first and paid lots last.
create type farthing.lot_source as enum ('promotional', 'adjustment', 'bonus', 'paid');

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
  'Credits that arrived together. remaining: the part that is not spent. reserved: the part of '
  'remaining that belongs to open holds. clawed_back: the part that refunds and disputes took. price: '
  'the lot''s part of the order''s price, in minor units of the order''s currency; 0 without an '
  'order. frozen: the payment is in doubt, so only reserved credits can be spent. Amounts are in '
  'credits.';
-- Rule 5: this index is the only definition of the burn-down order. `deno task schema` writes its
-- columns after each `order by /* burn-down */`; ledger/burn_order.test.sql finds functions that
-- order lots without this SQL comment. The predicate uses closed_at instead of remaining, so that a
-- debit stays a HOT update.
create index lots_burn_order on farthing.lots
  (account_id, priority, expires_at, source, created_at, lot_id) where closed_at is null;
create index lots_by_expiry on farthing.lots (expires_at, account_id) where closed_at is null
  and expires_at is not null;
-- Rule 9: an order adds credits of each source only once. This index enforces the rule even if
-- every other check fails.
create unique index lots_one_grant_per_order on farthing.lots (account_id, order_id, source)
  where order_id is not null;

alter table farthing.lots enable row level security;
create policy lots_own on farthing.lots for select to authenticated
  using (account_id = any (array(select a.account_id from farthing.accounts a)));
grant select on farthing.lots to authenticated;
