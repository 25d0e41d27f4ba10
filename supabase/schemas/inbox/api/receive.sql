-- Receives an event from Stripe: Stripe delivered it, or a backfill fetched it.

create function farthing_public.inbox_receive(p_event jsonb, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_given jsonb := farthing.json_argument(p_event);
  v_event farthing.inbox;
begin
  insert into farthing.inbox (event_id, type, livemode, facts, occurred_at, received_at)
  values (v_given ->> 'id', v_given ->> 'type', (v_given ->> 'livemode')::boolean, v_given -> 'facts',
    to_timestamp((v_given ->> 'created')::bigint), p_now)
  on conflict (event_id) do nothing;
  select * into v_event from farthing.inbox where event_id = v_given ->> 'id' for update;
  -- A dead-lettered event waits for an operator; Stripe need not deliver the event again.
  if v_event.state in ('processed', 'ignored', 'dead') then
    return '{"received": true, "duplicate": true}'::jsonb;
  end if;
  v_event := farthing.apply_event(v_event, p_now);
  return jsonb_strip_nulls(jsonb_build_object('received', true,
    'deferred', case when v_event.state = 'deferred' then true end,
    'failed', case when v_event.state in ('failed', 'dead') then true end));
end
$$;
grant execute on function farthing_public.inbox_receive to service_role;
comment on function farthing_public.inbox_receive is
  'Records an event {id, type, livemode, created, facts} and applies it in the same transaction. Returns '
  '{received, duplicate?, deferred?, failed?}.';
