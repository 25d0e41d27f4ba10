-- Auto top-up: a user's terms, and each charge under them. Why an order of its own kind: once it is paid, a
-- top-up is a purchase like any other, so refunds, disputes and the proof need no second set of rules. Why
-- the charge names customer and card: a request that is repeated under one key must be the same, even if
-- the user has saved another card meanwhile.

create function farthing.top_up_runs(p_top_up farthing.top_ups)
returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(p_top_up.enabled and p_top_up.paused is null, false)
    and exists (select from farthing.customers
      where account_id = p_top_up.account_id and payment_method_id is not null)
$$;
comment on function farthing.top_up_runs(farthing.top_ups) is
  'Whether a low account is topped up: enabled, not paused, and a card is saved.';

create function farthing.top_up_spent(p_account_id bigint, p_now timestamptz)
returns bigint
language sql stable
set search_path = ''
as $$
  -- Charges in progress count, and refunded ones as well: the cap limits charges.
  select coalesce(sum(amount), 0)::bigint from farthing.orders
  where account_id = p_account_id and kind = 'top_up' and status not in ('failed', 'expired')
    and created_at >= date_trunc('month', p_now, 'UTC')
$$;
comment on function farthing.top_up_spent(bigint, timestamptz) is
  'The amount of this calendar month''s top-ups (UTC), charged or in progress. Minor units.';

create function farthing.top_up_unanswered(p_account_id bigint, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.orders o join farthing.top_up_charges c using (account_id, order_id)
    where o.account_id = p_account_id and o.kind = 'top_up' and o.status = 'expired' and o.expires_at > p_now
      and c.attempts > 0 and c.payment_id is null and c.failure_code is null)
$$;
comment on function farthing.top_up_unanswered(bigint, timestamptz) is
  'Whether Stripe may have charged a top-up that was given up here, and has not reported it: then another '
  'charge for the same gap could be the second.';

