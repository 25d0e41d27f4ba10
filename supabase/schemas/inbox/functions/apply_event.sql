-- Applies Stripe's events: calls the function for the type of an event, and sets the event's state.
-- An event is first applied in the transaction that records it, and may be retried later. So the
-- state of an event, not the existence of its row, says whether it was applied. The stored facts of
-- an event contain no personal data.

create function farthing.apply_facts(p_event farthing.inbox, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_type text := p_event.type;
  -- occurred_at: the event's time at Stripe, needed because an older event must not overwrite a
  -- newer one. author: the author of the entries that the event causes.
  v_facts jsonb := p_event.facts || jsonb_build_object('occurred_at', p_event.occurred_at,
    'livemode', p_event.livemode, 'author', 'stripe:' || p_event.event_id);
begin
  perform farthing.allow_change(v_facts ->> 'author', v_type);
  case
    when p_event.facts = '{}' then
      return 'ignored'; -- the event is of a connected account, or of an unused type
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
    when v_type = 'setup_intent.succeeded' or v_type like 'payment\_method.%' then
      return farthing.apply_card_event(v_type, v_facts, p_now);
    else
      return 'ignored'; -- charge.refunded is ignored, too, because refund.* events have all of its facts
  end case;
end
$$;
comment on function farthing.apply_facts(farthing.inbox, timestamptz) is
  'Calls the function for the type of an event. Each function returns processed, deferred or '
  'ignored (possibly with a reason: ignored because …), and raises if the facts contradict stored '
  'rows.';

create function farthing.apply_event(p_event farthing.inbox, p_now timestamptz)
returns farthing.inbox
language plpgsql
set search_path = ''
as $$
begin
  begin
    p_event.last_error := farthing.apply_facts(p_event, p_now);
    p_event.state := split_part(p_event.last_error, ' because ', 1);
    p_event.last_error := nullif(split_part(p_event.last_error, ' because ', 2), '');
  exception
    -- These errors are temporary, so they are raised, and Stripe or the scheduled task repeats the
    -- call. Every other error is recorded.
    when serialization_failure or deadlock_detected or lock_not_available or query_canceled then raise;
    when others then
      p_event.state := 'failed';
      p_event.last_error := left(sqlerrm, 1000);
  end;
  p_event := farthing.count_attempt(p_event, p_now);
  p_event.processed_at := case when p_event.state in ('processed', 'ignored') then p_now end;
  p_event.read_session_at := farthing.time_to_read_session(p_event, p_now);
  update farthing.inbox
  set state = p_event.state, attempts = p_event.attempts, next_attempt_at = p_event.next_attempt_at,
    processed_at = p_event.processed_at, last_error = p_event.last_error,
    read_session_at = p_event.read_session_at
  where event_id = p_event.event_id;
  return p_event;
end
$$;
comment on function farthing.apply_event is
  'Applies an event, which the caller has locked, records its outcome and plans its next attempt.';
