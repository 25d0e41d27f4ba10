-- Runs of the proof, and its progress per account.

create table farthing.proof_runs (
  run_nr bigint generated always as identity primary key,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  violations bigint,
  is_whole boolean not null default true,
  is_done boolean not null default true,
  detail text not null,
  constraint proof_runs_in_time check (finished_at >= started_at),
  constraint proof_runs_bounded check (violations >= 0 and length(detail) <= 500)
);
comment on table farthing.proof_runs is
  'Runs of the proof. violations: their number, or null if the proof could not run; is_whole: the run '
  'read every entry, not only new ones; is_done: the run had time for all entries. Runs are deleted '
  'after 90 days, except the last whole proof without a violation and all later runs.';
alter table farthing.proof_runs enable row level security;
create policy proof_runs_none on farthing.proof_runs for select to authenticated using (false);

create table farthing.proof_violations (
  run_nr bigint not null references farthing.proof_runs (run_nr) on delete cascade,
  nr int not null,
  rule int not null,
  account_id bigint,
  detail text not null,
  primary key (run_nr, nr),
  constraint proof_violations_bounded check (nr between 1 and 100 and length(detail) <= 1000)
);
comment on table farthing.proof_violations is
  'The first 100 violations that a run of the proof found: the rule, the account if there is one, and the '
  'detail as farthing.prove() returns it.';
alter table farthing.proof_violations enable row level security;
create policy proof_violations_none on farthing.proof_violations for select to authenticated using (false);

create table farthing.proved (
  account_id bigint primary key,
  seq bigint not null,
  balance numeric(38, 18) not null,
  created_at timestamptz not null,
  hash bytea not null
);
comment on table farthing.proved is
  'The mark of each account: the last sealed entry that was proved, with its balance, time and hash.';
create table farthing.proved_lots (
  account_id bigint not null,
  lot_id uuid not null,
  net numeric(38, 18) not null,
  primary key (account_id, lot_id)
);
comment on table farthing.proved_lots is 'The sum of the proved entries of each lot, in credits.';
create table farthing.proved_sums (
  counterparty farthing.system_account not null,
  direction farthing.direction not null,
  kind farthing.entry_kind not null,
  entries bigint not null,
  amount numeric(60, 18) not null,
  primary key (counterparty, direction, kind)
);
comment on table farthing.proved_sums is
  'The sums of all proved entries by counterparty, direction and kind, in credits.';
alter table farthing.proved enable row level security;
alter table farthing.proved_lots enable row level security;
alter table farthing.proved_sums enable row level security;
create policy proved_none on farthing.proved for select to authenticated using (false);
create policy proved_lots_none on farthing.proved_lots for select to authenticated using (false);
create policy proved_sums_none on farthing.proved_sums for select to authenticated using (false);

-- Entries of one account that are proved together: those after after_seq, up to upto_seq, or up to
-- the account's last entry if upto_seq is null.
create type farthing.entry_range as (account_id bigint, after_seq bigint, upto_seq bigint);
