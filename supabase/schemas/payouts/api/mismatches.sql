-- Operators list the differences between our records and Stripe's, and resolve them.

create function farthing_public.mismatches_list(
  p_state text default 'open', p_kind text default null, p_payout_id text default null,
  p_before uuid default null, p_limit int default 20, p_user_id uuid default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- 0 stands for a user without an account: no account has the number 0, so the page is empty.
  v_account_id bigint := case when p_user_id is not null then
    coalesce(farthing.account_to_read(p_user_id, p_author, 'GET /mismatches', p_now), 0) end;
  -- The mismatch with the id p_before. It is read first, because the index scan for the page begins
  -- at its found_at and id.
  v_last farthing.mismatches;
begin
  select * into v_last from farthing.mismatches where mismatch_id = p_before;
  return farthing.page_of('mismatches', p_limit, array(
    select row(farthing.mismatch_answer(m), m.mismatch_id)::farthing.page_item
    from farthing.mismatches m
    where (p_state is null or p_state = 'open' and m.resolved_at is null
        or p_state <> 'open' and m.resolved_at is not null)
      and (p_kind is null or m.kind = p_kind)
      and (p_payout_id is null or m.payout_id = p_payout_id)
      and (v_account_id is null or m.account_id = v_account_id)
      and (p_before is null or (m.found_at, m.mismatch_id) < (v_last.found_at, v_last.mismatch_id))
    order by m.found_at desc, m.mismatch_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.mismatches_list to service_role;
comment on function farthing_public.mismatches_list is
  'Returns a page of mismatches, newest first, optionally of one state (open or resolved), kind, payout '
  'or user: {mismatches, next_before}. Fails with not_found if there is no such user.';

create function farthing_public.mismatches_resolve(
  p_mismatch_id uuid, p_reason text, p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_mismatch farthing.mismatches;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.require_operator(v_author);
  perform farthing.require_reason(p_reason);
  perform farthing.allow_change(v_author, p_reason);
  update farthing.mismatches
  set resolved_at = greatest(found_at, p_now), resolved_by = v_author, resolve_reason = p_reason
  where mismatch_id = p_mismatch_id and resolved_at is null;
  select * into v_mismatch from farthing.mismatches where mismatch_id = p_mismatch_id;
  if v_mismatch.mismatch_id is null then
    perform farthing.fail('not_found', 'There is no such mismatch.', null, 'id');
  end if;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
    farthing.mismatch_answer(v_mismatch), p_now);
end
$$;
grant execute on function farthing_public.mismatches_resolve to service_role;
comment on function farthing_public.mismatches_resolve is
  'Resolves an open mismatch, and audits the reason. A mismatch that is already resolved does not '
  'change. Returns {status: 200, replayed, data: mismatch}. Fails with not_found, forbidden, '
  'invalid_request.';
