-- Notifications: waiting, sent or given up.

create table farthing.notifications (
  notification_id uuid primary key default gen_random_uuid(),
  recipient text not null default 'owner',
  account_id bigint,
  address text,
  template text not null,
  subject text not null,
  data jsonb not null,
  locale text,
  shop jsonb,
  state text not null default 'queued',
  attempts int not null default 0,
  next_attempt_at timestamptz,
  lease_id uuid,
  leased_until timestamptz,
  sender text,
  in_doubt_since timestamptz,
  last_error text,
  provider_id text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  retried_at timestamptz,
  constraint notifications_once unique (account_id, template, subject),
  constraint notifications_recipients check (recipient in ('owner', 'address', 'operators', 'webhook')
    and (recipient = 'owner') = (account_id is not null)
    and (address is not null) = (recipient = 'address' and finished_at is null)),
  constraint notifications_templates check (template ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint notifications_text_bounded check (length(subject) between 1 and 255 and length(address) <= 254
    and length(provider_id) <= 255 and length(sender) <= 40),
  constraint notifications_data_bounded check (jsonb_typeof(data) = 'object'
    and pg_column_size(data) <= 4096),
  -- If an attempt may have sent a notification, the next attempt must have the same contents,
  -- because Resend refuses different contents under the same idempotency key. So the locale and the
  -- shop's settings are stored.
  constraint notifications_look check (locale ~ '^[a-z]{2,3}(-[A-Z]{2})?$'
    and jsonb_typeof(shop) = 'object' and (shop is null or locale is not null)),
  constraint notifications_states check (
    (state in ('queued', 'failed') and next_attempt_at is not null and lease_id is null
      and finished_at is null)
    or (state = 'sending' and lease_id is not null and finished_at is null)
    or (state in ('sent', 'dead', 'uncertain') and next_attempt_at is null and lease_id is null
      and finished_at is not null)),
  constraint notifications_leases check ((lease_id is null) = (leased_until is null)
    and (lease_id is null or sender is not null)),
  constraint notifications_attempts check (attempts between 0 and 8),
  constraint notifications_errors check (last_error ~ '^[a-z][a-z0-9_]{0,59}$'
    and (last_error is not null or state not in ('failed', 'dead', 'uncertain')))
);
comment on table farthing.notifications is
  'Notifications, one per account, template and subject. recipient: the account''s owner, an address '
  '(erased when finished), the operators'' addresses or their webhook. state: queued, then sending, '
  'then sent; failed notifications are retried, and dead after 8 attempts; uncertain notifications '
  'may have been sent. sender: the service of the last claim. in_doubt_since: the time of the first '
  'attempt that got no response and may have sent the notification. retried_at: when an operator last '
  'queued it again. data: the template''s values, no personal data. locale, shop: the language and '
  'the shop''s settings of the first attempt, which later attempts repeat; shop is erased when the '
  'notification is sent. last_error: a code.';
create unique index notifications_once_elsewhere on farthing.notifications (recipient, template, subject)
  where account_id is null;
create index notifications_newest on farthing.notifications (created_at desc, notification_id desc);
create index notifications_of_account on farthing.notifications (account_id, created_at desc,
  notification_id desc) where account_id is not null;
alter table farthing.notifications enable row level security;
create policy notifications_own on farthing.notifications for select to authenticated
  using (account_id = any (array(select a.account_id from farthing.accounts a)));
grant select on farthing.notifications to authenticated;

-- Low balances are found by checking all accounts in rounds, because an index on the balance would
-- slow every debit.
create table farthing.low_balance_round (
  one_row boolean primary key default true constraint low_balance_round_is_one_row check (one_row),
  last_account_id bigint not null default 0
);
comment on table farthing.low_balance_round is
  'The last account that the current round has checked for a low balance.';
alter table farthing.low_balance_round enable row level security;
create policy low_balance_round_none on farthing.low_balance_round for select to authenticated using (false);
insert into farthing.low_balance_round default values;

create index notifications_given_up on farthing.notifications (finished_at)
  where state in ('dead', 'uncertain');

create function farthing.notification_turn(p_recipient text)
returns int
language sql immutable
set search_path = ''
as $$
  select case p_recipient when 'webhook' then 0 when 'operators' then 1 else 2 end
$$;
comment on function farthing.notification_turn(text) is
  'Returns the rank of a recipient in the order of sending: alerts come first, because they must '
  'not wait behind a thousand emails, or for an unavailable mail service.';

create index notifications_due on farthing.notifications (farthing.notification_turn(recipient),
  next_attempt_at)
  where state in ('queued', 'failed');
create index notifications_sending on farthing.notifications (leased_until) where state = 'sending';

-- Only notifications without an account are deleted by age.
create index notifications_elsewhere_by_age on farthing.notifications (created_at) where account_id is null;
