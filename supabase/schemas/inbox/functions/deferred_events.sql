-- Deferred events: they arrived before their payment, and are applied in the transaction that
-- applies the payment.

create function farthing.lock_subject(p_stripe_id text)
returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('stripe ' || p_stripe_id, 0))
$$;
comment on function farthing.lock_subject(text) is
  'Locks a Stripe object until the transaction ends. Stripe may send the events of a payment and '
  'of its refund or dispute at the same moment. The second transaction waits here and then sees '
  'what the first one wrote. Without the lock, a refund could be deferred just after the '
  'transaction of the payment has searched for deferred events.';

create function farthing.apply_waiting(
  p_payment_id text, p_now timestamptz, p_charge_id text default null, p_with_payment boolean default false)
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
    -- Locked events are skipped: the transaction that has locked an event waits in lock_subject()
    -- until this transaction commits, and then applies the event itself.
    select * from farthing.inbox
    -- The conditions repeat the predicates of two indexes (inbox_by_payment, inbox_fees_by_charge),
    -- so that both are used.
    where state in ('deferred', 'dead', 'ignored') and (state <> 'ignored' or attempts >= 10)
      and (facts ->> 'payment_id' = p_payment_id and type ~ '^(refund|charge|radar|application_fee)[.]'
        or facts ->> 'payment_id' = p_payment_id and p_with_payment and type = 'payment_intent.succeeded'
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
comment on function farthing.apply_waiting(text, timestamptz, text, boolean) is
  'Applies the events that arrived before their payment, or before Stripe''s charge of the '
  'payment. Runs in the transaction that applies the payment: otherwise credits could be spent '
  'before their refund is applied. p_with_payment: also applies the event of the payment itself, '
  'which may have waited for the event of its checkout session. Returns the number of events.';
