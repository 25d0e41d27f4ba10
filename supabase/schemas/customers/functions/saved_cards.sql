-- Saved cards: a card belongs to a customer at Stripe, and an account has one customer. Parallel
-- requests create only one customer for an account, because the idempotency key that they send to
-- Stripe is derived from the account and its user. Later requests find the customer in the table
-- customers. The account of a deleted user keeps its customer. If the same user id signs up again,
-- it gets another account and another customer. Farthing stores Stripe's ids and the card's brand,
-- last four digits and expiry, never its number.

create function farthing.reject_card(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_customer farthing.customers;
begin
  -- If another app created this customer at Stripe, Farthing must not detach the customer's card.
  select * into v_customer from farthing.customers where customer_id = p_facts ->> 'customer_id';
  if v_customer.account_id is null then
    return 'ignored';
  end if;
  if v_customer.payment_method_id is distinct from p_facts ->> 'payment_method_id' then
    perform farthing.plan_card_removal(v_customer.account_id, v_customer.customer_id,
      p_facts ->> 'payment_method_id', p_now, p_now);
    perform farthing.wake('payment-runner');
  end if;
  return 'processed';
end
$$;
comment on function farthing.reject_card(jsonb, timestamptz) is
  'Records that Stripe must detach a card that was saved at Stripe but is not stored here. Returns '
  'ignored if another app created the customer, otherwise processed.';

create function farthing.save_card(p_account_id bigint, p_facts jsonb, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_at timestamptz := (p_facts ->> 'occurred_at')::timestamptz;
  v_before farthing.customers;
begin
  select * into v_before from farthing.customers where account_id = p_account_id;
  insert into farthing.customers as c (account_id, customer_id, payment_method_id, card_changed_at,
    card_unread_since, card_read_at, created_at)
  select p_account_id, p_facts ->> 'customer_id', p_facts ->> 'payment_method_id', v_at, p_now, p_now, p_now
  -- A removed card can't be saved again: Stripe detaches it permanently.
  where not exists (select from farthing.card_removals
    where payment_method_id = p_facts ->> 'payment_method_id')
  on conflict (account_id) do update set payment_method_id = excluded.payment_method_id,
    card_brand = null, card_last4 = null, card_exp_month = null, card_exp_year = null,
    card_unread_since = p_now, card_read_at = p_now, card_read_attempts = 0,
    card_changed_at = excluded.card_changed_at
  -- A card of another customer at Stripe is not stored, because it could not be charged through the
  -- account's own customer.
  where c.customer_id = excluded.customer_id and coalesce(c.card_changed_at <= v_at, true);
  if not found then
    perform farthing.reject_card(p_facts, p_now);
    return;
  end if;
  if v_before.payment_method_id <> p_facts ->> 'payment_method_id' then
    perform farthing.plan_card_removal(p_account_id, v_before.customer_id, v_before.payment_method_id, p_now,
      p_now);
  end if;
  perform farthing.resume_top_up(p_account_id, p_now);
  if not farthing.wake_if_top_up_due(p_account_id, p_now) then
    perform farthing.wake('payment-runner');
  end if;
end
$$;
comment on function farthing.save_card(bigint, jsonb, timestamptz) is
  'Stores a saved card, and wakes the runner, which reads this card and detaches the replaced '
  'card. A card is detached instead of stored in three cases: it was removed before, it belongs to '
  'another customer at Stripe, or it was saved before the last change of the account''s card. The '
  'caller has locked the account.';

create function farthing.forget_card(p_account_id bigint, p_at timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.customers set payment_method_id = null, card_brand = null, card_last4 = null,
    card_exp_month = null, card_exp_year = null, card_unread_since = null, card_read_at = null,
    card_changed_at = greatest(card_changed_at, p_at)
  where account_id = p_account_id
$$;
comment on function farthing.forget_card(bigint, timestamptz) is
  'Removes the saved card. The caller has locked the account.';

create function farthing.lose_card(p_account_id bigint, p_payment_method_id text, p_at timestamptz,
  p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform from farthing.accounts where account_id = p_account_id for no key update;
  -- Another card may have replaced this card before the lock was taken.
  if exists (select from farthing.customers where account_id = p_account_id
    and payment_method_id = p_payment_method_id) then
    perform farthing.forget_card(p_account_id, p_at);
    perform farthing.pause_top_up(p_account_id, 'card_gone', p_now);
  end if;
end
$$;
comment on function farthing.lose_card(bigint, text, timestamptz, timestamptz) is
  'Removes a card that Stripe does not have any more, and pauses top-ups.';

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
      return 'ignored'; -- another app saved this card
    end if;
    -- The query waits for the account's lock, and then reads left_at again, because the user may
    -- have been deleted meanwhile.
    select a.account_id into v_account_id from farthing.accounts a
    where a.account_id = farthing.account_for((p_facts ->> 'user_id')::uuid) and a.left_at is null
      and not exists (select from farthing.customers c where c.customer_id = p_facts ->> 'customer_id'
        and c.account_id <> a.account_id)
    for no key update;
    if v_account_id is null then
      -- The user is deleted, or the customer belongs to another account. A new account under the
      -- same user id does not get the card.
      return farthing.reject_card(p_facts, p_now);
    end if;
    perform farthing.save_card(v_account_id, p_facts, p_now);
    return 'processed';
  end if;
  if p_type <> 'payment_method.detached' then
    -- The inbox does not store a card's digits, so the payment runner reads the card from Stripe.
    -- Stripe's response is also newer than the event.
    update farthing.customers set card_unread_since = p_now, card_read_at = p_now, card_read_attempts = 0
    where payment_method_id = p_facts ->> 'payment_method_id';
    if not found then
      return 'ignored'; -- no account has saved this card
    end if;
    perform farthing.wake('payment-runner');
    return 'processed';
  end if;
  if farthing.end_card_removal(p_facts ->> 'payment_method_id', p_now) then
    return 'processed';
  end if;
  select account_id into v_account_id from farthing.customers
  where payment_method_id = p_facts ->> 'payment_method_id';
  if v_account_id is null then
    return 'ignored'; -- no account has saved this card
  end if;
  perform farthing.lose_card(v_account_id, p_facts ->> 'payment_method_id',
    (p_facts ->> 'occurred_at')::timestamptz, p_now);
  return 'processed';
end
$$;
comment on function farthing.apply_card_event(text, jsonb, timestamptz) is
  'Applies Stripe''s events about saved cards: setup_intent.succeeded saves a card. '
  'payment_method.updated and payment_method.automatically_updated make the payment runner read '
  'the card again. payment_method.detached removes the card. Returns processed or ignored.';

create function farthing.forget_customer()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_change text := current_setting('farthing.change', true);
begin
  perform farthing.allow_change(null, case new.kind when 'user' then 'the user was deleted'
    else 'the organisation was dissolved' end);
  -- This trigger has no HTTP request that could ask Stripe to detach the card, so the payment
  -- runner asks in its next run.
  perform farthing.remove_card(new.account_id, now(), now());
  -- The reason of this change must not apply to later changes of the transaction.
  perform set_config('farthing.change', coalesce(v_change, ''), true);
  return null;
end
$$;
comment on function farthing.forget_customer() is
  'Trigger: when an account''s user is deleted or its organisation is dissolved, removes the '
  'account''s saved card, here and at Stripe, and stops its top-ups.';
