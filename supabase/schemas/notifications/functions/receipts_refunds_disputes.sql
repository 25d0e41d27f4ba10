-- Notifications about a payment: its receipt, a refund, a dispute. Triggers queue them, so a
-- notification commits with its cause, and the functions that move money need no code for
-- notifications. notify() never fails, so these triggers never fail. Debits fire none of these
-- triggers.

create function farthing.notify_payment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.notify(new.account_id, 'receipt', new.order_id::text, jsonb_build_object(
    'order_id', new.order_id, 'kind', new.kind, 'package_name', new.package_name,
    'amount', new.amount_total,
    'currency', new.currency, 'credits', trim_scale(new.credits)::text,
    'bonus_credits', trim_scale(new.bonus_credits)::text, 'paid_at', new.paid_at), new.paid_at);
  return null;
end
$$;
comment on function farthing.notify_payment() is
  'Trigger: queues the receipt of an order or a top-up. An order is paid once (rule 9), so each payment '
  'has one receipt, however many events Stripe sends.';

create function farthing.notify_refund()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.notify(new.account_id, 'refund', new.refund_id::text, jsonb_build_object(
    'refund_id', new.refund_id, 'order_id', new.order_id, 'booking_id', new.booking_id, 'amount', new.amount,
    'currency', new.currency, 'credits_taken_back', trim_scale(new.credits_clawed_back)::text),
    new.updated_at);
  return null;
end
$$;
comment on function farthing.notify_refund() is
  'Trigger: notifies the buyer, once per refund, that money is on its way back. If the refund fails '
  'later, the buyer is not notified again.';

create function farthing.notify_dispute()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_phase text := case when new.status in ('warning_needs_response', 'warning_under_review') then 'inquiry'
    when new.status in ('appeal_needs_response', 'appeal_under_review') then 'appealed'
    when new.status in ('won', 'lost', 'prevented') then new.status
    when farthing.is_open_dispute(new.status) then 'opened' end;
begin
  if v_phase is not null then
    perform farthing.notify_operators('dispute', new.dispute_id || ':' || v_phase, jsonb_build_object(
      'dispute_id', new.dispute_id, 'phase', v_phase, 'order_id', new.order_id, 'booking_id', new.booking_id,
      'amount', new.amount, 'currency', new.currency, 'reason', new.reason, 'at', new.status_at),
      new.updated_at);
  end if;
  return null;
end
$$;
comment on function farthing.notify_dispute() is
  'Trigger: notifies the operators of a dispute, once for each phase: inquiry, opened, appealed, won, '
  'lost or prevented. The buyer is not notified, because it was the buyer who asked the bank to reverse '
  'the payment.';
