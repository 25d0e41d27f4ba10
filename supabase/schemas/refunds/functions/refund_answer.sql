-- A refund in the form of the API.

create function farthing.refund_answer(p_refund farthing.refunds)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('refund_id', p_refund.refund_id, 'order_id', p_refund.order_id,
    'booking_id', p_refund.booking_id, 'stripe_refund_id', p_refund.stripe_refund_id,
    'status', case p_refund.status when 'requested' then 'pending' else p_refund.status end,
    'amount', p_refund.amount, 'currency', p_refund.currency, 'reason', p_refund.reason,
    'requested_by', p_refund.requested_by,
    'credits_taken_back', trim_scale(p_refund.credits_clawed_back)::text,
    'debt_added', trim_scale(p_refund.debt_added)::text, 'failure_reason', p_refund.failure_reason,
    'created_at', p_refund.created_at, 'updated_at', p_refund.updated_at)
$$;
comment on function farthing.refund_answer(farthing.refunds) is
  'Returns a refund in the form of the API''s contract: amount in minor units, credits as text.';
