-- The RPC functions of daily spend caps: read the caps of a user, and set one.

create function farthing_public.spend_caps_read(p_user_id uuid, p_now timestamptz default now(),
  p_author text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account_id bigint := farthing.account_to_read(p_user_id, p_author, 'GET /credits/spend-cap', p_now);
  v_account farthing.accounts;
begin
  select * into v_account from farthing.accounts where account_id = v_account_id;
  return farthing.cap_answer(p_user_id, v_account, p_now);
end
$$;
grant execute on function farthing_public.spend_caps_read to service_role;
comment on function farthing_public.spend_caps_read is
  'Returns a user''s daily caps and today''s spending: {user_id, daily, own_daily, imposed_daily, '
  'spent_today, resets_at}. Fails with not_found.';

create function farthing_public.spend_caps_set(
  p_user_id uuid, p_daily text, p_reason text default null, p_idempotency_key text default null,
  p_fingerprint text default null, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_account farthing.accounts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := farthing.request_spend_cap(p_user_id, p_daily, p_reason,
    coalesce(p_author, 'sql:' || session_user), p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
    farthing.cap_answer(p_user_id, v_account, p_now), p_now);
end
$$;
grant execute on function farthing_public.spend_caps_set to service_role;
comment on function farthing_public.spend_caps_set is
  'Sets a user''s own daily cap if the author is owner, and the imposed daily cap otherwise. If '
  'p_daily is null, removes that cap. The lower of the two caps applies. p_reason is stored in the '
  'audit. Returns {status: 200, replayed, data: the caps}. Fails with forbidden, not_found, '
  'invalid_request.';

create function farthing_public.spend_caps_preview(
  p_user_id uuid, p_daily text, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_account farthing.accounts;
  v_answer jsonb;
begin
  begin
    v_account := farthing.request_spend_cap(p_user_id, p_daily, null, v_author, p_now);
    v_answer := farthing.cap_answer(p_user_id, v_account, p_now);
    raise exception using errcode = 'UNDO0';
  exception when sqlstate 'UNDO0' then
    null;
  end;
  perform farthing.account_to_read(p_user_id, v_author, 'POST /credits/spend-cap', p_now);
  return v_answer || '{"dry_run": true}';
end
$$;
grant execute on function farthing_public.spend_caps_preview to service_role;
comment on function farthing_public.spend_caps_preview is
  'Returns the caps as spend_caps_set() would leave them, with dry_run: true. The function sets '
  'the cap to compute this answer, then undoes the change, and records the read. Fails as '
  'spend_caps_set() does.';
