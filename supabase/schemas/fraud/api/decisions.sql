-- Operators list the decisions of the fraud check.

create function farthing_public.fraud_decisions_list(p_user_id uuid default null, p_outcome text default null,
  p_before text default null, p_limit int default 20, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- 0 stands for a user without an account: no account has the number 0, so the list is empty.
  v_account_id bigint := case when p_user_id is not null then
    coalesce(farthing.account_to_read(p_user_id, p_author, 'GET /fraud/decisions', p_now), 0) end;
begin
  return farthing.page_of('decisions', p_limit, array(
    select row(jsonb_build_object('id', d.decision_id::text, 'user_id', farthing.owner_of(d.account_id),
      'action', d.action, 'outcome', d.outcome, 'reasons', d.reasons, 'order_id', d.order_id,
      'booking_id', d.booking_id, 'ip_hash', encode(d.ip_hash, 'hex'), 'decided_at', d.decided_at),
      d.decision_id)::farthing.page_item
    from farthing.fraud_decisions d
    where (v_account_id is null or d.account_id = v_account_id)
      and (p_outcome is null or d.outcome = p_outcome)
      and (p_before is null or d.decision_id < p_before::bigint)
    order by d.decision_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.fraud_decisions_list to service_role;
comment on function farthing_public.fraud_decisions_list is
  'Returns the decisions of the fraud check, newest first: {decisions, next_before}. p_outcome: '
  'only decisions with this outcome (allow, refuse or flag). p_before: only decisions older than '
  'the one with this id. Fails with not_found if there is no such user.';
