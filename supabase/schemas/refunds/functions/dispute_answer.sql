-- A dispute with its movements, as operators read it.

create function farthing.dispute_answer(p_dispute farthing.disputes)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('dispute_id', p_dispute.dispute_id, 'status', p_dispute.status,
    'is_open', farthing.is_open_dispute(p_dispute.status), 'reason', p_dispute.reason,
    'case_type', p_dispute.case_type, 'evidence_due_by', p_dispute.evidence_due_by,
    'amount', p_dispute.amount, 'currency', p_dispute.currency, 'order_id', p_dispute.order_id,
    'booking_id', p_dispute.booking_id, 'user_id', farthing.owner_of(p_dispute.account_id),
    'credits_taken_back', trim_scale(p_dispute.credits_clawed_back)::text,
    'movements', (select coalesce(jsonb_agg(jsonb_build_object('transaction_id', m.transaction_id,
        'amount', m.amount, 'fee', m.fee, 'currency', m.currency, 'created_at', m.created_at)
        order by m.created_at, m.transaction_id), '[]')
      from farthing.dispute_movements m
      where m.account_id = p_dispute.account_id and m.dispute_id = p_dispute.dispute_id),
    'created_at', p_dispute.created_at, 'updated_at', p_dispute.updated_at)
$$;
comment on function farthing.dispute_answer(farthing.disputes) is
  'Returns a dispute in the form of the API''s contract: money in minor units, credits as text.';
