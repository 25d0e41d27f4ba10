-- Grants by operators and keys, pending and decided.

create table farthing.grants (
  account_id bigint not null references farthing.accounts (account_id),
  grant_id uuid not null default gen_random_uuid(),
  author farthing.author not null,
  source farthing.lot_source not null,
  amount farthing.positive_credits not null,
  priority smallint,
  expires_at timestamptz,
  reason text,
  reference_id varchar(200),
  once boolean not null,
  correlation_id varchar(255),
  status text not null,
  ceiling text,
  confirm_before timestamptz,
  decided_by farthing.author,
  decided_at timestamptz,
  lot_id uuid,
  created_at timestamptz not null,
  primary key (account_id, grant_id),
  constraint grants_reason_bounded check (length(reason) <= 500),
  constraint grants_ceilings check (ceiling in ('grant', 'author_day', 'day')),
  constraint grants_two_people check (status <> 'granted' or decided_by <> author),
  constraint grants_states check (case status
    when 'pending' then ceiling is not null and confirm_before is not null
      and num_nonnulls(decided_by, decided_at, lot_id) = 0
    when 'granted' then num_nonnulls(decided_at, lot_id) = 2
    when 'declined' then num_nonnulls(decided_by, decided_at) = 2 and lot_id is null
    when 'expired' then decided_at is not null and num_nonnulls(decided_by, lot_id) = 0
    else false end)
);
comment on table farthing.grants is
  'Grants by authors that the ceilings bind, and grants above a ceiling by any author. Amounts are in '
  'credits. A pending grant waits until another author confirms it, until it is declined, or until '
  'confirm_before. ceiling: the ceiling that the grant exceeded. decided_by: the author who confirmed or '
  'declined the grant; null if no decision was needed.';
create unique index grants_by_id on farthing.grants (grant_id);
create index grants_newest on farthing.grants (created_at desc, grant_id desc);
create index grants_of_account on farthing.grants (account_id, created_at desc, grant_id desc);
create index grants_by_status on farthing.grants (status, created_at desc, grant_id desc);
create index grants_pending on farthing.grants (confirm_before) where status = 'pending';
alter table farthing.grants enable row level security;
create policy grants_none on farthing.grants for select to authenticated using (false);
