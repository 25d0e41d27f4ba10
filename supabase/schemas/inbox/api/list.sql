-- Operators list events. support/api/event.sql has the page of one event.

create function farthing_public.inbox_list(
  p_state text default null, p_type text default null, p_before text default null, p_limit int default 20)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- The event with the id p_before is read first, because the index scan begins at its received_at
  -- and its id.
  v_last farthing.inbox;
begin
  select * into v_last from farthing.inbox where event_id = p_before;
  return farthing.page_of('events', p_limit, array(
    select row(farthing.inbox_answer(i), i.event_id)::farthing.page_item
    from farthing.inbox i
    where (p_state is null or i.state = p_state) and (p_type is null or i.type = p_type)
      and (p_before is null or (i.received_at, i.event_id) < (v_last.received_at, v_last.event_id))
    order by i.received_at desc, i.event_id desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.inbox_list to service_role;
comment on function farthing_public.inbox_list is
  'Returns a page of events, newest first, optionally of one state or type: {events, next_before}. '
  'p_before: an event id.';
