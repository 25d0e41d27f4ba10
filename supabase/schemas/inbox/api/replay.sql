-- Operators replay events: a single one, or all those that were dead-lettered.

create function farthing_public.inbox_replay(
  p_event_id text, p_now timestamptz default now(), p_author text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event farthing.inbox;
  v_before text;
begin
  perform farthing.require_operator(coalesce(p_author, 'sql:' || session_user));
  select * into v_event from farthing.inbox where event_id = p_event_id for update;
  if v_event.event_id is null then
    perform farthing.fail('not_found', 'There is no such event.', null, 'id');
  end if;
  -- A processed event must not be applied twice. An event without facts has nothing to apply.
  if v_event.state <> 'processed' and v_event.facts <> '{}' then
    -- The event gets ten new attempts, because the operator has probably fixed the cause. If not,
    -- the new last_error names the cause.
    v_before := v_event.state;
    v_event.attempts := 0;
    v_event.next_attempt_at := null;
    v_event := farthing.apply_event(v_event, p_now);
    perform farthing.audit_action('inbox', jsonb_build_object('event_id', p_event_id),
      jsonb_build_object('state', v_before), jsonb_build_object('state', v_event.state), p_author, null,
      p_now);
  end if;
  return farthing.inbox_answer(v_event) || jsonb_build_object('facts', v_event.facts);
end
$$;
grant execute on function farthing_public.inbox_replay to service_role;
comment on function farthing_public.inbox_replay is
  'Applies a dead-lettered, failed, deferred or ignored event as if Stripe delivered it now, with ten new '
  'attempts, and audits the replay. Changes nothing if the event was processed or has no facts. Returns '
  'the event. Fails with not_found, and forbidden for an operator who has lost the role.';

create function farthing_public.inbox_dead(p_limit int, p_author text default null)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.require_operator(p_author);
  return (select coalesce(jsonb_agg(event_id order by occurred_at, event_id), '[]') from (
    select event_id, occurred_at from farthing.inbox where state = 'dead'
    order by received_at, event_id limit p_limit) d);
end
$$;
grant execute on function farthing_public.inbox_dead to service_role;
comment on function farthing_public.inbox_dead is
  'Returns the ids of up to p_limit dead-lettered events to replay. Takes the events that arrived first, '
  'and sorts them by the time at which they occurred at Stripe. Fails with forbidden for an operator who '
  'has lost the role.';
