-- Operators list notifications with their states and recipients, but never with their contents.

create function farthing_public.notifications_list(
  p_state text default null, p_template text default null, p_user_id uuid default null,
  p_before uuid default null, p_limit int default 20, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables, and addresses are in Auth's table
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- 0 stands for a user without an account: no account has the number 0, so the page is empty.
  v_account_id bigint := case when p_user_id is not null then
    coalesce(farthing.account_to_read(p_user_id, p_author, 'GET /notifications', p_now), 0) end;
  -- The notification with the id p_before. It is read first, because the index scan for the page
  -- begins at its created_at and id.
  v_last farthing.notifications;
begin
  select * into v_last from farthing.notifications where notification_id = p_before;
  return farthing.page_of('notifications', p_limit, array(
    select row(farthing.notification_answer(n, p_user_id is not null), n.notification_id)::farthing.page_item
    from farthing.notifications n
    where (v_account_id is null or n.account_id = v_account_id)
      and (p_state is null or n.state = p_state)
      and (p_template is null or n.template = p_template)
      and (p_before is null
        or (n.created_at, n.notification_id) < (v_last.created_at, v_last.notification_id))
    order by n.created_at desc, n.notification_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.notifications_list to service_role;
comment on function farthing_public.notifications_list is
  'Returns a page of notifications, newest first, optionally of one state, template or user: '
  '{notifications, next_before}. Addresses are masked unless p_user_id names the user. Fails with not_found '
  'if there is no such user.';
