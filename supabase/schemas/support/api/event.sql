-- The page of a Stripe event.

create function farthing_public.inbox_read(
  p_event_id text, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event farthing.inbox;
  v_account_id bigint;
begin
  select * into v_event from farthing.inbox where event_id = p_event_id;
  if v_event.event_id is null then
    perform farthing.fail('not_found', 'There is no such event.', null, 'id');
  end if;
  v_account_id := farthing.event_account(v_event.facts);
  if v_account_id is not null then
    perform farthing.note_account_read(v_account_id, p_author, 'GET /webhook-events/{id}', p_now);
  end if;
  return farthing.event_page(v_event, v_account_id);
end
$$;
grant execute on function farthing_public.inbox_read to service_role;
comment on function farthing_public.inbox_read is
  'Returns an event with its stored facts, its customer, and the entries that it caused. Records '
  'that the customer''s data was read. Fails with not_found.';
