-- The RPC functions of the payment runner about saved cards: read a card at Stripe, and detach a
-- removed card. Also the function with which a user removes their card.

create function farthing_public.cards_remove(p_user_id uuid, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The endpoint asks Stripe to detach the card. If that fails, the payment runner asks again after this
  -- time.
  c_request_time constant interval := interval '1 minute';
  v_account farthing.accounts := farthing.lock_account(p_user_id, p_now);
begin
  perform farthing.allow_change('owner', 'the user removed the saved card');
  perform farthing.remove_card(v_account.account_id, p_now + c_request_time, p_now);
  return jsonb_build_object('removals', (select coalesce(jsonb_agg(jsonb_build_object('payment_method_id',
      payment_method_id, 'customer_id', customer_id, 'attempts', attempts)
      order by requested_at, payment_method_id), '[]')
    from farthing.card_removals where account_id = v_account.account_id and detached_at is null),
    'top_ups', farthing.top_up_answer(v_account.account_id, p_now));
end
$$;
grant execute on function farthing_public.cards_remove to service_role;
comment on function farthing_public.cards_remove is
  'Removes a user''s saved card and stops the user''s top-ups. Returns {removals, top_ups}: the '
  'cards that Stripe must still detach [{payment_method_id, customer_id, attempts}], and the '
  'settings of top-ups. Fails with not_found.';

create function farthing_public.cards_claim(p_limit int, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reads jsonb;
  v_removals jsonb;
begin
  with due as (
    select account_id from farthing.customers where card_unread_since is not null and card_read_at <= p_now
    order by card_read_at, account_id limit p_limit for update skip locked
  ), claimed as (
    update farthing.customers c set card_read_at = p_now + farthing.card_backoff(c.card_read_attempts),
      card_read_attempts = least(c.card_read_attempts + 1, 30)
    from due where c.account_id = due.account_id returning c.*
  )
  select jsonb_agg(jsonb_build_object('step', 'read', 'payment_method_id', payment_method_id,
    'customer_id', customer_id, 'unread_since', card_unread_since, 'attempts', card_read_attempts)
    order by account_id)
  into v_reads from claimed;
  with due as (
    select payment_method_id from farthing.card_removals
    where payment_method_id in (select farthing.find_card_removals(p_now, p_limit))
      and detached_at is null and next_attempt_at <= p_now
    for update skip locked
  ), claimed as (
    update farthing.card_removals r set next_attempt_at = p_now + farthing.card_backoff(r.attempts),
      attempts = least(r.attempts + 1, 30)
    from due where r.payment_method_id = due.payment_method_id returning r.*
  )
  select jsonb_agg(jsonb_build_object('step', 'detach', 'payment_method_id', payment_method_id,
    'customer_id', customer_id, 'unread_since', null, 'attempts', attempts)
    order by requested_at, payment_method_id)
  into v_removals from claimed;
  return coalesce(v_reads, '[]') || coalesce(v_removals, '[]');
end
$$;
grant execute on function farthing_public.cards_claim to service_role;
comment on function farthing_public.cards_claim is
  'Leases up to p_limit cards that must be read at Stripe, and up to p_limit cards that must be '
  'detached. Returns [{step: read | detach, payment_method_id, customer_id, unread_since, attempts}].';

create function farthing_public.cards_describe(
  p_payment_method_id text, p_unread_since timestamptz, p_customer_id text, p_brand text default null,
  p_last4 text default null, p_exp_month int default null, p_exp_year int default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer farthing.customers;
begin
  select * into v_customer from farthing.customers
  where payment_method_id = p_payment_method_id and card_unread_since = p_unread_since;
  if v_customer.account_id is null then
    return '{"stored": false}'::jsonb; -- an event was faster, or another card has replaced this card
  end if;
  perform farthing.end_stripe_fault('other_account', v_customer.customer_id);
  if p_customer_id is distinct from v_customer.customer_id then
    perform farthing.allow_change('task:wake_payment_runner_if_due', 'Stripe has detached the card');
    perform farthing.lose_card(v_customer.account_id, p_payment_method_id, date_trunc('second', p_now),
      p_now);
    return '{"stored": true}'::jsonb;
  end if;
  update farthing.customers set card_brand = left(p_brand, 40),
    card_last4 = substring(p_last4 from '^[0-9]{4}$'), card_exp_month = p_exp_month,
    card_exp_year = p_exp_year, card_unread_since = null, card_read_at = null, card_read_attempts = 0
  where account_id = v_customer.account_id and payment_method_id = p_payment_method_id
    and card_unread_since = p_unread_since;
  return jsonb_build_object('stored', found);
end
$$;
grant execute on function farthing_public.cards_describe to service_role;
comment on function farthing_public.cards_describe is
  'Stores the brand, last digits and expiry that Stripe returned for a card; all are null for a '
  'payment method that is not a card. Stores them only if card_unread_since is still '
  'p_unread_since. If p_customer_id is not the card''s customer at Stripe, Stripe has detached the '
  'card: the card is removed, and top-ups pause. Returns {stored}.';

create function farthing_public.cards_detached(p_payment_method_id text, p_error text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_error is null then
    perform farthing.end_card_removal(p_payment_method_id, p_now);
  else
    update farthing.card_removals set last_error = left(p_error, 1000)
    where payment_method_id = p_payment_method_id and detached_at is null;
  end if;
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.cards_detached to service_role;
comment on function farthing_public.cards_detached is
  'Records that Stripe has detached a removed card, or why it could not. Returns {}.';
