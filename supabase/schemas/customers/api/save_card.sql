-- The RPC functions with which a user saves a card: begin, attach the customer at Stripe, finish,
-- and abandon.

create function farthing_public.cards_begin(
  p_user_id uuid, p_idempotency_key text default null, p_fingerprint text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_account farthing.accounts;
begin
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  v_account := farthing.lock_account(p_user_id, p_now);
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return jsonb_build_object('step', 'create', 'user_id', p_user_id, 'account_id', v_account.account_id,
    'customer_id', (select customer_id from farthing.customers where account_id = v_account.account_id));
end
$$;
grant execute on function farthing_public.cards_begin to service_role;
comment on function farthing_public.cards_begin is
  'Begins to save a user''s card. Returns the next step: "create" with the customer at Stripe (null if '
  'Stripe must create one first), or "replay". Fails with not_found, idempotency_in_progress.';

create function farthing_public.customers_attach(
  p_user_id uuid, p_customer_id text, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account farthing.accounts := farthing.lock_account(p_user_id, p_now);
begin
  perform farthing.allow_change('owner', 'a customer was made to save a card');
  insert into farthing.customers (account_id, customer_id, created_at)
  values (v_account.account_id, p_customer_id, p_now) on conflict (account_id) do nothing;
  return jsonb_build_object('customer_id',
    (select customer_id from farthing.customers where account_id = v_account.account_id));
end
$$;
grant execute on function farthing_public.customers_attach to service_role;
comment on function farthing_public.customers_attach is
  'Stores the customer that Stripe created for a user. If the user already has a customer, that '
  'customer stays. Returns {customer_id}. Fails with not_found.';

create function farthing_public.cards_finish(p_idempotency_key text, p_setup_url text)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data jsonb := jsonb_build_object('setup_url', p_setup_url);
begin
  return farthing.idempotency_finish(p_idempotency_key, 201, v_data);
end
$$;
grant execute on function farthing_public.cards_finish to service_role;
comment on function farthing_public.cards_finish is
  'Finishes the idempotency key of a request to save a card. p_setup_url: Stripe''s page on which '
  'the user saves the card. Returns {status: 201, replayed, data: {setup_url}}.';

create function farthing_public.cards_abandon(p_idempotency_key text)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.idempotency_free(p_idempotency_key);
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.cards_abandon to service_role;
comment on function farthing_public.cards_abandon is
  'Frees the idempotency key of a request to save a card, if Stripe created no page. A retry then '
  'runs at once.';
