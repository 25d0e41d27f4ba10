-- Providers: users who sell through us, each with a connected account at Stripe. The row of a
-- provider is committed before Stripe is called. Its id is in the account's metadata and in the
-- idempotency key of the request that creates the account. So a retry after a crash gets the same
-- account, and Stripe's events contain our id. Only Stripe's account.updated, or a comparison with
-- Stripe's accounts, changes the stored capabilities of a provider.

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
    raise exception 'The user, country and Stripe account of a provider cannot be changed'
      using errcode = 'restrict_violation';
  end if;
  if new.user_id is null then
    new.email := null; -- no further request to Stripe needs the email of a deleted user
    delete from farthing.payout_accounts where provider_id = new.provider_id;
  end if;
  return new;
end
$$;
comment on function farthing.providers_guard() is
  'Trigger: the user, country and account of a provider never change. The deletion of the user also '
  'deletes their email address and the hashes of their payout accounts.';

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
comment on function farthing.provider_answer(farthing.providers) is
  'Returns a provider in the form of the API''s contract.';

create function farthing.create_provider(
  p_user_id uuid, p_country text, p_email text, p_now timestamptz)
returns farthing.providers
language plpgsql
set search_path = ''
as $$
declare
  v_provider farthing.providers;
begin
  perform from auth.users where id = p_user_id for key share;
  if not found then
    perform farthing.fail('not_found', 'There is no such user.', null, 'user_id');
  end if;
  perform farthing.allow_change('owner', 'a user began to sell');
  insert into farthing.providers (user_id, country, email, created_at, updated_at)
  values (p_user_id, p_country, p_email, p_now, p_now) on conflict (user_id) do nothing;
  select * into v_provider from farthing.providers where user_id = p_user_id;
  if v_provider.country <> p_country then
    perform farthing.fail('invalid_request', format('country can''t be changed. Send %s, the country of this '
      'provider.', v_provider.country), jsonb_build_object('country', v_provider.country), 'country');
  end if;
  return v_provider;
end
$$;
comment on function farthing.create_provider(uuid, text, text, timestamptz) is
  'Creates the user''s provider, or returns the existing one. Fails with not_found, or with '
  'invalid_request if the country differs from the existing provider''s.';

create function farthing.note_payout_accounts(p_provider farthing.providers, p_fingerprints jsonb)
returns void
language sql
set search_path = ''
as $$
  -- Payout accounts are recorded only while the user exists, so that deleted data does not come
  -- back.
  insert into farthing.payout_accounts (provider_id, mark)
  select distinct p_provider.provider_id, sha256(convert_to(f, 'UTF8'))
  from jsonb_array_elements_text(coalesce(nullif(p_fingerprints, 'null'), '[]')) f
  where p_provider.user_id is not null
  on conflict do nothing
$$;
comment on function farthing.note_payout_accounts(farthing.providers, jsonb) is
  'Records hashes of the bank accounts and cards to which Stripe pays a provider. The hashes are '
  'computed from Stripe''s fingerprints. Earlier hashes stay.';

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
  -- The event may arrive before the call that creates the account has stored its id. The provider
  -- is then found by our id in the account's metadata.
  select * into v_provider from farthing.providers where stripe_account_id = v_account_id for update;
  if v_provider.provider_id is null then
    -- The request that creates the account may be storing the same account id at this moment. So a
    -- row that has got this id in the meantime is accepted, too.
    select * into v_provider from farthing.providers where provider_id::text = p_facts ->> 'provider_id'
      and coalesce(stripe_account_id, v_account_id) = v_account_id for update;
  end if;
  if v_provider.provider_id is null then
    -- A provider's row is committed before its account is created. No row has this account, so the
    -- account belongs to another app.
    return 'ignored';
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
  'Applies Stripe''s account.updated to the provider''s capabilities. An older event changes nothing.';

create function farthing.compare_providers(p_accounts jsonb, p_asked_at timestamptz, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  -- Stripe's events have whole seconds, so p_asked_at is rounded down, too. Without the rounding,
  -- an event of the same second would count as older than p_asked_at.
  v_asked_at timestamptz := date_trunc('second', p_asked_at);
  v_facts jsonb;
  v_changed int := 0;
begin
  for v_facts in
    select a.facts from jsonb_array_elements(p_accounts) a (facts)
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
  return v_changed;
end
$$;
comment on function farthing.compare_providers(jsonb, timestamptz, timestamptz) is
  'Updates providers to the state of their Stripe accounts, which was read at p_asked_at. A state that '
  'a later event reported is not changed. Returns how many providers differed.';
