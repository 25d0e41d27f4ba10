-- Stripe's events, backfills and unknown states.

create table farthing.inbox (
  event_id text primary key,
  type text not null,
  livemode boolean not null,
  facts jsonb not null,
  state text not null default 'received',
  attempts int not null default 0,
  next_attempt_at timestamptz,
  last_error text,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  read_session_at timestamptz,
  constraint inbox_text_bounded check (length(event_id) <= 255 and length(type) <= 255
    and length(last_error) <= 1000),
  constraint inbox_facts_bounded check (pg_column_size(facts) <= 16384),
  constraint inbox_states check (
    (state in ('processed', 'ignored') and processed_at is not null)
    or (state in ('deferred', 'failed') and next_attempt_at is not null and processed_at is null)
    or (state in ('received', 'dead') and processed_at is null)),
  constraint inbox_reads_for_waiting_payments check (read_session_at is null
    or (state = 'deferred' and type = 'payment_intent.succeeded'))
);
comment on table farthing.inbox is
  'Events from Stripe. state: received, then processed, ignored, deferred or failed; after 10 '
  'attempts a failed or deferred event is dead, but a deferred event of a foreign payment is '
  'ignored. last_error: why the event failed, waits or was ignored. read_session_at: when the '
  'payment runner reads the session of a payment that waits for the event of that session.';
create index inbox_to_retry on farthing.inbox (next_attempt_at) where state in ('deferred', 'failed');
create index inbox_sessions_to_read on farthing.inbox (read_session_at) where read_session_at is not null;
create index inbox_by_state on farthing.inbox (state, received_at, event_id);
-- This index finds the event that reports an order as paid.
create index inbox_paid_orders on farthing.inbox ((facts ->> 'order_id'))
  where state = 'processed' and facts ->> 'payment_status' in ('paid', 'no_payment_required');
create index inbox_by_payment on farthing.inbox ((facts ->> 'payment_id'))
  where state in ('deferred', 'dead', 'ignored');
-- Stripe's events about an application fee name the charge and not the payment.
create index inbox_fees_by_charge on farthing.inbox ((facts ->> 'charge_id'))
  where type in ('application_fee.created', 'application_fee.refunded')
    and state in ('deferred', 'dead', 'ignored');
alter table farthing.inbox enable row level security;
create policy inbox_none on farthing.inbox for select to authenticated using (false);

-- Reports use this index to count the events in each state, without reading the table.
create index inbox_newest on farthing.inbox (received_at desc, event_id desc) include (state);

create table farthing.backfills (
  one_row boolean primary key default true constraint backfills_is_one_row check (one_row),
  done_until timestamptz not null default now(), -- a new project has missed no events
  claimed_at timestamptz,
  unreadable int not null default 0 constraint backfills_unreadable_counted check (unreadable >= 0),
  retry_at timestamptz
);
comment on table farthing.backfills is
  'One row. done_until: all events before this moment were fetched from Stripe. claimed_at: when '
  'the running backfill began; null if none is running. unreadable: how many events the last run '
  'could not read; they are not stored. retry_at: when the unreadable events are fetched again.';
alter table farthing.backfills enable row level security;
create policy backfills_none on farthing.backfills for select to authenticated using (false);
insert into farthing.backfills default values;

create table farthing.unknown_states (
  kind text not null,
  state text not null,
  subject text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (kind, state),
  constraint unknown_states_text_bounded check (length(kind) <= 64 and length(state) <= 64
    and length(subject) <= 255)
);
comment on table farthing.unknown_states is
  'Unknown states of Stripe objects: the kind of object, the state, and the last object in that state. '
  'An unknown state is accepted, credits that may be lost are frozen, and an alert notifies the '
  'operators.';
alter table farthing.unknown_states enable row level security;
create policy unknown_states_none on farthing.unknown_states for select to authenticated using (false);
