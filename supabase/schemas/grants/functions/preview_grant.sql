-- The dry run of a grant. It makes the grant with the functions that make a real one, and then undoes
-- everything. So the dry run and the grant cannot have different figures.

create function farthing.preview_grant(
  p_user_id uuid, p_amount text, p_source text, p_expires_at timestamptz, p_priority int, p_reason text,
  p_reference_id text, p_once boolean, p_author text, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_answer jsonb;
  v_account farthing.accounts;
begin
  begin
    v_answer := farthing.request_grant(p_user_id, p_amount, p_source, p_expires_at, p_priority, p_reason,
      null, p_reference_id, p_once, p_author, p_now);
    -- The figures of a pending grant are those after its confirmation.
    perform farthing.put_grant(g, p_now) from farthing.grants g
    where g.grant_id = (v_answer #>> '{data,grant_id}')::uuid;
    select * into v_account from farthing.accounts where account_id = farthing.account_for(p_user_id);
    raise exception using errcode = 'UNDO0';
  exception when sqlstate 'UNDO0' then
    null;
  end;
  perform farthing.account_to_read(p_user_id, p_author, 'POST /credits/grants', p_now);
  return jsonb_build_object('dry_run', true, 'user_id', p_user_id, 'amount', v_answer #> '{data,amount}',
    'status', case v_answer ->> 'status' when '202' then 'pending' else 'granted' end,
    'ceiling', v_answer #> '{data,ceiling}', 'balance_after', trim_scale(v_account.balance)::text,
    'debt_after', trim_scale(v_account.debt)::text)
    || case when v_answer #> '{data,duplicate}' is null then '{}' else '{"duplicate": true}' end::jsonb;
end
$$;
comment on function farthing.preview_grant is
  'Returns what a grant would change, in the API''s form, with credits as text. Changes nothing, '
  'but records that the author read the user''s data. Fails as request_grant() does.';
