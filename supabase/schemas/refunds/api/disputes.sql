-- Disputes, for operators. Those that wait for evidence come first, in the order of their
-- deadlines.

create function farthing_public.disputes_list(
  p_status text default null, p_order_id uuid default null, p_user_id uuid default null,
  p_before text default null, p_limit int default 20, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- 0 stands for a user without an account: no account has the number 0, so the page is empty.
  v_account_id bigint := case
    when p_user_id is not null then
      coalesce(farthing.account_to_read(p_user_id, p_author, 'GET /disputes', p_now), 0)
    when p_order_id is not null then
      coalesce((select account_id from farthing.orders where order_id = p_order_id), 0) end;
  v_last farthing.disputes;
  v_deadline timestamptz;
begin
  select * into v_last from farthing.disputes where dispute_id = p_before;
  -- If no dispute has the cursor's id, the page is empty.
  v_deadline := case when v_last.dispute_id is not null then
    farthing.dispute_deadline(v_last.status, v_last.evidence_due_by) end;
  -- The page continues with the other disputes that have the cursor's deadline, and then with later
  -- deadlines. Each of the two parts is one range of the index.
  return farthing.page_of('disputes', p_limit, array(
    select row(farthing.dispute_answer(d), (d).dispute_id)::farthing.page_item
    from (
      (select d from farthing.disputes d
      where p_before is not null
        and farthing.dispute_deadline(d.status, d.evidence_due_by) = v_deadline
        and (d.created_at, d.dispute_id) < (v_last.created_at, v_last.dispute_id)
        and (v_account_id is null or d.account_id = v_account_id)
        and (p_order_id is null or d.order_id = p_order_id) and (p_status is null or d.status = p_status)
      order by d.created_at desc, d.dispute_id desc limit farthing.items_to_read(p_limit))
      union all
      (select d from farthing.disputes d
      where (p_before is null or farthing.dispute_deadline(d.status, d.evidence_due_by) > v_deadline)
        and (v_account_id is null or d.account_id = v_account_id)
        and (p_order_id is null or d.order_id = p_order_id) and (p_status is null or d.status = p_status)
      order by farthing.dispute_deadline(d.status, d.evidence_due_by), d.created_at desc, d.dispute_id desc
      limit farthing.items_to_read(p_limit))) page (d)
    order by farthing.dispute_deadline((d).status, (d).evidence_due_by), (d).created_at desc,
      (d).dispute_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.disputes_list to service_role;
comment on function farthing_public.disputes_list is
  'Returns a page of disputes, optionally of one status (in Stripe''s words), order or buyer: '
  '{disputes, next_before}. Disputes that wait for evidence come first, by deadline; then the others, '
  'newest first. Fails with not_found if there is no such user.';

create function farthing_public.disputes_read(
  p_dispute_id text, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_dispute farthing.disputes;
begin
  select * into v_dispute from farthing.disputes where dispute_id = p_dispute_id;
  if v_dispute.dispute_id is null then
    perform farthing.fail('not_found', 'There is no such dispute.', null, 'id');
  end if;
  perform farthing.note_account_read(v_dispute.account_id, p_author, 'GET /disputes/{id}', p_now);
  return farthing.dispute_answer(v_dispute);
end
$$;
grant execute on function farthing_public.disputes_read to service_role;
comment on function farthing_public.disputes_read is
  'Returns a dispute by Stripe''s id. Fails with not_found.';
