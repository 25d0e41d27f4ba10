-- The attempts at applying an event. A scheduled task retries failed and deferred events. A failed
-- event is also retried when Stripe redelivers it, and a deferred event when its payment arrives.
-- After ten attempts the event is dead-lettered.

create function farthing.count_attempt(p_event farthing.inbox, p_now timestamptz)
returns farthing.inbox
language plpgsql stable
set search_path = ''
as $$
declare
  c_most_attempts constant int := 10;
  -- Stripe may redeliver an event before its next attempt is due. The redelivery may succeed, but
  -- does not count as an attempt.
  v_due boolean := coalesce(p_event.next_attempt_at <= p_now, true);
begin
  p_event.attempts := p_event.attempts + v_due::int;
  if p_event.state in ('failed', 'deferred') and p_event.attempts >= c_most_attempts then
    -- Refunds from the dashboard, disputes, warnings and fees never have this installation's id in
    -- their metadata, so they wait for their payment. If the payment has not arrived after ten
    -- attempts, it counts as a payment of another app on this Stripe account. If the payment
    -- arrives later and is ours, apply_waiting() applies the events that waited.
    if p_event.state = 'deferred' and farthing.is_foreign_payment(p_event) then
      p_event.state := 'ignored';
      p_event.last_error := 'its payment is not here and its metadata does not name this installation';
    else
      p_event.state := 'dead';
    end if;
  end if;
  -- Backoff of 1, 2, 4 … 256 minutes: ten attempts span eight and a half hours, so an event is not
  -- dead-lettered during a night without an operator.
  p_event.next_attempt_at := case when p_event.state in ('failed', 'deferred')
    then case when v_due then p_now + interval '1 minute' * (2 ^ (p_event.attempts - 1))
      else p_event.next_attempt_at end end;
  return p_event;
end
$$;
comment on function farthing.count_attempt(farthing.inbox, timestamptz) is
  'Counts an attempt whose outcome is known, plans the event''s next attempt, and dead-letters an '
  'event that has used up its attempts. Returns the changed event and writes nothing.';

create function farthing.retry_event(p_event_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_event farthing.inbox;
begin
  select * into v_event from farthing.inbox
  where event_id = p_event_id and state in ('deferred', 'failed') and next_attempt_at <= p_now
  for update skip locked;
  if v_event.event_id is null then
    return 0; -- the event was applied meanwhile, with its payment or by a redelivery
  end if;
  perform farthing.apply_event(v_event, p_now);
  return 1;
end
$$;
comment on function farthing.retry_event(text, timestamptz) is
  'Applies a deferred or failed event again if an attempt is due. Returns 1 if it was applied '
  'again, 0 if not.';

create function farthing.retry_events(p_now timestamptz default now(), p_limit int default 100)
returns int
language sql
set search_path = ''
-- Elsewhere, locks are taken in the order of account ids (docs/reference/rules.md). This task takes
-- events in the order in which they are due, so it could deadlock. It stops waiting for a lock long
-- before the deadlock timeout, and retries the event a minute later.
set lock_timeout = '100ms'
as $$
  select farthing.work_off('retry_events', 'event', array(
    select i.event_id from farthing.inbox i
    where i.state in ('deferred', 'failed') and i.next_attempt_at <= p_now
      and not farthing.is_parked('retry_events', 'event', i.event_id, p_now)
    order by i.next_attempt_at limit p_limit), 'retry_event', p_now)
$$;
comment on function farthing.retry_events(timestamptz, int) is
  'Retries the deferred and failed events that are due, and returns their number.';
