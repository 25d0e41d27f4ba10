-- The inbox: Stripe's events as received, each applied in the transaction that records it. Why: a row alone
-- never marks an event as done. An event that fails stays `failed` and is retried, by Stripe's redelivery
-- and by a scheduled task; one whose order has not arrived yet is `deferred`. The facts contain no personal
-- data.

create function farthing.bears_our_mark(p_facts jsonb)
returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return coalesce(p_facts ->> 'mark' = (select installation_id::text from farthing.policy), false);
end
$$;
comment on function farthing.bears_our_mark(jsonb) is
  'Whether this installation created the event''s object, or the payment behind it.';

create function farthing.outcome_without_row(p_facts jsonb, p_kind text)
returns text
language plpgsql stable
set search_path = ''
as $$
begin
  -- Our rows are committed before Stripe is asked. So a marked object without its row means that we lost
  -- the row, and waits for its restoration; an unmarked one belongs to another app on the same Stripe
  -- account.
  return case when farthing.bears_our_mark(p_facts) then 'deferred'
    else format('ignored because its %s is not here and it does not bear our mark', p_kind) end;
end
$$;
comment on function farthing.outcome_without_row(jsonb, text) is
  'The outcome of an event whose order or booking is unknown: deferred or ignored.';

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
  -- Rule 7: the credits of an expired hold pay debt before the incoming ones.
  perform farthing.release_expired_holds(v_order.account_id, p_now);
  select * into v_order from farthing.orders where account_id = v_order.account_id
    and order_id = v_order.order_id for update;
  if p_facts ->> 'session_id' <> v_order.session_id then
    if p_facts ->> 'payment_status' is distinct from 'paid' then
      return 'ignored because the order has another session';
    end if;
    -- Only we write the id of an order into a session, so this money must be ours.
    raise exception 'order % belongs to another session', v_order.order_id;
  end if;
  if v_order.session_id is null and p_facts ->> 'session_id' is not null then
    -- The event was faster than the call that opened the session, which finds it stored.
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
  -- An older state never overwrites a newer one: each event moves the order only from the states it can
  -- follow.
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
  'Applies an event about a purchase; returns processed, deferred or ignored, raises if the facts do not '
  'fit the order.';

create function farthing.apply_facts(p_event farthing.inbox, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_type text := p_event.type;
  -- The time of the event at Stripe: an older event never overwrites a newer one. author: of the entries it
  -- causes.
  v_facts jsonb := p_event.facts || jsonb_build_object('occurred_at', p_event.occurred_at,
    'livemode', p_event.livemode, 'author', 'stripe:' || p_event.event_id);
begin
  perform farthing.allow_change(v_facts ->> 'author', v_type);
  case
    when p_event.facts = '{}' then
      return 'ignored'; -- of a connected account, or of an unused type
    when v_type like 'payment\_intent.%' and v_facts ->> 'booking_id' is not null then
      return farthing.apply_booking_event(v_type, v_facts, p_now);
    when v_type in ('checkout.session.completed', 'checkout.session.async_payment_succeeded',
      'checkout.session.async_payment_failed', 'checkout.session.expired', 'payment_intent.succeeded') then
      return farthing.apply_checkout_event(v_type, v_facts, p_now);
    when v_type in ('payment_intent.payment_failed', 'payment_intent.requires_action',
      'payment_intent.canceled') then
      return farthing.apply_top_up_event(v_type, v_facts, p_now);
    when v_type in ('refund.created', 'refund.updated', 'refund.failed') then
      return farthing.apply_refund_event(v_facts, p_now);
    when v_type like 'charge.dispute.%' then
      return farthing.apply_dispute_event(v_facts, p_now);
    when v_type like 'radar.early\_fraud\_warning.%' then
      return farthing.apply_warning_event(v_facts, p_now);
    when v_type in ('charge.succeeded', 'charge.failed') then
      return farthing.apply_charge_event(v_facts, p_now);
    when v_type in ('application_fee.created', 'application_fee.refunded') then
      return farthing.apply_fee_event(v_facts, p_now);
    when v_type = 'account.updated' then
      return farthing.apply_account_event(v_facts, p_now);
    when v_type like 'payout.%' then
      return farthing.apply_payout_event(v_facts, p_now);
    when v_type in ('setup_intent.succeeded', 'payment_method.detached') then
      return farthing.apply_card_event(v_type, v_facts, p_now);
    else
      return 'ignored'; -- including charge.refunded: refund.* have all of its facts
  end case;
end
$$;
comment on function farthing.apply_facts(farthing.inbox, timestamptz) is
  'Calls the function for the type of an event; each returns processed, deferred or ignored, the latter '
  'perhaps with a reason (ignored because …), and raises if the facts do not fit.';

create function farthing.apply_event(p_event farthing.inbox, p_now timestamptz)
returns farthing.inbox
language plpgsql
set search_path = ''
as $$
declare
  c_most_attempts constant int := 10;
  -- Stripe's own redeliveries may succeed in between, but only our own retries count as attempts.
  v_due boolean := coalesce(p_event.next_attempt_at <= p_now, true);
begin
  begin
    p_event.last_error := farthing.apply_facts(p_event, p_now);
    p_event.state := split_part(p_event.last_error, ' because ', 1);
    p_event.last_error := nullif(split_part(p_event.last_error, ' because ', 2), '');
  exception
    -- An error that a retry of the whole call may cure is left to Stripe's retry; every other one is
    -- recorded.
    when serialization_failure or deadlock_detected or lock_not_available or query_canceled then raise;
    when others then
      p_event.state := 'failed';
      p_event.last_error := left(sqlerrm, 1000);
  end;
  p_event.attempts := p_event.attempts + v_due::int;
  if p_event.state in ('failed', 'deferred') and p_event.attempts >= c_most_attempts then
    -- Refunds of the dashboard, disputes, warnings and fees never have our mark, so they wait for their
    -- payment. A payment that has not arrived by now belongs to another app on this Stripe account. If it
    -- still arrives and is ours, apply_waiting() applies the events that waited for it.
    if p_event.state = 'deferred' and farthing.is_foreign_payment(p_event) then
      p_event.state := 'ignored';
      p_event.last_error := 'its payment is not here and it does not bear our mark';
    else
      p_event.state := 'dead';
    end if;
  end if;
  -- 1, 2, 4 … 256 minutes: ten attempts span eight and a half hours, a night without an operator.
  p_event.next_attempt_at := case when p_event.state in ('failed', 'deferred')
    then case when v_due then p_now + interval '1 minute' * (2 ^ (p_event.attempts - 1))
      else p_event.next_attempt_at end end;
  p_event.processed_at := case when p_event.state in ('processed', 'ignored') then p_now end;
  update farthing.inbox
  set state = p_event.state, attempts = p_event.attempts, next_attempt_at = p_event.next_attempt_at,
    processed_at = p_event.processed_at, last_error = p_event.last_error
  where event_id = p_event.event_id;
  return p_event;
end
$$;
comment on function farthing.apply_event is
  'Applies an event, locked by the caller, and records its outcome.';

create function farthing.is_foreign_payment(p_event farthing.inbox)
returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(p_event.facts ->> 'payment_id', p_event.facts ->> 'charge_id') is not null
    and not farthing.bears_our_mark(p_event.facts)
$$;
comment on function farthing.is_foreign_payment(farthing.inbox) is
  'Whether an event names a payment, or its charge, and lacks our mark.';

create function farthing.lock_subject(p_stripe_id text)
returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('stripe ' || p_stripe_id, 0))
$$;
comment on function farthing.lock_subject(text) is
  'Stripe may send the events of a payment and of its refund or dispute at the same moment. The second one '
  'waits here, and then sees the first: otherwise one would be deferred for a payment whose event has '
  'already looked for deferred ones.';

