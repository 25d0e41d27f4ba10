-- The RPC functions of grants, for operators and keys: grant, preview, confirm or decline, read and list.

create function farthing_public.credits_grant(
  p_user_id uuid, p_amount text, p_source text, p_expires_at timestamptz default null,
  p_priority int default null, p_reason text default null, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null, p_reference_id text default null,
  p_once boolean default false, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_answer := farthing.request_grant(p_user_id, p_amount, p_source, p_expires_at, p_priority, p_reason,
    p_correlation_id, p_reference_id, p_once, coalesce(p_author, 'sql:' || session_user), p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, (v_answer ->> 'status')::int,
    v_answer -> 'data', p_now);
end
$$;
grant execute on function farthing_public.credits_grant to service_role;
comment on function farthing_public.credits_grant is
  'Grants a promotional or adjustment lot. Returns {status: 201, replayed, data: lot}, or {status: '
  '202, replayed, data: grant} if another operator must confirm. If p_once is true, credits can be '
  'granted only once for a p_reference_id, with no time limit. A repeated call then returns '
  'duplicate: true, with status 200, or 202 while the grant is pending. Fails with grant_not_allowed, '
  'forbidden, reference_conflict, not_found, invalid_request. Credits are text.';

create function farthing_public.grants_preview(
  p_user_id uuid, p_amount text, p_source text, p_expires_at timestamptz default null,
  p_priority int default null, p_reason text default null, p_reference_id text default null,
  p_once boolean default false, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  return farthing.preview_grant(p_user_id, p_amount, p_source, p_expires_at, p_priority, p_reason,
    p_reference_id, p_once, coalesce(p_author, 'sql:' || session_user), p_now);
end
$$;
grant execute on function farthing_public.grants_preview to service_role;
comment on function farthing_public.grants_preview is
  'Returns what credits_grant() would change: {dry_run, user_id, amount, status, ceiling, balance_after, '
  'debt_after, duplicate?}. status pending: another operator would have to confirm the grant, and the '
  'figures are those after the confirmation. Changes nothing, and records the read. Fails as '
  'credits_grant() does. Credits are text.';

create function farthing_public.grants_decide(
  p_grant_id uuid, p_confirm boolean, p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_grant farthing.grants;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.require_granter(v_author);
  v_grant := farthing.decide_grant(farthing.lock_pending_grant(p_grant_id, p_now), p_confirm, v_author,
    p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
    farthing.grant_answer(v_grant, p_now), p_now);
end
$$;
grant execute on function farthing_public.grants_decide to service_role;
comment on function farthing_public.grants_decide is
  'Confirms a pending grant and adds its credits, or declines the grant. Returns {status: 200, replayed, '
  'data: grant}. Fails with grant_not_allowed, grant_not_pending, forbidden, not_found.';

create function farthing_public.grants_read(
  p_grant_id uuid, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_grant farthing.grants;
begin
  select * into v_grant from farthing.grants where grant_id = p_grant_id;
  if v_grant.grant_id is null then
    perform farthing.fail('not_found', 'There is no such grant.', null, 'id');
  end if;
  perform farthing.note_account_read(v_grant.account_id, p_author, 'GET /credits/grants/{id}', p_now);
  return farthing.grant_answer(v_grant, p_now);
end
$$;
grant execute on function farthing_public.grants_read to service_role;
comment on function farthing_public.grants_read is
  'Returns a grant, for operators, and records the read. Fails with not_found.';

create function farthing_public.grants_list(
  p_status text default null, p_before uuid default null, p_limit int default 20,
  p_user_id uuid default null, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- 0 stands for a user without an account: no account has the number 0, so the list is empty.
  v_account_id bigint := case when p_user_id is not null then
    coalesce(farthing.account_to_read(p_user_id, p_author, 'GET /credits/grants', p_now), 0) end;
  -- The grant with the id p_before is read first, because the index scan begins at its created_at
  -- and its id.
  v_last farthing.grants;
begin
  select * into v_last from farthing.grants where grant_id = p_before;
  return farthing.page_of('grants', p_limit, array(
    select row(farthing.grant_answer(g, p_now), g.grant_id)::farthing.page_item
    from farthing.grants g
    where (v_account_id is null or g.account_id = v_account_id)
      -- This filter computes the status as grant_answer() does.
      and (p_status is null
        or g.status = p_status and (p_status <> 'pending' or g.confirm_before > p_now)
        or p_status = 'expired' and g.status = 'pending' and g.confirm_before <= p_now)
      and (p_before is null or (g.created_at, g.grant_id) < (v_last.created_at, v_last.grant_id))
    order by g.created_at desc, g.grant_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.grants_list to service_role;
comment on function farthing_public.grants_list is
  'Returns grants for operators, newest first: {grants, next_before}. p_status, p_user_id: only '
  'grants with this status and of this user. p_before: only grants older than the one with this '
  'id. Fails with not_found if there is no such user.';
