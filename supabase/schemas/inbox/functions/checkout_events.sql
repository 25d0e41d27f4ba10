-- Events about a purchase: events of its checkout session, and of its payment.

create function farthing.is_paid_by(p_type text, p_facts jsonb)
returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  if coalesce(p_facts ->> 'payment_status' not in ('paid', 'no_payment_required'), true) then
    return false;
  end if;
  if p_facts ->> 'payment_id' is not null and p_facts ->> 'payment_status' = 'paid' then
    return p_type <> 'checkout.session.async_payment_failed';
  end if;
  -- With a promotion code of 100 % there is nothing to pay, so there is no payment. Then only
  -- checkout.session.completed means that the order is paid: a session with the total 0 that
  -- expires before the buyer completes it also has the status no_payment_required.
  if p_type = 'checkout.session.completed' and p_facts ->> 'amount' is distinct from '0' then
    raise exception 'order %: amount_total is %, expected 0, because there was no payment',
      p_facts ->> 'order_id', p_facts ->> 'amount';
  end if;
  return p_type = 'checkout.session.completed';
end
$$;
comment on function farthing.is_paid_by(text, jsonb) is
  'Returns whether an event says that its order is paid. Raises if such an event has a total above '
  '0 and names no payment.';

create function farthing.note_session(p_order farthing.orders, p_facts jsonb)
returns void
language sql
set search_path = ''
as $$
  -- Any of these values may still be missing. The event may arrive before the request that opened
  -- the session has stored the session's id. The invoice of a delayed payment exists only after the
  -- payment.
  update farthing.orders o
  set session_id = n.session_id, invoice_id = n.invoice_id, has_tax_id = n.has_tax_id
  from (select coalesce(p_order.session_id, p_facts ->> 'session_id') as session_id,
    coalesce(p_order.invoice_id, p_facts ->> 'invoice_id') as invoice_id,
    coalesce(p_order.has_tax_id, (p_facts ->> 'has_tax_id')::boolean) as has_tax_id) n
  where o.account_id = p_order.account_id and o.order_id = p_order.order_id
    and (o.session_id, o.invoice_id, o.has_tax_id) is distinct from (n.session_id, n.invoice_id, n.has_tax_id)
$$;
comment on function farthing.note_session(farthing.orders, jsonb) is
  'Stores three values in the locked order: the session, the invoice, and whether the buyer gave a '
  'tax id. Values that the order already has do not change.';

create function farthing.apply_checkout_event(p_type text, p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  v_is_paid boolean;
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
  v_is_paid := farthing.is_paid_by(p_type, p_facts);
  if p_facts ->> 'session_id' <> v_order.session_id then
    if not v_is_paid then
      return 'ignored because the order is linked to a different session';
    end if;
    -- Only this installation writes the id of an order into a session. So the payment is for this
    -- order, and must not be ignored.
    raise exception 'order % is linked to a different Checkout Session', v_order.order_id;
  end if;
  perform farthing.note_session(v_order, p_facts);
  if v_is_paid then
    if p_type = 'payment_intent.succeeded' and v_order.payment_ref is null
      and (v_order.tax_behavior is not null or v_order.promotion_codes)
    then
      return 'deferred because only the event of the session states discount and tax';
    end if;
    perform farthing.grant_order(v_order, coalesce(p_facts ->> 'payment_id', p_facts ->> 'session_id'),
      farthing.paid_amounts(v_order, p_facts), p_facts ->> 'author', p_now);
    if v_order.payment_ref is null then
      -- If the event that is being applied is the payment's own event, apply_waiting() must not apply
      -- it again.
      perform farthing.apply_waiting(p_facts ->> 'payment_id', p_now,
        p_with_payment => p_type <> 'payment_intent.succeeded');
    end if;
    return 'processed';
  end if;
  -- An older state never overwrites a newer one: an event changes an order only if the order's
  -- current state may precede the new state.
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
