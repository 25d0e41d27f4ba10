-- Seals of entries, their sums, hashes of owners, and heads.

create table farthing.entry_seals (
  account_id bigint not null,
  seq bigint not null,
  head_nr int not null,
  hash bytea not null,
  primary key (account_id, seq),
  constraint entry_seals_are_sha256 check (octet_length(hash) = 32)
);
comment on table farthing.entry_seals is
  'Append-only. hash = sha256(previous hash, entry_contents): the entry''s fields; the terms of '
  'its lot if the entry adds credits and is not a reinstatement; and the hash of the owner if it '
  'is the account''s first entry. head_nr: the number of the first head that covers the seal.';

alter table farthing.entry_seals enable row level security;
create policy entry_seals_none on farthing.entry_seals for select to authenticated using (false);

-- Entries are summed when they are sealed, so each entry is summed once. The totals of sold and
-- spent credits are then a few rows, however long the ledger is, and debits do no extra work.
create table farthing.entry_sums (
  counterparty farthing.system_account not null,
  direction farthing.direction not null,
  kind farthing.entry_kind not null,
  entries bigint not null,
  amount numeric(60, 18) not null, -- a sum over all accounts, which may exceed the bound of one account
  primary key (counterparty, direction, kind)
);
comment on table farthing.entry_sums is
  'All sealed entries, summed by counterparty, direction and kind. Amounts are in credits.';
alter table farthing.entry_sums enable row level security;
create policy entry_sums_none on farthing.entry_sums for select to authenticated using (false);

-- The owner of an account is sealed as a hash with a salt, so that a deleted user can be forgotten:
-- after the deletion only a hash with an unknown salt remains.
create table farthing.owner_marks (
  account_id bigint primary key,
  salt uuid,
  mark bytea not null
);
comment on table farthing.owner_marks is
  'mark = sha256(salt, account, owner), sealed with the account''s first entry. The salt is deleted with '
  'the owner.';
alter table farthing.owner_marks enable row level security;
create policy owner_marks_none on farthing.owner_marks for select to authenticated using (false);

create table farthing.heads (
  head_nr int primary key,
  made_at timestamptz not null,
  accounts bigint not null,
  entries bigint not null,
  balance numeric(60, 18) not null,
  root bytea not null,
  audit_nr bigint not null,
  audit_hash bytea not null,
  hash bytea not null,
  constraint heads_are_sha256 check (octet_length(root) = 32 and octet_length(audit_hash) = 32
    and octet_length(hash) = 32)
);
comment on table farthing.heads is
  'Append-only. root: the hash over the last seal of each account; audit_hash: the hash over all audit '
  'rows up to audit_nr; hash = sha256(the previous head''s hash, this row). entries and balance '
  '(credits): the totals of all sealed entries.';
alter table farthing.heads enable row level security;
create policy heads_none on farthing.heads for select to authenticated using (false);
