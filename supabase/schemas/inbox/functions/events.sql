-- The inbox: Stripe's events as received, each applied in the transaction that records it.
-- Why: a row alone never marks an event as done. An event that fails stays `failed` and is tried again, by
-- Stripe's redelivery and by a sweep; one whose order is not here yet is `deferred`. No fact is personal.

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
  'Whether this installation made the object that an event is about, or the payment behind it.';

create function farthing.outcome_without_row(p_facts jsonb, p_kind text)
returns text
language plpgsql stable
set search_path = ''
as $$
begin
  -- Our rows are committed before Stripe is asked. So a marked object without its row is a loss of ours, and
  -- waits for the row to be restored; an unmarked one belongs to another app on the same Stripe account.
  return case when farthing.bears_our_mark(p_facts) then 'deferred'
    else format('ignored because its %s is not here and it does not bear our mark', p_kind) end;
end
$$;
comment on function farthing.outcome_without_row(jsonb, text) is
  'What becomes of an event that names an order or a booking which is not here: deferred or ignored.';

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
  -- Rule 7: what an expired hold kept pays debt before what comes in now.
  perform farthing.release_expired_holds(v_order.account_id, p_now);
  select * into v_order from farthing.orders where account_id = v_order.account_id
    and order_id = v_order.order_id for update;
  if p_facts ->> 'session_id' <> v_order.session_id then
    if p_facts ->> 'payment_status' is distinct from 'paid' then
      return 'ignored because the order has another session';
    end if;
    -- Only we write the id of an order upon a session, so this money is ours to explain.
    raise exception 'order % belongs to another session', v_order.order_id;
  end if;
  if v_order.session_id is null and p_facts ->> 'session_id' is not null then
    -- Faster than the call that opened the session: that one finds it noted.
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
  -- Older state never overwrites newer: each event moves the order only from the states it can follow.
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
  'Applies what Stripe says of a purchase; returns processed, deferred or ignored, raises where the facts '
  'do not fit the order.';

create function farthing.apply_facts(p_event farthing.inbox, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_type text := p_event.type;
  -- When Stripe made the event: what is older never overwrites what is newer. author: of what it moves.
  v_facts jsonb := p_event.facts || jsonb_build_object('occurred_at', p_event.occurred_at,
    'livemode', p_event.livemode, 'author', 'stripe:' || p_event.event_id);
begin
  perform farthing.allow_change(v_facts ->> 'author', v_type);
  case
    when p_event.facts = '{}' then
      return 'ignored'; -- of a connected account, or of a type that nothing is read of
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
      return 'ignored'; -- charge.refunded among them: refund.* say all of it
  end case;
end
$$;
comment on function farthing.apply_facts(farthing.inbox, timestamptz) is
  'Which function applies which type of event; each returns processed, deferred or ignored, which may say '
  'why (ignored because …), and raises where the facts do not fit.';

create function farthing.apply_event(p_event farthing.inbox, p_now timestamptz)
returns farthing.inbox
language plpgsql
set search_path = ''
as $$
declare
  c_most_attempts constant int := 10;
  -- Stripe's own redeliveries come in between and are welcome, but only our clock counts tries.
  v_due boolean := coalesce(p_event.next_attempt_at <= p_now, true);
begin
  begin
    p_event.last_error := farthing.apply_facts(p_event, p_now);
    p_event.state := split_part(p_event.last_error, ' because ', 1);
    p_event.last_error := nullif(split_part(p_event.last_error, ' because ', 2), '');
  exception
    -- What a retry of the whole call may cure is Stripe's to retry; everything else is recorded.
    when serialization_failure or deadlock_detected or lock_not_available or query_canceled then raise;
    when others then
      p_event.state := 'failed';
      p_event.last_error := left(sqlerrm, 1000);
  end;
  p_event.attempts := p_event.attempts + v_due::int;
  if p_event.state in ('failed', 'deferred') and p_event.attempts >= c_most_attempts then
    -- Refunds of the dashboard, disputes, warnings and fees never bear our mark, so they wait for their
    -- payment. A payment that has not come by now belongs to another app on this Stripe account. If it
    -- still comes and is ours, apply_waiting() applies what waited for it.
    if p_event.state = 'deferred' and farthing.is_foreign_payment(p_event) then
      p_event.state := 'ignored';
      p_event.last_error := 'its payment is not here and it does not bear our mark';
    else
      p_event.state := 'dead';
    end if;
  end if;
  -- 1, 2, 4 … 256 minutes: ten tries span eight and a half hours, a night without an operator.
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
  'Applies an event, locked by the caller, and records what became of it.';

create function farthing.is_foreign_payment(p_event farthing.inbox)
returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(p_event.facts ->> 'payment_id', p_event.facts ->> 'charge_id') is not null
    and not farthing.bears_our_mark(p_event.facts)
$$;
comment on function farthing.is_foreign_payment(farthing.inbox) is
  'Whether an event names a payment, or its charge, and does not bear our mark.';

create function farthing.lock_subject(p_stripe_id text)
returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('stripe ' || p_stripe_id, 0))
$$;
comment on function farthing.lock_subject(text) is
  'Stripe tells of a payment, and of what became of it, at the same moment. Whichever is applied second '
  'waits here, and then sees the first: else the one would wait for a payment that looks for what waits.';

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
    -- One that another transaction has locked is being applied there, after this one has committed.
    select * from farthing.inbox
    -- In the words of the two indexes, so that both are used.
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
  'Applies what came before the payment, or the charge, it refers to, in the transaction that applies the '
  'payment, so that nobody spends in between what was paid back already. Returns how many.';

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
    return 0; -- applied meanwhile, with another event or by Stripe's redelivery
  end if;
  perform farthing.apply_event(v_event, p_now);
  return 1;
end
$$;
comment on function farthing.sweep_event(text, timestamptz) is
  'Applies a deferred or failed event again; 1 where it did.';

create function farthing.sweep_inbox(p_now timestamptz default now(), p_limit int default 100)
returns int
language sql
set search_path = ''
-- Events come in time's order, not in that of accounts (rule 4), so this must not wait: it gives up an event
-- long before anyone calls it a deadlock, and the next minute tries again.
set lock_timeout = '100ms'
as $$
  select farthing.work_off('sweep_inbox', 'event', array(
    select i.event_id from farthing.inbox i
    where i.state in ('deferred', 'failed') and i.next_attempt_at <= p_now
      and not farthing.is_parked('sweep_inbox', 'event', i.event_id, p_now)
    order by i.next_attempt_at limit p_limit), 'sweep_event', p_now)
$$;
comment on function farthing.sweep_inbox(timestamptz, int) is
  'Tries deferred and failed events again whose time has come; returns how many.';
