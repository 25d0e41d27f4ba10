-- Providers: users who sell through us, each with a connected account at Stripe. Why a provider exists
-- before Stripe is asked: its id is in the account's metadata and in the idempotency key of the account's
-- creation, so a repeat of a request that died ends in the same account, and Stripe's events are tied to an
-- id of ours. Only Stripe's account.updated changes what an account may do.

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
  'The user, country and account of a provider never change; a user may be deleted, and their address with '
  'them.';

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
comment on function farthing.provider_answer(farthing.providers) is 'A provider in the contract''s form.';

create function farthing.note_payout_accounts(p_provider farthing.providers, p_fingerprints jsonb)
returns void
language sql
set search_path = ''
as $$
  -- Only for existing users: data deleted with a user must not come back.
  insert into farthing.payout_accounts (provider_id, mark)
  select distinct p_provider.provider_id, sha256(convert_to(f, 'UTF8'))
  from jsonb_array_elements_text(coalesce(nullif(p_fingerprints, 'null'), '[]')) f
  where p_provider.user_id is not null
  on conflict do nothing
$$;
comment on function farthing.note_payout_accounts(farthing.providers, jsonb) is
  'Records the accounts to which a provider is paid out, by Stripe''s fingerprints; earlier ones stay.';

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
  -- By the account; or by our id in its metadata, if the event is faster than the call that created it.
  select * into v_provider from farthing.providers where stripe_account_id = v_account_id for update;
  if v_provider.provider_id is null then
    -- That call may be committing this account at this moment.
    select * into v_provider from farthing.providers where provider_id::text = p_facts ->> 'provider_id'
      and coalesce(stripe_account_id, v_account_id) = v_account_id for update;
  end if;
  if v_provider.provider_id is null then
    return 'ignored'; -- a provider is committed before its account is created, so this account is not ours
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
  'Applies Stripe''s capabilities of a connected account; older events change nothing.';