create function farthing.apply_waiting(p_payment_id text, p_now timestamptz, p_charge_id text default null)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_event farthing.inbox;
  v_count int := 0;
begin
  perform farthing.lock_subject(p_payment_id);
  perform farthing.lock_subject(p_charge_id) where p_charge_id is not null;
  for v_event in
    -- A locked event is being applied by another transaction, after this one has committed.
    select * from farthing.inbox
    -- Written as in the two indexes, so that both are used.
    where state in ('deferred', 'dead', 'ignored') and (state <> 'ignored' or attempts >= 10)
      and (facts ->> 'payment_id' = p_payment_id and type ~ '^(refund|charge|radar|application_fee)[.]'
        or facts ->> 'charge_id' = p_charge_id
          and type in ('application_fee.created', 'application_fee.refunded'))
    order by occurred_at, event_id for update skip locked
  loop
    perform farthing.apply_event(v_event, p_now);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function farthing.apply_waiting(text, timestamptz, text) is
  'Applies events that arrived before their payment, or its charge, in the transaction that applies the '
  'payment, so that nobody spends refunded credits in between. Returns how many.';

create function farthing.sweep_event(p_event_id text, p_now timestamptz)
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
    return 0; -- applied meanwhile, with another event or by a redelivery
  end if;
  perform farthing.apply_event(v_event, p_now);
  return 1;
end
$$;
comment on function farthing.sweep_event(text, timestamptz) is
  'Applies a deferred or failed event again; 1 if it did.';

create function farthing.sweep_inbox(p_now timestamptz default now(), p_limit int default 100)
returns int
language sql
set search_path = ''
-- Events come in order of time and not of accounts (rule 4), so this must not wait long: it gives up an
-- event long before the deadlock timeout, and the next minute retries it.
set lock_timeout = '100ms'
as $$
  select farthing.work_off('sweep_inbox', 'event', array(
    select i.event_id from farthing.inbox i
    where i.state in ('deferred', 'failed') and i.next_attempt_at <= p_now
      and not farthing.is_parked('sweep_inbox', 'event', i.event_id, p_now)
    order by i.next_attempt_at limit p_limit), 'sweep_event', p_now)
$$;
comment on function farthing.sweep_inbox(timestamptz, int) is
  'Retries deferred and failed events that are due; returns how many.';
