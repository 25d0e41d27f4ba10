-- Stripe's events: the function that applies each type, and an event in the form for operators.
-- Each event is applied in the transaction that records it, so a row alone never means that the
-- event was applied. The facts contain no personal data.

create function farthing.apply_facts(p_event farthing.inbox, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_type text := p_event.type;
  -- occurred_at: the event's time at Stripe, because an older event must not overwrite a newer one.
  -- author: the author of the entries that the event causes.
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
    when v_type in ('setup_intent.succeeded', 'payment_method.detached') then
      return farthing.apply_card_event(v_type, v_facts, p_now);
    else
      return 'ignored'; -- charge.refunded is ignored, too, because refund.* events have all of its facts
  end case;
end
$$;
comment on function farthing.apply_facts(farthing.inbox, timestamptz) is
  'Calls the function for the type of an event. Each function returns processed, deferred or ignored '
  '(possibly with a reason: ignored because …), and raises if the facts do not fit.';

create function farthing.inbox_answer(p_event farthing.inbox)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('event_id', p_event.event_id, 'type', p_event.type, 'state', p_event.state,
    'attempts', p_event.attempts, 'next_attempt_at', p_event.next_attempt_at,
    'last_error', p_event.last_error, 'livemode', p_event.livemode, 'occurred_at', p_event.occurred_at,
    'received_at', p_event.received_at, 'processed_at', p_event.processed_at)
$$;
comment on function farthing.inbox_answer(farthing.inbox) is
  'Returns an event in the form of lists, without its facts.';