create function farthing.pause_top_up(p_account_id bigint, p_reason text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update farthing.top_ups set paused = p_reason, updated_at = p_now
  where account_id = p_account_id and enabled and paused is null;
  if found then
    perform farthing.notify(p_account_id, 'top_up_paused', format('%s:%s', p_reason, extract(epoch from
      p_now)),
      jsonb_build_object('reason', p_reason), p_now);
  end if;
end
$$;
comment on function farthing.pause_top_up(bigint, text, timestamptz) is
  'Pauses charges until the user saves a card or opts in again, and notifies them. The account is locked '
  'by the caller.';

create function farthing.resume_top_up(p_account_id bigint, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.top_ups set paused = case when paused = 'refunded' then paused end, failures = 0,
    next_attempt_at = p_now, updated_at = p_now
  where account_id = p_account_id and enabled and (paused is not null or failures > 0)
$$;
comment on function farthing.resume_top_up(bigint, timestamptz) is
  'Resets failures and resumes top-ups after a new card is saved. The account is locked by the caller.';

create function farthing.follow_top_up()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  -- After the third failure the top-up is paused; its 24 hours still apply if the user opts in again with
  -- the same card.
  c_back_off constant interval[] := array[interval '1 hour', '6 hours', '24 hours'];
  v_top_up farthing.top_ups;
  v_charge farthing.top_up_charges;
begin
  if new.status not in ('paid', 'failed', 'expired') or old.status not in ('pending', 'processing', 'failed',
    'expired') then
    return null; -- still open, or a refund: not about charging
  end if;
  update farthing.top_up_charges set step = 'closed', updated_at = new.updated_at,
    last_error = case when new.status <> 'paid' then last_error end -- the event may arrive before the answer
  where account_id = new.account_id and order_id = new.order_id returning * into v_charge;
  if new.status = 'paid' then
    update farthing.top_ups set failures = 0, updated_at = new.updated_at, next_attempt_at = greatest(
      next_attempt_at, new.updated_at + (select top_up_cool_down from farthing.policy))
    where account_id = new.account_id;
    return null;
  end if;
  update farthing.top_ups set failures = failures + 1, updated_at = new.updated_at,
    next_attempt_at = new.updated_at + c_back_off[failures + 1],
    paused = case when failures + 1 = cardinality(c_back_off) then 'failures' end
  where account_id = new.account_id and enabled and paused is null returning * into v_top_up;
  if found then
    perform farthing.notify(new.account_id, 'top_up_failed', new.order_id::text, jsonb_build_object(
      'order_id', new.order_id, 'amount', new.amount, 'currency', new.currency, 'failure_code',
      coalesce(v_charge.failure_code, 'expired'), 'paused', v_top_up.paused is not null,
      'next_attempt_at', case when v_top_up.paused is null then v_top_up.next_attempt_at end),
      new.updated_at);
  end if;
  return null;
end
$$;
comment on function farthing.follow_top_up() is
  'Applies an order''s end to the top-up: paid starts the cool-down; failed or expired backs off, pauses '
  'after three in a row, and notifies the user, unless they opted out.';

create function farthing.pause_after_refund()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.pause_top_up(new.account_id, 'refunded', new.updated_at);
  return null;
end
$$;
comment on function farthing.pause_after_refund() is
  'Pauses top-ups after a refund of any order: refunded money is not charged again until the user opts in.';

create function farthing.lock_top_up(p_order_id uuid)
returns farthing.orders
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
begin
  select * into v_order from farthing.orders where order_id = p_order_id and kind = 'top_up';
  if v_order.order_id is null then
    return null;
  end if;
  perform from farthing.accounts where account_id = v_order.account_id for no key update;
  select * into v_order from farthing.orders
  where account_id = v_order.account_id and order_id = p_order_id for update;
  return v_order;
end
$$;
comment on function farthing.lock_top_up(uuid) is
  'A top-up''s order, locked after its account, and with it the steps of its charge; null if there is none.';

create function farthing.fail_top_up(p_order farthing.orders, p_payment_id text, p_code text, p_now
  timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update farthing.top_up_charges set failure_code = left(p_code, 255), payment_id = coalesce(p_payment_id,
    payment_id) where account_id = p_order.account_id and order_id = p_order.order_id;
  update farthing.orders set status = 'failed', updated_at = p_now
  where account_id = p_order.account_id and order_id = p_order.order_id;
end
$$;
comment on function farthing.fail_top_up is
  'Ends a charge that was finally refused; the next one is another order. The order is open and locked.';

create function farthing.ask_to_authenticate(p_order farthing.orders, p_payment_id text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- Stripe accepts sessions of up to a day; the page may have to be requested more than once.
  c_link_life constant interval := interval '23 hours';
begin
  update farthing.top_up_charges set step = 'link', payment_id = p_payment_id, attempts = 0,
    next_attempt_at = p_now, updated_at = p_now
  where account_id = p_order.account_id and order_id = p_order.order_id;
  update farthing.orders set expires_at = date_trunc('second', p_now) + c_link_life, updated_at = p_now
  where account_id = p_order.account_id and order_id = p_order.order_id;
end
$$;
comment on function farthing.ask_to_authenticate is
  'The bank requires the user: a page for the same order replaces the charge. The order is open and locked.';

create function farthing.apply_top_up_event(p_type text, p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  v_charge farthing.top_up_charges;
begin
  if coalesce(p_facts ->> 'order_id', '') !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return 'ignored';
  end if;
  select * into v_order from farthing.orders where order_id = (p_facts ->> 'order_id')::uuid;
  if v_order.order_id is null then
    return farthing.outcome_without_row(p_facts, 'order');
  end if;
  if v_order.kind <> 'top_up' then
    return 'ignored'; -- on a hosted page the buyer can simply try again
  end if;
  v_order := farthing.lock_top_up(v_order.order_id);
  select * into v_charge from farthing.top_up_charges
  where account_id = v_order.account_id and order_id = v_order.order_id;
  -- An event of an ended order, of a payment on its page, or of the payment that we cancelled for that
  -- page.
  if v_order.status not in ('pending', 'processing') or v_charge.step not in ('charge', 'settle')
    or v_charge.payment_id <> p_facts ->> 'payment_id' then
    perform farthing.note_top_up_failure(v_order, coalesce(p_facts ->> 'decline_code',
      p_facts ->> 'failure_code', p_type));
    return 'processed';
  end if;
  -- A payment that failed after processing has no page: the next attempt begins anew.
  if v_charge.step = 'charge' and (p_type = 'payment_intent.requires_action'
    or (p_type = 'payment_intent.payment_failed'
      and 'authentication_required' in (p_facts ->> 'failure_code', p_facts ->> 'decline_code'))) then
    perform farthing.ask_to_authenticate(v_order, p_facts ->> 'payment_id', p_now);
  else
    perform farthing.fail_top_up(v_order, p_facts ->> 'payment_id', case p_type
      when 'payment_intent.canceled' then 'canceled'
      else coalesce(p_facts ->> 'decline_code', p_facts ->> 'failure_code', 'declined') end, p_now);
  end if;
  return 'processed';
end
$$;
comment on function farthing.apply_top_up_event(text, jsonb, timestamptz) is
  'Applies Stripe''s event of an unpaid top-up: declined, cancelled, or the bank requires the user. '
  'Returns processed, deferred or ignored.';
