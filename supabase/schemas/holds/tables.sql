-- Holds, and the lots that each hold reserves.

create table farthing.holds (
  account_id bigint not null references farthing.accounts (account_id),
  hold_id uuid not null default gen_random_uuid(),
  status text not null default 'open',
  amount farthing.positive_credits not null,
  settled farthing.credits,
  shortfall farthing.credits,
  model text,
  rate_version int,
  reason text,
  correlation_id text,
  author farthing.author not null,
  released_by farthing.author,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  primary key (account_id, hold_id),
  constraint holds_text_bounded check (length(reason) <= 500 and length(correlation_id) <= 255),
  constraint holds_released_by_somebody check (released_by is null or status = 'released'),
  constraint holds_live_at_most_a_day check (expires_at <= created_at + interval '24 hours'),
  constraint holds_states check (
    (status = 'open' and resolved_at is null and settled is null and shortfall is null)
    or (status = 'settled' and resolved_at is not null and settled is not null and shortfall is not null)
    or (status = 'released' and resolved_at is not null and settled is null and shortfall is null))
);
comment on table farthing.holds is
  'Credits reserved for work in progress; a hold ends at most once. An open hold past expires_at counts '
  'as released. author: who opened the hold. released_by: who released it; null if it expired, or ended '
  'with its job or chat.';
create index holds_by_id on farthing.holds (hold_id);
create index holds_open_by_expiry on farthing.holds (account_id, expires_at) where status = 'open';
create index holds_released on farthing.holds (resolved_at) where released_by is not null;
create index holds_to_expire on farthing.holds (expires_at, account_id) where status = 'open';

create table farthing.hold_lots (
  account_id bigint not null,
  hold_id uuid not null,
  lot_id uuid not null,
  amount farthing.positive_credits not null,
  primary key (account_id, lot_id, hold_id),
  foreign key (account_id, hold_id) references farthing.holds (account_id, hold_id),
  foreign key (account_id, lot_id) references farthing.lots (account_id, lot_id)
);
comment on table farthing.hold_lots is
  'The lots that a hold reserves, and how many credits of each. Reserved credits do not expire while '
  'they are held.';
create index hold_lots_by_hold on farthing.hold_lots (account_id, hold_id);

alter table farthing.holds enable row level security;
alter table farthing.hold_lots enable row level security;
create policy holds_own on farthing.holds for select to authenticated
  using (account_id = any (array(select a.account_id from farthing.accounts a)));
create policy hold_lots_none on farthing.hold_lots for select to authenticated using (false);
grant select on farthing.holds to authenticated;

create type farthing.opened_hold as (hold farthing.holds, available_after numeric);

-- A bill has one of these: usage, which is priced at the hold's rate; events, which are already
-- priced; or an amount, with facts about it. If all three are null, the amount is all credits that
-- are left of the hold.
create type farthing.bill as (
  amount numeric, facts jsonb, usage jsonb, origin farthing.usage_origin, events farthing.priced_usage[],
  correlation_id text, author text);
-- rest: the part of the hold that was not charged. charge: the last charge. next_hold_id: the hold
-- that keeps the rest.
create type farthing.settlement as (
  settled numeric, shortfall numeric, rest numeric, first_seq bigint, charge farthing.charge_result,
  balance_after numeric, is_beyond boolean, next_hold_id uuid);
