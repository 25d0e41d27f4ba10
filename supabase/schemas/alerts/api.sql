-- The RPC functions of alerts, for operators: list incidents, read and acknowledge one.

create function farthing_public.alerts_list(
  p_state text default null, p_before text default null, p_limit int default 20)
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.page_of('alerts', p_limit, array(
    select row(farthing.incident_answer(i), i.incident_id)::farthing.page_item
    from farthing.incidents i
    where i.state = any (case when p_state is null then array['open', 'acknowledged', 'resolved']
        else array[p_state] end)
      -- An unknown p_before gives an empty page, as in every list.
      and (p_before is null or i.incident_nr < (
        select b.incident_nr from farthing.incidents b where b.incident_id = farthing.uuid_of(p_before)))
    order by i.incident_nr desc limit farthing.items_to_read(p_limit)))
$$;
grant execute on function farthing_public.alerts_list to service_role;
comment on function farthing_public.alerts_list is
  'Returns incidents, newest first: {alerts, next_before}. p_state: only incidents in this state '
  '(open, acknowledged or resolved). p_before: only incidents older than the one with this id.';

create function farthing_public.alerts_read(p_incident_id uuid)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_incident farthing.incidents;
begin
  select * into v_incident from farthing.incidents
  where incident_id = p_incident_id and state <> 'pending';
  if v_incident.incident_nr is null then
    perform farthing.fail('not_found', 'There is no such alert.', null, 'id');
  end if;
  return farthing.incident_answer(v_incident);
end
$$;
grant execute on function farthing_public.alerts_read to service_role;
comment on function farthing_public.alerts_read is 'Returns an incident. Fails with not_found.';

create function farthing_public.alerts_acknowledge(
  p_incident_id uuid, p_author text default 'sql:' || session_user, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_incident farthing.incidents;
begin
  perform farthing.require_operator(p_author);
  -- Only an open incident changes: an acknowledged incident keeps its first acknowledgement, and a
  -- resolved incident needs no acknowledgement.
  update farthing.incidents set state = 'acknowledged', acknowledged_at = p_now, acknowledged_by = p_author
  where incident_id = p_incident_id and state = 'open';
  select * into v_incident from farthing.incidents
  where incident_id = p_incident_id and state <> 'pending';
  if v_incident.incident_nr is null then
    perform farthing.fail('not_found', 'There is no such alert.', null, 'id');
  end if;
  return farthing.incident_answer(v_incident);
end
$$;
grant execute on function farthing_public.alerts_acknowledge to service_role;
comment on function farthing_public.alerts_acknowledge is
  'Acknowledges an incident, and returns it. An acknowledged or resolved incident does not change. '
  'An acknowledgement is only a record: evaluations and notifications continue. Fails with not_found, '
  'and forbidden for an operator who has lost the role.';
