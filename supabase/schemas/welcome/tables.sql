-- Welcome credits: one promotional grant for each verified email address, with no time limit.

create table farthing.welcome_keys (
  one_row boolean primary key default true constraint welcome_keys_is_one_row check (one_row),
  -- Two random UUIDs have 244 random bits, and need no extension.
  key bytea not null
    default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'),
  constraint welcome_keys_bounded check (length(key) = 32)
);
comment on table farthing.welcome_keys is
  'The key of the hashes of email addresses. Without the key, a copy of welcome_grants reveals no '
  'address.';
alter table farthing.welcome_keys enable row level security;
create policy welcome_keys_none on farthing.welcome_keys for select to authenticated using (false);
insert into farthing.welcome_keys default values;

create table farthing.welcome_grants (
  request_nr bigint generated always as identity primary key,
  user_id uuid unique references auth.users (id) on delete set null,
  status text not null default 'queued',
  reason text,
  email_hash bytea,
  amount farthing.positive_credits,
  account_id bigint,
  lot_id uuid,
  queued_at timestamptz not null default now(),
  decided_at timestamptz,
  retried_at timestamptz,
  constraint welcome_grants_states check (case status
    when 'queued' then num_nonnulls(reason, email_hash, amount, account_id, lot_id, decided_at) = 0
    when 'granted' then num_nonnulls(email_hash, amount, account_id, lot_id, decided_at) = 5
      and reason is null
    when 'refused' then num_nonnulls(reason, decided_at) = 2
      and num_nonnulls(email_hash, amount, account_id, lot_id) = 0
    else false end),
  constraint welcome_grants_reasons check (reason in ('off', 'user_deleted', 'no_email', 'email_known',
    'domain_blocked', 'day_ceiling')),
  constraint welcome_grants_hashed check (length(email_hash) = 32)
);
comment on table farthing.welcome_grants is
  'Users who confirmed an email address while welcome credits were on. user_id: null after the '
  'user was deleted; email_hash stays, so that the same address gets no second grant. No address '
  'is stored. retried_at: when an operator last queued a refused request again.';
create unique index welcome_grants_once on farthing.welcome_grants (email_hash) where status = 'granted';
create index welcome_grants_queued on farthing.welcome_grants (request_nr) where status = 'queued';
create index welcome_grants_refused on farthing.welcome_grants (request_nr) where status = 'refused';
create index welcome_grants_decided on farthing.welcome_grants (decided_at, status);
create index welcome_grants_by_account on farthing.welcome_grants (account_id, lot_id)
  where status = 'granted';
alter table farthing.welcome_grants enable row level security;
create policy welcome_grants_none on farthing.welcome_grants for select to authenticated using (false);

create table farthing.welcome_days (
  day date primary key,
  granted farthing.positive_credits not null
);
comment on table farthing.welcome_days is
  'The welcome credits granted on each day (UTC), so that a decision reads one row. The proof compares '
  'them with welcome_grants.';
alter table farthing.welcome_days enable row level security;
create policy welcome_days_none on farthing.welcome_days for select to authenticated using (false);

create table farthing.welcome_blocked_domains (
  domain text primary key,
  constraint welcome_blocked_domains_form check (domain ~ '^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$')
);
comment on table farthing.welcome_blocked_domains is
  'Blocked domains: an email address at such a domain, or at one of its subdomains, gets no '
  'welcome credits. The installed list is empty.';
alter table farthing.welcome_blocked_domains enable row level security;
create policy welcome_blocked_domains_none on farthing.welcome_blocked_domains for select to authenticated
  using (false);
