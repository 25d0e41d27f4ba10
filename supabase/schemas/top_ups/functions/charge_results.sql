-- The result of a charge, from Stripe's answer or from Stripe's event. Only the event of a payment
-- grants credits. Any runner may report an answer. A closed charge does not change, so a late or
-- repeated report has no effect.

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
  'Locks a top-up''s account and then its order. These locks also protect the step of its charge. '
  'Returns null if no top-up has this id.';

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
  'Ends a charge whose refusal is final. A later attempt has a new order. The caller has locked '
  'the order, which is open.';

create function farthing.ask_to_authenticate(p_order farthing.orders, p_payment_id text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- Stripe refuses a session that ends more than 24 hours after it is created. The limit here is an
  -- hour shorter, because Stripe's time and ours may differ.
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
  'Replaces the charge by a page on which the user can pay the same order, because the bank requires '
  'the user to authenticate. The caller has locked the order, which is open.';

create function farthing.note_top_up_failure(p_order farthing.orders, p_code text)
returns void
language sql
set search_path = ''
as $$
  update farthing.top_up_charges set failure_code = coalesce(failure_code, left(p_code, 255))
  where account_id = p_order.account_id and order_id = p_order.order_id and p_order.status = 'expired'
$$;
comment on function farthing.note_top_up_failure(farthing.orders, text) is
  'Records that an expired top-up was not charged, so that it no longer blocks the next charge. The '
  'caller has locked the order.';

create function farthing.apply_top_up_answer(
  p_order farthing.orders, p_charge farthing.top_up_charges, p_outcome text, p_payment_id text, p_code text,
  p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  case p_outcome
    when 'accepted' then
      update farthing.top_up_charges set step = 'settle', payment_id = coalesce(p_payment_id, payment_id),
        last_error = null, updated_at = p_now
      where account_id = p_order.account_id and order_id = p_order.order_id;
      -- An order that is processing never expires: Stripe either has the money or will send an
      -- event which reports that the payment failed.
      update farthing.orders set status = 'processing', updated_at = p_now
      where account_id = p_order.account_id and order_id = p_order.order_id and status = 'pending';
    when 'authentication' then
      perform farthing.ask_to_authenticate(p_order, p_payment_id, p_now);
    when 'unknown' then
      -- The waits between the requests to Stripe are 1, 2, 4 … 32 minutes.
      update farthing.top_up_charges set last_error = left(p_code, 1000), updated_at = p_now,
        next_attempt_at = p_now + interval '1 minute' * (2 ^ least(greatest(attempts - 1, 0), 5))
      where account_id = p_order.account_id and order_id = p_order.order_id;
    else
      if p_outcome = 'card_gone' then
        if exists (select from farthing.customers where account_id = p_order.account_id
          and payment_method_id = p_charge.payment_method_id) then
          perform farthing.allow_change('task:wake_payment_runner_if_due', 'Stripe has no such card');
          perform farthing.forget_card(p_order.account_id, p_now);
          perform farthing.pause_top_up(p_order.account_id, 'card_gone', p_now);
        end if; -- otherwise the user has replaced the card, and the new card is charged after the backoff
      end if;
      perform farthing.fail_top_up(p_order, p_payment_id, coalesce(p_code, p_outcome), p_now);
  end case;
end
$$;
comment on function farthing.apply_top_up_answer is
  'Moves an open charge to the step that follows Stripe''s answer. The caller has locked account and '
  'order.';

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
    return 'ignored'; -- the buyer can retry on the hosted page
  end if;
  v_order := farthing.lock_top_up(v_order.order_id);
  select * into v_charge from farthing.top_up_charges
  where account_id = v_order.account_id and order_id = v_order.order_id;
  -- An event does not end the charge if the order has ended, if the user was already asked to
  -- authenticate (step `link` or `linked`), or if the event is about a different payment.
  if v_order.status not in ('pending', 'processing') or v_charge.step not in ('charge', 'settle')
    or v_charge.payment_id <> p_facts ->> 'payment_id' then
    perform farthing.note_top_up_failure(v_order, coalesce(p_facts ->> 'decline_code',
      p_facts ->> 'failure_code', p_type));
    return 'processed';
  end if;
  -- Only a payment that fails at once (step `charge`) gets an authentication page. For a payment that
  -- fails after Stripe's status `processing`, the next attempt makes a new order.
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
  'Applies Stripe''s event of an unpaid top-up: declined, cancelled, or the bank requires the user to '
  'authenticate. Returns `processed`, `deferred` or `ignored`.';
