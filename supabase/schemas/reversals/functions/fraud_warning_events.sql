-- Stripe's events about early fraud warnings. The policy's early_fraud_warning (policy/tables.sql)
-- decides whether the payment is refunded at once.

create function farthing.apply_warning_event(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_payment farthing.payment := farthing.find_payment(p_facts ->> 'payment_id');
  v_actionable boolean := (p_facts ->> 'actionable')::boolean;
  v_refundable bigint;
begin
  if v_payment.account_id is null then
    return 'deferred';
  end if;
  -- A warning is not actionable if its payment was refunded in full or disputed. Such a warning is
  -- closed and stays closed.
  insert into farthing.fraud_warnings as w (account_id, warning_id, order_id, booking_id, fraud_type,
    actionable, state, status_at, created_at, updated_at)
  values (v_payment.account_id, p_facts ->> 'warning_id', v_payment.order_id, v_payment.booking_id,
    p_facts ->> 'fraud_type', v_actionable, case when v_actionable then 'open' else 'closed' end,
    (p_facts ->> 'occurred_at')::timestamptz, p_now, p_now)
  on conflict (account_id, warning_id) do update
  set actionable = false, state = case w.state when 'open' then 'closed' else w.state end,
    status_at = excluded.status_at, updated_at = p_now
  where w.actionable and not excluded.actionable;
  perform farthing.net_payment(v_payment, jsonb_build_object('warning_id', p_facts ->> 'warning_id'),
    p_facts ->> 'author', p_now);
  v_refundable := farthing.refundable(v_payment);
  if v_refundable > 0 and exists (select from farthing.policy where early_fraud_warning = 'refund')
    and exists (select from farthing.fraud_warnings where account_id = v_payment.account_id
      and warning_id = p_facts ->> 'warning_id' and state = 'open')
  then
    -- A runner sends the refund to Stripe later, because no external call is made inside a database
    -- transaction.
    insert into farthing.refunds (account_id, order_id, booking_id, amount, currency, reason, requested_by,
      next_attempt_at, created_at, updated_at)
    values (v_payment.account_id, v_payment.order_id, v_payment.booking_id, v_refundable, v_payment.currency,
      'fraudulent', 'early_fraud_warning', p_now, p_now, p_now);
  end if;
  return 'processed';
end
$$;
comment on function farthing.apply_warning_event is
  'Applies an early fraud warning: freezes the order''s credits, and requests a refund at once if the '
  'policy early_fraud_warning is `refund`. Returns `deferred` if the payment has not arrived yet.';
