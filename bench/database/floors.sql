-- The floors of a debit: the least work that any ledger on this server must do, and a simple
-- double-entry transfer. Only the benchmark uses them, not the product.

create schema bench;

-- The tables for the least work: each call updates the balance of one account, and inserts one row
-- into a journal.
create table bench.floor_accounts (
  account_id bigint primary key,
  balance numeric not null
) with (fillfactor = 80); -- like the ledger's accounts: leaves space for HOT updates
create table bench.floor_entries (
  entry_id bigint generated always as identity primary key,
  account_id bigint not null,
  amount numeric not null,
  created_at timestamptz not null default now()
);
insert into bench.floor_accounts select n, 1000000000 from generate_series(1, 10000) n;

-- A double-entry ledger for comparison. One call transfers between two accounts, with locks, with
-- balances, and with a row for each side.
create table bench.pair_accounts (
  account_id bigint primary key,
  balance numeric not null,
  version bigint not null default 0,
  updated_at timestamptz not null default now()
) with (fillfactor = 80);
create table bench.pair_transfers (
  transfer_id uuid primary key,
  from_id bigint not null references bench.pair_accounts (account_id),
  to_id bigint not null references bench.pair_accounts (account_id),
  amount numeric not null check (amount > 0),
  created_at timestamptz not null,
  check (from_id <> to_id)
);
create table bench.pair_entries (
  entry_id uuid primary key,
  account_id bigint not null references bench.pair_accounts (account_id),
  transfer_id uuid not null references bench.pair_transfers (transfer_id),
  amount numeric not null,
  balance_before numeric not null,
  balance_after numeric not null,
  version bigint not null,
  created_at timestamptz not null
);
create index on bench.pair_entries (account_id);
create index on bench.pair_entries (transfer_id);
insert into bench.pair_accounts select n, 1000000000 from generate_series(1, 10000) n;

create function bench.pair_move(p_account_id bigint, p_transfer_id uuid, p_amount numeric, p_now timestamptz)
returns void
language plpgsql
as $$
declare
  v_after numeric;
  v_version bigint;
begin
  update bench.pair_accounts set balance = balance + p_amount, version = version + 1, updated_at = p_now
  where account_id = p_account_id returning balance, version into v_after, v_version;
  if v_after < 0 then
    raise exception 'not enough';
  end if;
  insert into bench.pair_entries (entry_id, account_id, transfer_id, amount, balance_before, balance_after,
    version, created_at)
  values (gen_random_uuid(), p_account_id, p_transfer_id, p_amount, v_after - p_amount, v_after, v_version,
    p_now);
end
$$;

create function bench.pair_transfer(p_from bigint, p_to bigint, p_amount numeric)
returns uuid
language plpgsql
as $$
declare
  v_id uuid := gen_random_uuid();
  v_now timestamptz := now();
begin
  -- Lock the accounts in the order of their ids, so that two transfers between the same accounts do
  -- not deadlock.
  perform from bench.pair_accounts where account_id in (p_from, p_to) order by account_id for update;
  insert into bench.pair_transfers values (v_id, p_from, p_to, p_amount, v_now);
  perform bench.pair_move(p_from, v_id, -p_amount, v_now);
  perform bench.pair_move(p_to, v_id, p_amount, v_now);
  return v_id;
end
$$;

-- Fill the tables, because PostgreSQL plans differently for an empty table and for one in use.
insert into bench.floor_entries (account_id, amount) select n, 1 from generate_series(1, 10000) n;
update bench.floor_accounts set balance = balance - 1;
do $$
begin
  for n in 1 .. 6000 loop
    perform bench.pair_transfer(n, n + 4000, 1);
    if n % 1000 = 0 then commit; end if;
  end loop;
end
$$;

-- Returns a line if the number of entries differs from the number of answered calls, and a line if
-- the balances do not agree with the entries.
create function bench.floor_problems(p_calls bigint)
returns setof text
language sql stable
as $$
  select format('%s entries for %s debits', count(*) - 10000, p_calls) from bench.floor_entries
  having count(*) - 10000 <> p_calls
  union all
  select format('balances and entries differ by %s', b.sum + e.sum - 10000 * 1000000000::numeric)
  from (select sum(balance) from bench.floor_accounts) b, (select sum(amount) from bench.floor_entries) e
  where b.sum + e.sum <> 10000 * 1000000000::numeric
$$;

create function bench.pair_problems(p_calls bigint)
returns setof text
language sql stable
as $$
  select format('%s entries for %s transfers', count(*) - 12000, p_calls) from bench.pair_entries
  having count(*) - 12000 <> 2 * p_calls
  union all
  select 'entries do not sum to 0' from bench.pair_entries having sum(amount) <> 0
  union all
  select format('account %s is not the sum of its entries', a.account_id)
  from bench.pair_accounts a
  left join (select account_id, sum(amount) from bench.pair_entries group by account_id) e using (account_id)
  where a.balance <> 1000000000 + coalesce(e.sum, 0)
$$;

-- Returns the violations that the ledger's own proof finds. In addition, returns a line if the
-- ledger does not have p_seeded + p_calls entries: the entries that existed before the charges, and
-- one entry for each answered charge.
create function bench.ledger_problems(p_seeded bigint, p_calls bigint)
returns setof text
language sql stable
as $$
  select format('%s entries for %s charges', count(*) - p_seeded, p_calls) from farthing.entries
  having count(*) - p_seeded <> p_calls
  union all
  select format('rule %s, account %s: %s', p.rule, p.account_id, p.detail) from farthing.prove() p
$$;
