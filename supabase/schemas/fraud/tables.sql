-- Uses of cards, blocks, and decisions about fraud.

create table farthing.card_uses (
  charge_id text primary key,
  account_id bigint not null,
  card bytea not null,
  outcome text not null,
  livemode boolean not null,
  used_at timestamptz not null,
  constraint card_uses_outcomes check (outcome in ('succeeded', 'failed')),
  constraint card_uses_bounded check (length(charge_id) <= 255 and octet_length(card) = 32)
);
comment on table farthing.card_uses is
  'Card payments by an account, successful and failed: one row per charge at Stripe. card: sha256 '
  'of Stripe''s fingerprint. Rows are deleted after 90 days.';
create index card_uses_by_account on farthing.card_uses (account_id, used_at desc);
create index card_uses_by_card on farthing.card_uses (card, used_at desc);
-- Rows arrive in the order of time, so a small BRIN index suffices.
create index card_uses_by_age on farthing.card_uses using brin (used_at);

create table farthing.blocks (
  block_id uuid primary key default gen_random_uuid(),
  kind text not null,
  subject text not null,
  reason text not null,
  blocked_by text not null,
  until timestamptz,
  created_at timestamptz not null default now(),
  constraint blocks_once unique (kind, subject),
  constraint blocks_kinds check (
    (kind = 'user' and subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
    or (kind in ('ip', 'card') and subject ~ '^[0-9a-f]{64}$')),
  constraint blocks_text_bounded check (length(reason) between 1 and 500 and length(blocked_by) <= 255)
);
comment on table farthing.blocks is
  'Users (by id), IP addresses and cards (by hash) that are not allowed to buy. A block whose '
  '`until` is null has no end.';
create index blocks_newest on farthing.blocks (created_at desc, block_id desc);

create table farthing.fraud_decisions (
  decision_id bigint generated always as identity primary key,
  account_id bigint not null,
  action text not null,
  outcome text not null,
  reasons text[] not null,
  ip_hash bytea,
  order_id uuid,
  booking_id uuid,
  decided_at timestamptz not null,
  constraint fraud_decisions_actions check (action in ('checkout', 'booking', 'top_up')),
  constraint fraud_decisions_outcomes check (outcome in ('allow', 'refuse', 'flag')),
  constraint fraud_decisions_reasons check (cardinality(reasons) between 1 and 8 and reasons <@ array[
    'within_limits', 'no_ip', 'blocked_user', 'blocked_ip', 'blocked_card', 'user_velocity', 'ip_velocity',
    'failed_cards', 'card_users', 'user_cards', 'provider_velocity', 'shared_card',
    'shared_payout_account', 'shared_address']),
  constraint fraud_decisions_ip_hashed check (octet_length(ip_hash) = 32)
);
comment on table farthing.fraud_decisions is
  'Decisions about fraud: refusals, allowed checkouts and top-ups, allowed bookings whose IP '
  'address is known, and flagged bookings. ip_hash: a keyed hash of the IP address, made by the '
  'Edge Function; the address itself is not stored. order_id: the allowed order. booking_id: the '
  'allowed or flagged booking. With the outcome flag, the booking is not refused, but an operator '
  'should review it. Rows are deleted after 90 days.';
create index fraud_decisions_by_account on farthing.fraud_decisions (account_id, decided_at desc);
-- The limits count only allowed decisions, so these indexes leave out refusals: requests that are
-- repeated after a refusal do not slow down the count.
create index fraud_decisions_allowed on farthing.fraud_decisions (account_id, action, decided_at desc)
  where outcome = 'allow';
create index fraud_decisions_allowed_by_ip on farthing.fraud_decisions (ip_hash, action, decided_at desc)
  where outcome = 'allow' and ip_hash is not null;
create index fraud_decisions_flagged on farthing.fraud_decisions (booking_id) where outcome = 'flag';
create index fraud_decisions_by_age on farthing.fraud_decisions (decided_at);

alter table farthing.card_uses enable row level security;
alter table farthing.blocks enable row level security;
alter table farthing.fraud_decisions enable row level security;
create policy card_uses_none on farthing.card_uses for select to authenticated using (false);
create policy blocks_none on farthing.blocks for select to authenticated using (false);
create policy fraud_decisions_none on farthing.fraud_decisions for select to authenticated using (false);
