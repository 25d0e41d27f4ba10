-- Stripe opens the session of a checkout after the order is committed. Then the session is attached
-- to the order.

create function farthing.session_to_create(p_order farthing.orders)
returns jsonb
language sql stable
set search_path = ''
as $$
  select farthing.order_answer(p_order) || jsonb_build_object(
    'success_url', p_order.success_url, 'cancel_url', p_order.cancel_url,
    'session_settings', p_order.session_settings,
    'mark', (select installation_id from farthing.policy),
    'expires_at_epoch', extract(epoch from p_order.expires_at)::bigint)
$$;
comment on function farthing.session_to_create(farthing.orders) is
  'Returns an order, with the values from which the session at Stripe is created.';

create function farthing.attach_session(
  p_order_id uuid, p_session_id text, p_session_url text, p_now timestamptz)
returns farthing.orders
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
begin
  -- Two requests with the same order and the same idempotency key get the same session from Stripe,
  -- so the second request writes the values that are already stored. If a webhook arrived first,
  -- the session's id is already stored, and only its URL is missing.
  select * into v_order from farthing.orders where order_id = p_order_id for update;
  if v_order.order_id is null then
    perform farthing.fail('not_found', 'There is no such order.', null, 'order_id');
  end if;
  if v_order.session_id <> p_session_id then
    raise exception 'order % is already linked to a different Checkout Session', p_order_id;
  end if;
  update farthing.orders set session_id = p_session_id, session_url = p_session_url, updated_at = p_now
  where account_id = v_order.account_id and order_id = p_order_id
  returning * into v_order;
  return v_order;
end
$$;
comment on function farthing.attach_session is
  'Stores the session that Stripe opened for an order, and returns the order. Fails with not_found; raises '
  'if the order already has a different session.';
