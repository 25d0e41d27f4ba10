-- Money that is returned to buyers: refunds, disputes, early fraud warnings, and the credits that
-- they claw back. Refunds may fail, disputes are lost and won, and their events arrive in any
-- order. An event therefore records only Stripe's current state. net_order() computes from all
-- states together how many credits should be clawed back, and books the difference between this
-- number and the credits that were clawed back so far. So the same facts lead to the same credits
-- in any order.

create table farthing.refunds (
  account_id bigint not null,
  refund_id uuid not null default gen_random_uuid(),
  order_id uuid,
  booking_id uuid,
  stripe_refund_id text,
  amount bigint not null,
  currency text not null,
  status text not null default 'requested',
  reason text,
  requested_by text not null,
  origin_key bytea,
  origin_fingerprint bytea,
  nets_share boolean not null default false,
  credits_clawed_back farthing.credits not null default 0,
  debt_added farthing.credits not null default 0,
  failure_reason text,
  attempts int not null default 0,
  next_attempt_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, refund_id),
  foreign key (account_id, order_id) references farthing.orders (account_id, order_id),
  constraint refunds_of_one_thing check (num_nonnulls(order_id, booking_id) = 1),
  constraint refunds_amount_positive check (amount > 0),
  constraint refunds_text_bounded check (length(stripe_refund_id) <= 255 and length(currency) = 3
    and length(reason) <= 500 and length(requested_by) <= 255 and length(failure_reason) <= 1000),
  constraint refunds_attempts_bounded check (attempts between 0 and 10),
  constraint refunds_states check (
    (status = 'requested' and (stripe_refund_id is null) = (next_attempt_at is not null))
    or (status = 'failed' and next_attempt_at is null)
    -- All other states are Stripe's, including states that Stripe adds later.
    or (status not in ('requested', 'failed') and length(status) <= 64 and stripe_refund_id is not null
      and next_attempt_at is null))
);
comment on table farthing.refunds is
  'Refunds of orders and bookings. amount: minor units. status: `requested` before Stripe''s first event; '
  '`failed` if we or Stripe ended the refund as failed; otherwise Stripe''s state. An unknown state counts '
  'as pending. credits_clawed_back and debt_added: the refund''s effect in credits. nets_share: whether a '
  'transfer reversal of ours, and not the refund itself, reverses the provider''s part.';
create unique index refunds_by_id on farthing.refunds (refund_id);
create unique index refunds_by_stripe_id on farthing.refunds (stripe_refund_id)
  where stripe_refund_id is not null;
create unique index refunds_by_origin on farthing.refunds (origin_key) where origin_key is not null;
create index refunds_by_order on farthing.refunds (account_id, order_id);
create index refunds_by_booking on farthing.refunds (account_id, booking_id);
create index refunds_newest on farthing.refunds (created_at desc, refund_id desc);
create index refunds_of_account on farthing.refunds (account_id, created_at desc, refund_id desc);
create index refunds_by_status on farthing.refunds (status, created_at desc, refund_id desc);
create index refunds_to_send on farthing.refunds (next_attempt_at) where status = 'requested';

create table farthing.disputes (
  account_id bigint not null,
  dispute_id text not null,
  order_id uuid,
  booking_id uuid,
  amount bigint not null,
  currency text not null,
  status text not null,
  reason text,
  case_type text,
  status_at timestamptz not null,
  movements int not null default 0,
  evidence_due_by timestamptz,
  credits_clawed_back numeric(38, 18) not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, dispute_id),
  foreign key (account_id, order_id) references farthing.orders (account_id, order_id),
  constraint disputes_of_one_thing check (num_nonnulls(order_id, booking_id) = 1),
  constraint disputes_amount_not_negative check (amount >= 0),
  constraint disputes_text_bounded check (length(dispute_id) <= 255 and length(currency) = 3
    and length(reason) <= 255 and length(case_type) <= 64 and length(status) between 1 and 64)
);
comment on table farthing.disputes is
  'Disputes: a buyer''s bank reverses a payment, or asks about it (`warning_…`). status and '
  'case_type: in Stripe''s words, including words that Stripe adds later. status_at: the time of '
  'the event that reported them; movements: how many balance transactions that event listed. '
  'evidence_due_by: until when Stripe accepts evidence. credits_clawed_back: the credits that this '
  'dispute''s events clawed back, less those that they reinstated; negative if they reinstated '
  'credits that another dispute had clawed back. amount: minor units, possibly more than the '
  'payment.';
