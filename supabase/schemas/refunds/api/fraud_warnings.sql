-- Early fraud warnings: list and clear.

create function farthing_public.warnings_list(
  p_state text default null, p_before text default null, p_limit int default 20,
  p_user_id uuid default null, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- A user without an account gets 0. No account has that number, so the list is empty.
  v_account_id bigint := case when p_user_id is not null then
    coalesce(farthing.account_to_read(p_user_id, p_author, 'GET /fraud/warnings', p_now), 0) end;
  -- The warning with the id p_before. It is read first, because the index scan for the page begins
  -- at its created_at and id.
  v_last farthing.fraud_warnings;
begin
  select * into v_last from farthing.fraud_warnings where warning_id = p_before;
  return farthing.page_of('warnings', p_limit, array(
    select row(farthing.warning_answer(w), w.warning_id)::farthing.page_item
    from farthing.fraud_warnings w
    where (v_account_id is null or w.account_id = v_account_id)
      and (p_state is null or w.state = p_state)
      and (p_before is null or (w.created_at, w.warning_id) < (v_last.created_at, v_last.warning_id))
    order by w.created_at desc, w.warning_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.warnings_list to service_role;
comment on function farthing_public.warnings_list is
  'Returns a page of early fraud warnings, newest first, optionally of one state or user: {warnings, '
  'next_before}. Fails with not_found if there is no such user.';

create function farthing_public.warnings_clear(
  p_warning_id text, p_reason text, p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_warning farthing.fraud_warnings;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.require_operator(v_author);
  select * into v_warning from farthing.fraud_warnings where warning_id = p_warning_id;
  if v_warning.warning_id is null then
    perform farthing.fail('not_found', 'There is no such warning.', null, 'id');
  end if;
  perform farthing.clear_warning(v_warning, p_reason, v_author, p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, (
    select jsonb_build_object('warning_id', warning_id, 'state', state)
    from farthing.fraud_warnings where warning_id = p_warning_id), p_now);
end
$$;
grant execute on function farthing_public.warnings_clear to service_role;
comment on function farthing_public.warnings_clear is
  'Clears a card network''s warning and unfreezes the payment''s credits, because an operator trusts the '
  'payment. A warning that is not open does not change. Returns {status: 200, replayed, data: {warning_id, '
  'state}}. Fails with not_found; fails with forbidden if the payment is the operator''s own, or if the '
  'operator has lost the role.';
