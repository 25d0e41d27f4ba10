-- Events about a purchase: events of its checkout session, and of its payment.

create function farthing.apply_checkout_event(p_type text, p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  v_status text;
begin
  if coalesce(p_facts ->> 'order_id', '') !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return 'ignored because it names no order of ours';
  end if;
  select * into v_order from farthing.orders where order_id = (p_facts ->> 'order_id')::uuid;
  if v_order.order_id is null then
    return farthing.outcome_without_row(p_facts, 'order');
  end if;
  perform from farthing.accounts where account_id = v_order.account_id for no key update;
  -- Rule 7: the credits of an expired hold pay debt before the incoming credits do.
  perform farthing.release_expired_holds(v_order.account_id, p_now);
  select * into v_order from farthing.orders where account_id = v_order.account_id
    and order_id = v_order.order_id for update;
  if p_facts ->> 'session_id' <> v_order.session_id then
    if p_facts ->> 'payment_status' is distinct from 'paid' then
      return 'ignored because the order has another session';
    end if;
    -- Only this installation writes the id of an order into a session, so the payment must be for
    -- this order.
    raise exception 'order % belongs to another session', v_order.order_id;
  end if;
  if v_order.session_id is null and p_facts ->> 'session_id' is not null then
    -- The event arrived before the call that opened the session has stored the session's id.
    update farthing.orders set session_id = p_facts ->> 'session_id'
    where account_id = v_order.account_id and order_id = v_order.order_id;
  end if;
  if p_facts ->> 'payment_status' = 'paid' and p_type <> 'checkout.session.async_payment_failed' then
    perform farthing.grant_order(v_order, coalesce(p_facts ->> 'payment_id', p_facts ->> 'session_id'),
      (p_facts ->> 'amount')::bigint, p_facts ->> 'currency', p_facts ->> 'author', p_now);
    if v_order.payment_ref is null then
      perform farthing.apply_waiting(p_facts ->> 'payment_id', p_now);
    end if;
    return 'processed';
  end if;
  -- An older state never overwrites a newer one: each event changes the order only from the states
  -- that may precede it.
  v_status := case
    when p_type = 'checkout.session.completed' and v_order.status in ('pending', 'expired') then 'processing'
    when p_type = 'checkout.session.async_payment_failed' and v_order.status in ('pending', 'processing') then
      'failed'
    when p_type = 'checkout.session.expired' and v_order.status = 'pending' then 'expired' end;
  if v_status is not null then
    update farthing.orders set status = v_status, updated_at = p_now
    where account_id = v_order.account_id and order_id = v_order.order_id;
  end if;
  return 'processed';
end
$$;
comment on function farthing.apply_checkout_event is
  'Applies an event about a purchase; returns processed, deferred or ignored (with a reason), and raises '
  'if the facts do not fit the order.';
