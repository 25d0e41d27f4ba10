-- A request for welcome credits in the form of the API.

create function farthing.welcome_answer(p_request farthing.welcome_grants, p_is_named boolean)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_address text := (select email from auth.users where id = p_request.user_id);
begin
  return jsonb_build_object('id', p_request.request_nr::text, 'user_id', p_request.user_id,
    'address', case when p_is_named then v_address else farthing.masked_email(v_address) end,
    'status', p_request.status, 'refused_as', p_request.reason,
    'amount', trim_scale(p_request.amount)::text, 'lot_id', p_request.lot_id,
    'queued_at', p_request.queued_at, 'decided_at', p_request.decided_at,
    'retried_at', p_request.retried_at);
end
$$;
comment on function farthing.welcome_answer(farthing.welcome_grants, boolean) is
  'Returns a request for welcome credits. address: the user''s current address, masked unless the '
  'reader named the user; null for a deleted user. Credits are text.';
