-- The RPC functions that create a provider, store its account at Stripe, end a failed request, read
-- a provider, and compare providers with Stripe's accounts; and a view for the data API.

create view farthing_public.providers with (security_invoker = true) as
select p.provider_id as id, p.country, p.charges_enabled, p.payouts_enabled, p.details_submitted,
  p.disabled_reason, p.created_at
from farthing.providers p;
comment on view farthing_public.providers is 'The caller''s own provider and its capabilities at Stripe.';
grant select on farthing_public.providers to authenticated;

create function farthing_public.providers_begin(
  p_user_id uuid, p_country text, p_email text default null, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
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
    perform farthing.fail('invalid_request',
      'country must be two capital letters (ISO 3166-1), such as DE.', null, 'country');
  end if;
  v_provider := farthing.create_provider(p_user_id, p_country, p_email, p_now);
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return jsonb_build_object('step', 'onboard', 'provider', jsonb_build_object(
    'provider_id', v_provider.provider_id, 'country', v_provider.country, 'email', v_provider.email,
    'stripe_account_id', v_provider.stripe_account_id));
end
$$;
grant execute on function farthing_public.providers_begin to service_role;
comment on function farthing_public.providers_begin is
  'Creates the user''s provider on first use. Returns the provider with the step `onboard` and the '
  'values to send to Stripe, or the step `replay` with the stored answer. The endpoint creates an '
  'account at Stripe only if stripe_account_id is null. Fails with not_found, invalid_request, '
  'idempotency_in_progress.';

create function farthing_public.providers_attach(
  p_provider_id uuid, p_stripe_account_id text, p_onboarding_url text,
  p_idempotency_key text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
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
    raise exception 'provider % is already linked to a different Stripe account', p_provider_id;
  end if;
  perform farthing.allow_change('owner', 'an account was made for a user who began to sell');
  update farthing.providers set stripe_account_id = p_stripe_account_id, email = null,
    updated_at = case when stripe_account_id is null then p_now else updated_at end
  where provider_id = p_provider_id returning * into v_provider;
  v_data := farthing.provider_answer(v_provider) || jsonb_build_object('onboarding_url', p_onboarding_url);
  return farthing.idempotency_finish(p_idempotency_key, 201, v_data);
end
$$;
grant execute on function farthing_public.providers_attach to service_role;
comment on function farthing_public.providers_attach is
  'Stores the account that Stripe created, and finishes the idempotency key. Returns {status: 201, '
  'replayed, data: provider with onboarding_url}.';

create function farthing_public.providers_abandon(
  p_idempotency_key text, p_provider_id uuid default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.idempotency_free(p_idempotency_key);
  -- Stripe stores the response under the provider's idempotency key, even if it is an error, and
  -- returns the same response to each retry. So the next attempt needs a provider with a different
  -- id.
  perform farthing.allow_change('owner', 'Stripe refused an account');
  delete from farthing.providers where provider_id = p_provider_id and stripe_account_id is null;
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.providers_abandon to service_role;
comment on function farthing_public.providers_abandon is
  'Frees the idempotency key after Stripe returned no onboarding page, so that a retry runs at once. '
  'Removes the provider p_provider_id if Stripe refused to create its account; otherwise the retry '
  'finds the same provider.';

create function farthing_public.providers_read(p_user_id uuid)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider farthing.providers;
begin
  select * into v_provider from farthing.providers where user_id = p_user_id;
  if v_provider.provider_id is null then
    perform farthing.fail('not_found', 'You are not a provider yet. Send POST /providers first.');
  end if;
  return jsonb_build_object('provider', farthing.provider_answer(v_provider),
    'stripe_account_id', v_provider.stripe_account_id);
end
$$;
grant execute on function farthing_public.providers_read to service_role;
comment on function farthing_public.providers_read is
  'Returns a user''s own provider: {provider, stripe_account_id}. Endpoints must not return '
  'stripe_account_id. Fails with not_found.';

create function farthing_public.providers_compare(
  p_accounts jsonb, p_asked_at timestamptz, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changed int := farthing.compare_providers(farthing.json_argument(p_accounts), p_asked_at, p_now);
begin
  return jsonb_build_object('changed', v_changed, 'providers',
    (select count(*) from farthing.providers where stripe_account_id is not null));
end
$$;
grant execute on function farthing_public.providers_compare to service_role;
comment on function farthing_public.providers_compare is
  'Updates providers to the state that their Stripe accounts had at p_asked_at. p_accounts: an array of '
  'facts in the form of account.updated. A state that a later event reported is not changed. Returns '
  '{changed, providers}: the number of providers that differed, and the number of all providers that '
  'have an account.';
