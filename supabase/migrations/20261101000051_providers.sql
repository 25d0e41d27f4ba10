-- Providers: users who sell through us, each with a connected account at Stripe.
-- Why a provider exists before Stripe is asked: its id is in the account's metadata and in the key that the
-- account is made under, so a request that dies in between ends in the same account, and Stripe's events are
-- tied to an id of ours. What an account may do is Stripe's to say, by account.updated alone.

create table farthing.providers (
  provider_id uuid primary key default gen_random_uuid(),
  user_id uuid unique references auth.users (id) on delete set null,
  country text not null,
  email text,
  stripe_account_id text unique,
  charges_enabled boolean not null default false,
  payouts_enabled boolean not null default false,
  details_submitted boolean not null default false,
  disabled_reason text,
  status_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint providers_country_shape check (country ~ '^[A-Z]{2}$'),
  constraint providers_text_bounded check (length(email) <= 320 and length(stripe_account_id) <= 255
    and length(disabled_reason) <= 255),
  constraint providers_email_until_the_account check (email is null or stripe_account_id is null),
  constraint providers_charge_by_an_account check (stripe_account_id is not null or not charges_enabled)
);
comment on table farthing.providers is
  'One per user who sells. status_at: when Stripe last said what the account may do. email: only until the '
  'account is made, so that asking Stripe again asks for the same.';

create table farthing.payout_accounts (
  provider_id uuid not null references farthing.providers (provider_id),
  mark bytea not null,
  primary key (provider_id, mark),
  constraint payout_accounts_mark_hashed check (octet_length(mark) = 32)
);
comment on table farthing.payout_accounts is
  'Where Stripe pays a provider out. mark: sha256 of Stripe''s fingerprint, as of cards. It goes with the '
  'user.';
create index payout_accounts_by_mark on farthing.payout_accounts (mark);
alter table farthing.payout_accounts enable row level security;
create policy payout_accounts_none on farthing.payout_accounts for select to authenticated using (false);

create function farthing.providers_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (old.provider_id, old.country, old.created_at)
    is distinct from (new.provider_id, new.country, new.created_at)
    or old.stripe_account_id is distinct from new.stripe_account_id and old.stripe_account_id is not null
    or new.user_id is distinct from old.user_id and new.user_id is not null
  then
    raise exception 'A provider keeps its user, country and account' using errcode = 'restrict_violation';
  end if;
  if new.user_id is null then
    new.email := null; -- nobody is left to ask Stripe again
    delete from farthing.payout_accounts where provider_id = new.provider_id;
  end if;
  return new;
end
$$;
comment on function farthing.providers_guard() is
  'Who sells, from where and into which account never changes; a user may leave, and their address with '
  'them.';
create trigger providers_are_guarded before update on farthing.providers
  for each row execute function farthing.providers_guard();

alter table farthing.providers enable row level security;
create policy providers_own on farthing.providers for select to authenticated
  using (user_id = (select auth.uid()));
grant select on farthing.providers to authenticated;

create view public.providers with (security_invoker = true) as
select p.provider_id as id, p.country, p.charges_enabled, p.payouts_enabled, p.details_submitted,
  p.disabled_reason, p.created_at
from farthing.providers p;
comment on view public.providers is 'The caller''s own provider, and what Stripe lets it do.';
grant select on public.providers to authenticated;

create function farthing.provider_answer(p_provider farthing.providers)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('provider_id', p_provider.provider_id, 'country', p_provider.country,
    'charges_enabled', p_provider.charges_enabled, 'payouts_enabled', p_provider.payouts_enabled,
    'details_submitted', p_provider.details_submitted, 'disabled_reason', p_provider.disabled_reason,
    'created_at', p_provider.created_at)
$$;
comment on function farthing.provider_answer(farthing.providers) is 'A provider as the contract shows it.';

