-- Payments that wait for the event of their checkout session, because only that event states the
-- discount and the tax of the purchase. Until then, apply_checkout_event() in checkout_events.sql
-- defers the payment's own event. If Stripe has not delivered the session's event within a minute,
-- the payment runner reads the session from Stripe: a buyer who has paid should not wait for the
-- hourly backfill.

create function farthing.time_to_read_session(p_event farthing.inbox, p_now timestamptz)
returns timestamptz
language sql immutable
set search_path = ''
as $$
  -- A retry of the event does not change the time that is already planned for the read.
  select case when p_event.state = 'deferred' and p_event.type = 'payment_intent.succeeded'
      and p_event.facts ->> 'booking_id' is null
    then coalesce(p_event.read_session_at, p_now + interval '1 minute') end
$$;
comment on function farthing.time_to_read_session(farthing.inbox, timestamptz) is
  'Returns the time at which the payment runner must read the session: a minute after p_event '
  'began to wait. Returns null unless the event is waiting and is about the payment of an order.';

create function farthing.sessions_to_read(p_now timestamptz)
returns setof farthing.inbox
language sql stable
set search_path = ''
as $$
  -- A payment whose order has no row here also waits, but is left out, because reading its session
  -- would not help.
  select i.* from farthing.inbox i
  join farthing.orders o on o.order_id = (i.facts ->> 'order_id')::uuid and o.payment_ref is null
  where i.read_session_at <= p_now
$$;
comment on function farthing.sessions_to_read(timestamptz) is
  'Returns the events of the payments whose session is due to be read at Stripe.';

create function farthing.claim_sessions(p_limit int, p_now timestamptz)
returns setof farthing.inbox
language sql
set search_path = ''
as $$
  with due as (
    select i.event_id from farthing.inbox i
    where i.event_id = any (array(select s.event_id from farthing.sessions_to_read(p_now) s
      order by s.read_session_at, s.event_id limit p_limit)) and i.read_session_at <= p_now
    for update skip locked
  )
  -- The next read is planned for at least two minutes later, so that no other runner claims the
  -- payment during this read. The longer a payment has waited, the less often its session is read:
  -- after 1, 3, 6, 12 … minutes.
  update farthing.inbox i set read_session_at = p_now + greatest(interval '2 minutes', p_now - i.received_at)
  from due where i.event_id = due.event_id returning i.*
$$;
comment on function farthing.claim_sessions(int, timestamptz) is
  'Leases up to p_limit payments whose session is due to be read, and returns their events.';
