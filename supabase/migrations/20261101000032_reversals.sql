-- Money that comes back: refunds, disputes, early fraud warnings, and what they take of the credits.
-- Why a target and not a sum of steps: refunds fail, disputes are lost and won, and their events come in any
-- order. So each event only records what Stripe says now, and net_order() compares what should be taken back
-- for all of it with what is: the same facts end in the same credits, whichever came first.

create table farthing.policy (
  one_row boolean primary key default true constraint policy_is_one_row check (one_row),
  early_fraud_warning text not null default 'review'
    constraint policy_early_fraud_warning check (early_fraud_warning in ('review', 'refund')),
  sessions_per_user_hour int not null default 10,
  sessions_per_ip_hour int not null default 30,
  failed_cards_per_user_hour int not null default 5,
  users_per_card_day int not null default 3,
  cards_per_user_day int not null default 5,
  bookings_per_provider_hour int not null default 300,
  low_balance farthing.credits not null default 500,
  top_up_currency text not null default 'usd',
  top_up_credits_per_unit farthing.positive_credits not null default 10,
  top_up_smallest bigint not null default 50,
  top_up_highest_cap bigint not null default 1000000,
  top_up_cool_down interval not null default '10 minutes',
  grant_ceiling farthing.positive_credits not null default 100000,
  grant_ceiling_author_day farthing.positive_credits not null default 500000,
  grant_ceiling_day farthing.positive_credits not null default 2000000,
  grant_ceilings_bind_keys boolean not null default false,
  keys_confirm_grants boolean not null default false,
  pending_grant_life interval not null default '72 hours', -- asked for on Friday, confirmed on Monday
  booking_fee_basis_points int not null default 300
    constraint policy_booking_fee check (booking_fee_basis_points between 0 and 10000),
  booking_transfer_at text not null default 'payment'
    constraint policy_booking_transfer_at check (booking_transfer_at in ('payment', 'completed')),
  booking_shared_parties text not null default 'flag'
    constraint policy_booking_shared_parties check (booking_shared_parties in ('flag', 'refuse')),
  overdraft_factor numeric(9, 4) not null default 2,
  overdraft_floor farthing.credits not null default 1000,
  late_settle_within interval not null default '1 hour',
  usage_max_age interval not null default '35 days',
  usage_max_ahead interval not null default '5 minutes',
  livemode boolean,
  installation_id uuid not null default gen_random_uuid(),
  updated_at timestamptz,
  updated_by text,
  constraint policy_limits_bounded check (sessions_per_user_hour between 1 and 1000000
    and sessions_per_ip_hour between 1 and 1000000 and failed_cards_per_user_hour between 1 and 1000000
    and users_per_card_day between 1 and 1000000 and cards_per_user_day between 1 and 1000000
    and bookings_per_provider_hour between 1 and 1000000),
  constraint policy_top_up_bounded check (top_up_currency ~ '^[a-z]{3}$' and top_up_smallest >= 1
    and top_up_highest_cap between top_up_smallest and 99999999
    and top_up_cool_down between interval '1 minute' and interval '31 days'),
  constraint policy_overdraft_bounded check (overdraft_factor between 0 and 1000
    and late_settle_within between interval '0' and interval '31 days'),
  constraint policy_usage_window check (usage_max_age between interval '1 minute' and interval '10 years'
    and usage_max_ahead between interval '0' and interval '1 day'),
  constraint policy_grants_bounded check (grant_ceiling <= grant_ceiling_author_day
    and grant_ceiling_author_day <= grant_ceiling_day
    and pending_grant_life between interval '1 hour' and interval '31 days'),
  constraint policy_text_bounded check (length(updated_by) <= 255)
);
comment on table farthing.policy is
  'What the operator decides, one row. early_fraud_warning: review (credits stay frozen until somebody '
  'clears the warning or refunds) or refund (at once). The limits are those of check_fraud(). '
  'low_balance: credits below which one is told who named no threshold. top_up_*: 1 USD is 1000 credits, so '
  'a cent buys 10; smallest charge, highest monthly cap (minor units) and the pause between two. '
  'overdraft_*: what a settled hold may leave as debt, as a multiple of the hold, and never less than the '
  'floor in credits. late_settle_within: for how long a hold that expired may be settled. '
  'usage_max_*: how long ago a usage may have occurred when it is reported, and how far ahead. '
  'grant_ceiling*: credits above which a second operator confirms a grant: of one grant, of one operator '
  'in a day, of all in a day; they bind keys where it says so, and keys confirm where it says so. '
  'pending_grant_life: how long a grant waits for that. booking_transfer_at: whether the provider of a '
  'booking gets their share with its payment, or when it is completed. booking_shared_parties: whether a '
  'booking by who shares a card or an address with the provider is flagged alone, or refused.';
