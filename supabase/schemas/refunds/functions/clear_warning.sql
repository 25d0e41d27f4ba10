-- Early fraud warnings: the answer for operators, and the function that clears a warning. Operators
-- can't clear a warning about their own payment.

create function farthing.warning_answer(p_warning farthing.fraud_warnings)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('warning_id', p_warning.warning_id, 'order_id', p_warning.order_id,
    'booking_id', p_warning.booking_id, 'user_id', a.owner_id, 'fraud_type', p_warning.fraud_type,
    'actionable', p_warning.actionable, 'state', p_warning.state, 'created_at', p_warning.created_at)
  from farthing.accounts a where a.account_id = p_warning.account_id
$$;
comment on function farthing.warning_answer(farthing.fraud_warnings) is
  'Returns an early fraud warning in the form of the API''s contract.';

create function farthing.clear_warning(
  p_warning farthing.fraud_warnings, p_reason text, p_author text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.refuse_own(p_author, p_warning.account_id);
  perform from farthing.accounts where account_id = p_warning.account_id for no key update;
  update farthing.fraud_warnings
  set state = 'cleared', cleared_by = p_author, clear_reason = p_reason, updated_at = p_now
  where account_id = p_warning.account_id and warning_id = p_warning.warning_id and state = 'open';
  if not found then
    return;
  end if;
  perform farthing.audit_action('fraud_warnings',
    farthing.pick(to_jsonb(p_warning), '{account_id, warning_id}'),
    farthing.pick(to_jsonb(p_warning), '{state}'), '{"state": "cleared"}', p_author, p_reason, p_now);
  -- A refund that Stripe does not have yet is marked as failed, so that no runner sends it. If
  -- Stripe made the refund after all, Stripe's event arrives and is applied.
  perform farthing.fail_refund(r, 'The warning was cleared.', p_now) from farthing.refunds r
  where r.account_id = p_warning.account_id and r.status = 'requested' and r.stripe_refund_id is null
    and r.requested_by = 'early_fraud_warning' and (r.order_id = p_warning.order_id
      or r.booking_id = p_warning.booking_id);
  if p_warning.order_id is not null then
    perform farthing.net_order(p_warning.account_id, p_warning.order_id,
      jsonb_build_object('warning_id', p_warning.warning_id), p_author, p_now);
  end if;
end
$$;
comment on function farthing.clear_warning(farthing.fraud_warnings, text, text, timestamptz) is
  'Clears an open warning: marks its refund as failed if Stripe does not have that refund yet, and '
  'unfreezes the order''s credits. A warning that is not open does not change. Fails with forbidden if '
  'the payment is the author''s own.';