create unique index disputes_by_id on farthing.disputes (dispute_id);
create index disputes_by_order on farthing.disputes (account_id, order_id);
create index disputes_by_booking on farthing.disputes (account_id, booking_id);

create function farthing.dispute_deadline(p_status text, p_evidence_due_by timestamptz)
returns timestamptz
language sql immutable
set search_path = ''
as $$
  select case when p_status in ('needs_response', 'warning_needs_response', 'appeal_needs_response')
    then coalesce(p_evidence_due_by, 'infinity') else 'infinity' end
$$;
comment on function farthing.dispute_deadline(text, timestamptz) is
  'Returns the deadline of a dispute that waits for our evidence; infinity if the dispute has no '
  'deadline or does not wait for our evidence.';

create index disputes_by_deadline on farthing.disputes (
  farthing.dispute_deadline(status, evidence_due_by), created_at desc, dispute_id desc);

create table farthing.dispute_movements (
  account_id bigint not null,
  transaction_id text not null,
  dispute_id text not null,
  amount bigint not null,
  fee bigint not null,
  currency text not null,
  exchange_rate numeric(30, 12),
  created_at timestamptz not null default now(),
  primary key (account_id, transaction_id),
  foreign key (account_id, dispute_id) references farthing.disputes (account_id, dispute_id),
  constraint dispute_movements_text_bounded check (length(transaction_id) <= 255 and length(currency) = 3),
  constraint dispute_movements_rates check (exchange_rate > 0)
);
comment on table farthing.dispute_movements is
  'The balance transactions of disputes, by Stripe''s ids. amount: negative if withdrawn, positive '
  'if reinstated, without Stripe''s fee, in minor units of the settlement currency. exchange_rate: '
  'from the payment''s currency to the settlement currency. Rows are only added, so the order of '
  'Stripe''s events does not matter.';
create index dispute_movements_by_dispute on farthing.dispute_movements (account_id, dispute_id);

create table farthing.fraud_warnings (
  account_id bigint not null,
  warning_id text not null,
  order_id uuid,
  booking_id uuid,
  fraud_type text,
  actionable boolean not null,
  state text not null default 'open',
  cleared_by text,
  clear_reason text,
  status_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, warning_id),
  foreign key (account_id, order_id) references farthing.orders (account_id, order_id),
  constraint fraud_warnings_of_one_thing check (num_nonnulls(order_id, booking_id) = 1),
  constraint fraud_warnings_text_bounded check (length(warning_id) <= 255 and length(fraud_type) <= 255
    and length(cleared_by) <= 255 and length(clear_reason) <= 500),
  constraint fraud_warnings_states check (
    (state in ('open', 'closed') and cleared_by is null) or (state = 'cleared' and cleared_by is not null))
);
comment on table farthing.fraud_warnings is
  'Early fraud warnings: a card network reports that a payment is probably fraudulent. state: '
  '`open`: the order''s credits are frozen; `cleared`: an operator trusts the payment; `closed`: '
  'the payment was refunded or disputed.';
create unique index fraud_warnings_by_id on farthing.fraud_warnings (warning_id);
create index fraud_warnings_by_order on farthing.fraud_warnings (account_id, order_id);
create index fraud_warnings_by_booking on farthing.fraud_warnings (account_id, booking_id);
create index fraud_warnings_newest on farthing.fraud_warnings (created_at desc, warning_id desc);
create index fraud_warnings_of_account on farthing.fraud_warnings (account_id, created_at desc,
  warning_id desc);
create index fraud_warnings_by_state on farthing.fraud_warnings (state, created_at desc, warning_id desc);

alter table farthing.refunds enable row level security;
alter table farthing.disputes enable row level security;
alter table farthing.dispute_movements enable row level security;
alter table farthing.fraud_warnings enable row level security;
create policy refunds_none on farthing.refunds for select to authenticated using (false);
create policy disputes_none on farthing.disputes for select to authenticated using (false);
create policy dispute_movements_none on farthing.dispute_movements for select to authenticated using (false);
create policy fraud_warnings_none on farthing.fraud_warnings for select to authenticated using (false);

create type farthing.reversed as (
  refunded numeric, disputed numeric, withdrawn numeric, is_disputed boolean, is_frozen boolean);

create type farthing.clawback as (credits numeric, debt numeric);

create type farthing.payment as (
  account_id bigint, order_id uuid, booking_id uuid, payment_id text, amount bigint, currency text);

create type farthing.disputed as (disputed numeric, withdrawn numeric, is_open boolean);