alter table farthing.policy enable row level security;
comment on column farthing.policy.installation_id is
  'The mark on what we make at Stripe (metadata.farthing). It tells our sessions and payments from those of '
  'other apps on the same Stripe account, another installation of Farthing included. A restored database '
  'keeps it.';
create policy policy_none on farthing.policy for select to authenticated using (false);
insert into farthing.policy default values;

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
  credits_taken_back farthing.credits not null default 0,
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
    -- Stripe's own words, those included that Stripe has not thought of yet.
    or (status not in ('requested', 'failed') and length(status) <= 64 and stripe_refund_id is not null
      and next_attempt_at is null))
);
comment on table farthing.refunds is
  'Money given back for an order or a booking. amount in minor units. requested: before Stripe''s event; '
  'the other states are Stripe''s; one that nobody here knows counts as under way. credits_taken_back and '
  'debt_added: what it took, in credits. nets_share: its part of a provider''s share is a move of ours, and '
  'not of the refund itself.';
create unique index refunds_by_id on farthing.refunds (refund_id);
create unique index refunds_by_stripe_id on farthing.refunds (stripe_refund_id)
  where stripe_refund_id is not null;
create unique index refunds_by_origin on farthing.refunds (origin_key) where origin_key is not null;
create index refunds_by_order on farthing.refunds (account_id, order_id);
create index refunds_by_booking on farthing.refunds (account_id, booking_id);
create index refunds_newest on farthing.refunds (created_at desc, refund_id desc);
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
  'A buyer''s bank takes a payment back, or asks about it (warning_*). status and case_type in Stripe''s '
  'words, which may be new ones. status_at: the time of the event that said so; movements: how many balance '
  'transactions it named. amount in minor units, which may be above the payment.';
create unique index disputes_by_id on farthing.disputes (dispute_id);
create index disputes_by_order on farthing.disputes (account_id, order_id);
create index disputes_by_booking on farthing.disputes (account_id, booking_id);

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
  'The balance transactions of disputes, by Stripe''s ids: amount below zero was withdrawn, above zero '
  'reinstated, without Stripe''s fee, in minor units of the currency that Stripe settles in. exchange_rate: '
  'from the payment''s currency to that one. Rows are only added, so their order does not matter.';
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
  'A card network says that a payment is probably fraud. open: the order''s credits are frozen; cleared: an '
  'operator trusts the payment; closed: it was refunded or disputed.';
create unique index fraud_warnings_by_id on farthing.fraud_warnings (warning_id);
create index fraud_warnings_by_order on farthing.fraud_warnings (account_id, order_id);
create index fraud_warnings_by_booking on farthing.fraud_warnings (account_id, booking_id);
create index fraud_warnings_newest on farthing.fraud_warnings (created_at desc, warning_id desc);

alter table farthing.refunds enable row level security;
alter table farthing.disputes enable row level security;
alter table farthing.dispute_movements enable row level security;
alter table farthing.fraud_warnings enable row level security;
create policy refunds_none on farthing.refunds for select to authenticated using (false);
create policy disputes_none on farthing.disputes for select to authenticated using (false);
create policy dispute_movements_none on farthing.dispute_movements for select to authenticated using (false);
create policy fraud_warnings_none on farthing.fraud_warnings for select to authenticated using (false);

create function farthing.refunds_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'requested' then true
    when 'succeeded' then new.status in ('failed', 'canceled')
    -- Given up here, and Stripe had it all the same: then what Stripe says holds.
    when 'failed' then old.stripe_refund_id is null
    when 'canceled' then false
    else new.status <> 'requested' end;
begin
  if new.status <> old.status and not v_legal then
    raise exception 'A refund cannot go from % to %', old.status, new.status
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
comment on function farthing.refunds_guard() is 'The refund''s state machine. Its terms: 79_guards.';
create trigger refunds_are_guarded before update on farthing.refunds
  for each row execute function farthing.refunds_guard();
create trigger refunds_are_never_deleted before delete on farthing.refunds
  for each row execute function farthing.refuse_change();
create trigger disputes_are_never_deleted before delete on farthing.disputes
  for each row execute function farthing.refuse_change();
create trigger dispute_movements_never_change before update or delete on farthing.dispute_movements
  for each row execute function farthing.refuse_change();

create function farthing.is_live_refund(p_status text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select p_status not in ('requested', 'failed', 'canceled')
$$;
comment on function farthing.is_live_refund(text) is
  'Whether the money of a refund is on its way back or there. So it is in a state that nobody here knows.';

create function farthing.is_open_dispute(p_status text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select p_status not in ('warning_needs_response', 'warning_under_review', 'warning_closed', 'won', 'lost',
    'prevented')
$$;
comment on function farthing.is_open_dispute(text) is
  'Whether a bank still decides about a dispute: from the first answer to the last appeal, and in a state '
  'that nobody here knows.';
