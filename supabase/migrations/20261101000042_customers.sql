-- Customers: who a user is at Stripe, and the card that they saved there.
-- Why one customer per user: a saved card belongs to a customer. Stripe makes one per user's id (the
-- request's key is derived from it), and whoever comes second finds the first one's here. We keep Stripe's
-- ids, and of the card what a person knows it by; never its number.

create table farthing.customers (
  account_id bigint primary key,
  customer_id text not null,
  payment_method_id text,
  card_brand text,
  card_last4 text,
  card_changed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint customers_once unique (customer_id),
  constraint customers_text_bounded check (length(customer_id) <= 255 and length(payment_method_id) <= 255
    and length(card_brand) <= 40 and card_last4 ~ '^[0-9]{4}$'),
  constraint customers_card_of_a_method check (
    payment_method_id is not null or (card_brand is null and card_last4 is null))
);
comment on table farthing.customers is
  'A user''s customer at Stripe and their saved card. card_changed_at: the time of the event that last '
  'saved or removed a card; older events change nothing.';
create index customers_by_method on farthing.customers (payment_method_id)
  where payment_method_id is not null;
alter table farthing.customers enable row level security;
create policy customers_none on farthing.customers for select to authenticated using (false);

create function public.cards_begin(
  p_user_id uuid, p_idempotency_key text default null, p_fingerprint text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
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
  return jsonb_build_object('step', 'create', 'user_id', p_user_id, 'customer_id',
    (select customer_id from farthing.customers where account_id = v_account.account_id));
end
$$;
grant execute on function public.cards_begin to service_role;
comment on function public.cards_begin is
  'A user wants to save a card. Returns step create with the customer to save it for, null where Stripe has '
  'to make one first, or replay. Fails not_found, idempotency_in_progress.';

create function public.customers_attach(p_user_id uuid, p_customer_id text, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
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
grant execute on function public.customers_attach to service_role;
comment on function public.customers_attach is
  'Notes the customer that Stripe made for a user. Returns {customer_id}: the first one, if there was one.';

create function public.cards_finish(p_idempotency_key text, p_setup_url text)
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data jsonb := jsonb_build_object('setup_url', p_setup_url);
begin
  return farthing.idempotency_finish(p_idempotency_key, 201, v_data);
end
$$;
grant execute on function public.cards_finish to service_role;
comment on function public.cards_finish is
  'Finishes the key of a page on which a card can be saved. Returns {status: 201, replayed, data: '
  '{setup_url}}.';

create function public.cards_abandon(p_idempotency_key text)
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.idempotency_free(p_idempotency_key);
  return '{}'::jsonb;
end
$$;
grant execute on function public.cards_abandon to service_role;
comment on function public.cards_abandon is 'Stripe made no page: frees the key, so that a retry runs at
  once.';

create function farthing.save_card(p_account_id bigint, p_facts jsonb, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_at timestamptz := (p_facts ->> 'occurred_at')::timestamptz;
begin
  insert into farthing.customers as c (account_id, customer_id, payment_method_id, card_brand, card_last4,
    card_changed_at, created_at)
  values (p_account_id, p_facts ->> 'customer_id', p_facts ->> 'payment_method_id', p_facts ->> 'card_brand',
    p_facts ->> 'card_last4', v_at, p_now)
  on conflict (account_id) do update set payment_method_id = excluded.payment_method_id,
    card_brand = excluded.card_brand, card_last4 = excluded.card_last4,
    card_changed_at = excluded.card_changed_at
  -- A card of another customer could not be charged through this one.
  where c.customer_id = excluded.customer_id and coalesce(c.card_changed_at <= v_at, true);
  if found then
    perform farthing.resume_top_up(p_account_id, p_now);
  end if;
end
$$;
comment on function farthing.save_card(bigint, jsonb, timestamptz) is
  'Notes a saved card, unless a newer event has said otherwise. The account is locked by the caller.';

create function farthing.forget_card(p_account_id bigint, p_at timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.customers set payment_method_id = null, card_brand = null, card_last4 = null,
    card_changed_at = greatest(card_changed_at, p_at)
  where account_id = p_account_id
$$;
comment on function farthing.forget_card(bigint, timestamptz) is
  'The saved card is gone. The account is locked by the caller.';

create function farthing.apply_card_event(p_type text, p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_account_id bigint;
begin
  if p_type = 'setup_intent.succeeded' then
    if num_nulls(p_facts ->> 'customer_id', p_facts ->> 'payment_method_id') > 0
      or coalesce(p_facts ->> 'user_id', '') !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
      return 'ignored'; -- not saved through us
    end if;
    select account_id into v_account_id from farthing.accounts where owner_id = (p_facts ->> 'user_id')::uuid
    for no key update;
    if v_account_id is null then
      return 'ignored'; -- saved by someone who has left
    end if;
    perform farthing.save_card(v_account_id, p_facts, p_now);
    return 'processed';
  end if;
  select account_id into v_account_id from farthing.customers
  where payment_method_id = p_facts ->> 'payment_method_id';
  if v_account_id is null then
    return 'ignored'; -- none that we would charge
  end if;
  perform from farthing.accounts where account_id = v_account_id for no key update;
  -- Another card may have taken its place meanwhile.
  if exists (select from farthing.customers where account_id = v_account_id
    and payment_method_id = p_facts ->> 'payment_method_id') then
    perform farthing.forget_card(v_account_id, (p_facts ->> 'occurred_at')::timestamptz);
    perform farthing.pause_top_up(v_account_id, 'card_gone', p_now);
  end if;
  return 'processed';
end
$$;
comment on function farthing.apply_card_event(text, jsonb, timestamptz) is
  'Applies what Stripe says of saved cards: setup_intent.succeeded saves one, payment_method.detached '
  'forgets it. Returns processed or ignored.';

create function farthing.forget_customer()
returns trigger
language plpgsql security definer -- runs inside auth's delete, by a role that owns nothing here
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.allow_change(null, 'the user was deleted');
  perform farthing.stop_top_up(new.account_id, now());
  perform farthing.forget_card(new.account_id, now());
  return null;
end
$$;
comment on function farthing.forget_customer() is 'Who leaves leaves no card behind, and nothing to charge.';
create trigger accounts_forget_cards_with_their_owner after update of owner_id on farthing.accounts
  for each row execute function farthing.forget_customer();
