-- The inbox for operators: what came, what became of it, and once more for what was not applied.
-- Why a replay is a door and not an update: it takes the same way as a delivery, so it can do no more than
-- Stripe could by sending the event again.

create index inbox_newest on farthing.inbox (received_at desc, event_id desc);

create function farthing.inbox_answer(p_event farthing.inbox)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('event_id', p_event.event_id, 'type', p_event.type, 'state', p_event.state,
    'attempts', p_event.attempts, 'next_attempt_at', p_event.next_attempt_at,
    'last_error', p_event.last_error, 'livemode', p_event.livemode, 'occurred_at', p_event.occurred_at,
    'received_at', p_event.received_at, 'processed_at', p_event.processed_at)
$$;
comment on function farthing.inbox_answer(farthing.inbox) is
  'An event as lists show it: without its facts.';

create function public.inbox_list(
  p_state text default null, p_type text default null, p_before text default null, p_limit int default 20)
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  with page as (
    select i.* from farthing.inbox i
    left join farthing.inbox b on b.event_id = p_before
    where (p_state is null or i.state = p_state) and (p_type is null or i.type = p_type)
      and (p_before is null or (i.received_at, i.event_id) < (b.received_at, b.event_id))
    order by i.received_at desc, i.event_id desc limit p_limit + 1
  )
  select jsonb_build_object(
    'events', coalesce((select jsonb_agg(farthing.inbox_answer(s.*::farthing.inbox)
      order by s.received_at desc, s.event_id desc)
      from (select * from page order by received_at desc, event_id desc limit p_limit) s), '[]'),
    'next_before', case when (select count(*) from page) > p_limit
      then (select event_id from page order by received_at desc, event_id desc
        offset p_limit - 1 limit 1) end)
$$;
grant execute on function public.inbox_list to service_role;
comment on function public.inbox_list is
  'Events, newest first, of a state or a type, from before an event id: {events, next_before}.';

create function public.inbox_read(p_event_id text)
returns jsonb
language plpgsql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event farthing.inbox;
begin
  select * into v_event from farthing.inbox where event_id = p_event_id;
  if v_event.event_id is null then
    perform farthing.fail('not_found', 'There is no such event.', null, 'id');
  end if;
  return farthing.inbox_answer(v_event) || jsonb_build_object('facts', v_event.facts);
end
$$;
grant execute on function public.inbox_read to service_role;
comment on function public.inbox_read is 'An event with the facts that are kept of it. Fails not_found.';

create function public.inbox_replay(p_event_id text, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event farthing.inbox;
begin
  select * into v_event from farthing.inbox where event_id = p_event_id for update;
  if v_event.event_id is null then
    perform farthing.fail('not_found', 'There is no such event.', null, 'id');
  end if;
  -- What was applied stays applied once. An event without facts is of a type that was not used when it came.
  if v_event.state <> 'processed' and v_event.facts <> '{}' then
    -- Ten tries again: whoever asks has mended what stood in the way, or sees by the error what does.
    v_event.attempts := 0;
    v_event.next_attempt_at := null;
    v_event := farthing.apply_event(v_event, p_now);
  end if;
  return farthing.inbox_answer(v_event) || jsonb_build_object('facts', v_event.facts);
end
$$;
grant execute on function public.inbox_replay to service_role;
comment on function public.inbox_replay is
  'Applies an event that is dead, failed, deferred or ignored, as if it were delivered now, and gives it its '
  'ten tries again. Changes nothing where it was processed. Returns the event. Fails not_found.';

create function public.inbox_dead(p_limit int default 100)
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(event_id order by occurred_at, event_id), '[]') from (
    select event_id, occurred_at from farthing.inbox where state = 'dead'
    order by received_at, event_id limit p_limit) d
$$;
grant execute on function public.inbox_dead to service_role;
comment on function public.inbox_dead is
  'Ids of events that nobody tries again, those that came first, in the order in which they happened.';

create function public.inbox_missing(p_event_ids jsonb)
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(given.event_id order by given.nr), '[]')
  from jsonb_array_elements_text(farthing.json_argument(p_event_ids)) with ordinality given (event_id, nr)
  where not exists (select from farthing.inbox i where i.event_id = given.event_id)
$$;
grant execute on function public.inbox_missing to service_role;
comment on function public.inbox_missing is 'Of a list of event ids those that never came.';