create function public.providers_begin(
  p_user_id uuid, p_country text, p_email text default null, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_provider farthing.providers;
begin
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  if p_country is null or p_country !~ '^[A-Z]{2}$' then
    perform farthing.fail('invalid_request', 'A country is two capital letters (ISO 3166-1).', null,
      'country');
  end if;
  perform from auth.users where id = p_user_id for key share;
  if not found then
    perform farthing.fail('not_found', 'There is no such user.', null, 'user_id');
  end if;
  perform farthing.allow_change('owner', 'a user began to sell');
  insert into farthing.providers (user_id, country, email, created_at, updated_at)
  values (p_user_id, p_country, p_email, p_now, p_now) on conflict (user_id) do nothing;
  select * into v_provider from farthing.providers where user_id = p_user_id;
  if v_provider.country <> p_country then
    perform farthing.fail('invalid_request', 'You sell from another country already; that does not change.',
      jsonb_build_object('country', v_provider.country), 'country');
  end if;
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return jsonb_build_object('step', 'onboard', 'provider', jsonb_build_object(
    'provider_id', v_provider.provider_id, 'country', v_provider.country, 'email', v_provider.email,
    'stripe_account_id', v_provider.stripe_account_id));
end
$$;
grant execute on function public.providers_begin to service_role;
comment on function public.providers_begin is
  'The user''s provider, made on first use. Returns step onboard with what Stripe is told (an account is '
  'made only where stripe_account_id is null), or replay. Fails not_found, invalid_request, '
  'idempotency_in_progress.';

create function public.providers_attach(
  p_provider_id uuid, p_stripe_account_id text, p_onboarding_url text,
  p_idempotency_key text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider farthing.providers;
  v_data jsonb;
begin
  select * into v_provider from farthing.providers where provider_id = p_provider_id for update;
  if v_provider.provider_id is null then
    perform farthing.fail('not_found', 'There is no such provider.', null, 'provider_id');
  end if;
  if v_provider.stripe_account_id <> p_stripe_account_id then
    raise exception 'provider % has another account', p_provider_id;
  end if;
  perform farthing.allow_change('owner', 'an account was made for a user who began to sell');
  update farthing.providers set stripe_account_id = p_stripe_account_id, email = null,
    updated_at = case when stripe_account_id is null then p_now else updated_at end
  where provider_id = p_provider_id returning * into v_provider;
  v_data := farthing.provider_answer(v_provider) || jsonb_build_object('onboarding_url', p_onboarding_url);
  return farthing.idempotency_finish(p_idempotency_key, 201, v_data);
end
$$;
grant execute on function public.providers_attach to service_role;
comment on function public.providers_attach is
  'Notes the account that Stripe made and finishes the idempotency key. Returns {status: 201, replayed, '
  'data: provider with onboarding_url}.';

create function public.providers_abandon(
  p_idempotency_key text, p_provider_id uuid default null)
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.idempotency_free(p_idempotency_key);
  -- Stripe keeps what it answered under the provider's key, errors too: the next try needs another id.
  perform farthing.allow_change('owner', 'Stripe refused an account');
  delete from farthing.providers where provider_id = p_provider_id and stripe_account_id is null;
  return '{}'::jsonb;
end
$$;
grant execute on function public.providers_abandon to service_role;
comment on function public.providers_abandon is
  'There is no onboarding page: frees the key, so that a retry runs at once. It finds the same provider, '
  'unless p_provider_id gives up one that Stripe refused an account.';

create function public.providers_read(p_user_id uuid)
returns jsonb
language plpgsql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider farthing.providers;
begin
  select * into v_provider from farthing.providers where user_id = p_user_id;
  if v_provider.provider_id is null then
    perform farthing.fail('not_found', 'You do not sell here yet.');
  end if;
  return jsonb_build_object('provider', farthing.provider_answer(v_provider),
    'stripe_account_id', v_provider.stripe_account_id);
end
$$;
grant execute on function public.providers_read to service_role;
comment on function public.providers_read is
  'A user''s own provider: {provider, stripe_account_id}, the latter for the doors alone. Fails not_found.';

create function farthing.note_payout_accounts(p_provider farthing.providers, p_fingerprints jsonb)
returns void
language sql
set search_path = ''
as $$
  -- Only of who is still here: what leaves with a user does not come back.
  insert into farthing.payout_accounts (provider_id, mark)
  select distinct p_provider.provider_id, sha256(convert_to(f, 'UTF8'))
  from jsonb_array_elements_text(coalesce(nullif(p_fingerprints, 'null'), '[]')) f
  where p_provider.user_id is not null
  on conflict do nothing
$$;
comment on function farthing.note_payout_accounts(farthing.providers, jsonb) is
  'Notes the accounts that a provider is paid out to, by Stripe''s fingerprints; those of before, too, stay.';

create function farthing.apply_account_event(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_provider farthing.providers;
  v_account_id text := p_facts ->> 'stripe_account_id';
  v_at timestamptz := (p_facts ->> 'occurred_at')::timestamptz;
begin
  -- By the account; or by our id in its metadata, where the event is faster than the call that made it.
  select * into v_provider from farthing.providers where stripe_account_id = v_account_id for update;
  if v_provider.provider_id is null then
    -- That call may be committing this very account at this moment.
    select * into v_provider from farthing.providers where provider_id::text = p_facts ->> 'provider_id'
      and coalesce(stripe_account_id, v_account_id) = v_account_id for update;
  end if;
  if v_provider.provider_id is null then
    return 'ignored'; -- a provider is committed before its account is made: this account is not of ours
  end if;
  if v_provider.status_at > v_at then
    return 'processed';
  end if;
  update farthing.providers set stripe_account_id = v_account_id, email = null,
    charges_enabled = (p_facts ->> 'charges_enabled')::boolean,
    payouts_enabled = (p_facts ->> 'payouts_enabled')::boolean,
    details_submitted = (p_facts ->> 'details_submitted')::boolean,
    disabled_reason = left(p_facts ->> 'disabled_reason', 255), status_at = v_at, updated_at = p_now
  where provider_id = v_provider.provider_id;
  perform farthing.note_payout_accounts(v_provider, p_facts -> 'payout_accounts');
  return 'processed';
end
$$;
comment on function farthing.apply_account_event is
  'Stripe says what a connected account may do; what is older than what is known changes nothing.';

create function public.providers_compare(
  p_accounts jsonb, p_asked_at timestamptz, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Stripe's events have whole seconds: one of this second must not be older than what was asked in it.
  v_asked_at timestamptz := date_trunc('second', p_asked_at);
  v_facts jsonb;
  v_changed int := 0;
begin
  for v_facts in
    select a.facts from jsonb_array_elements(farthing.json_argument(p_accounts)) a (facts)
    join farthing.providers p on p.stripe_account_id = a.facts ->> 'stripe_account_id'
    where (p.charges_enabled, p.payouts_enabled, p.details_submitted, p.disabled_reason)
        is distinct from ((a.facts ->> 'charges_enabled')::boolean, (a.facts ->> 'payouts_enabled')::boolean,
          (a.facts ->> 'details_submitted')::boolean, left(a.facts ->> 'disabled_reason', 255))
      and coalesce(p.status_at <= v_asked_at, true)
    order by p.provider_id
  loop
    perform farthing.apply_account_event(v_facts || jsonb_build_object('occurred_at', v_asked_at), p_now);
    v_changed := v_changed + 1;
  end loop;
  return jsonb_build_object('changed', v_changed, 'providers',
    (select count(*) from farthing.providers where stripe_account_id is not null));
end
$$;
grant execute on function public.providers_compare to service_role;
comment on function public.providers_compare is
  'Brings providers to what Stripe said, asked at p_asked_at, of their accounts: an array of facts as '
  'account.updated has them. What an event has said since holds. Returns {changed, providers}: how many '
  'differed, and how many have an account at all.';
