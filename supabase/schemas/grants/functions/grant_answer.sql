-- A grant in the form of the API: its lot, or the grant that waits for another operator.

create function farthing.lot_answer(p_user_id uuid, p_lot farthing.lots)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('id', p_lot.lot_id, 'user_id', p_user_id, 'source', p_lot.source,
    'amount', trim_scale(p_lot.amount)::text, 'remaining', trim_scale(p_lot.remaining)::text,
    'priority', p_lot.priority, 'expires_at', p_lot.expires_at, 'created_at', p_lot.created_at)
$$;
comment on function farthing.lot_answer(uuid, farthing.lots) is
  'Returns the lot that a grant created, in the API''s form. Credits are text.';

create function farthing.grant_answer(p_grant farthing.grants, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('grant_id', p_grant.grant_id, 'user_id', a.owner_id,
    'status', case when p_grant.status = 'pending' and p_grant.confirm_before <= p_now then 'expired'
      else p_grant.status end,
    'source', p_grant.source, 'amount', trim_scale(p_grant.amount)::text, 'priority', p_grant.priority,
    'expires_at', p_grant.expires_at, 'reason', p_grant.reason, 'reference_id', p_grant.reference_id,
    'ceiling', p_grant.ceiling, 'requested_by', p_grant.author, 'confirm_before', p_grant.confirm_before,
    'decided_by', p_grant.decided_by, 'decided_at', p_grant.decided_at, 'lot_id', p_grant.lot_id,
    'created_at', p_grant.created_at)
  from farthing.accounts a where a.account_id = p_grant.account_id
$$;
comment on function farthing.grant_answer(farthing.grants, timestamptz) is
  'Returns a grant in the API''s form for operators. Credits are text. A pending grant counts as expired '
  'after confirm_before.';
