-- A hold in the form of the API.

create function farthing.hold_answer(p_hold farthing.holds)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'hold_id', p_hold.hold_id, 'user_id', a.owner_id, 'status', p_hold.status,
    'amount', trim_scale(p_hold.amount)::text, 'settled', trim_scale(p_hold.settled)::text,
    'shortfall', trim_scale(p_hold.shortfall)::text, 'model', p_hold.model, 'rate_version',
      p_hold.rate_version))
    || jsonb_build_object('reason', p_hold.reason, 'expires_at', p_hold.expires_at, 'created_at',
      p_hold.created_at, 'resolved_at', p_hold.resolved_at)
  from farthing.accounts a where a.account_id = p_hold.account_id
$$;
comment on function farthing.hold_answer(farthing.holds) is
  'Returns a hold in the form of the HTTP API. Credits are text.';
