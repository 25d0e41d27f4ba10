-- The inbox: an event received; for operators what came, what became of it, and once more what was not
-- applied.

create function farthing_public.inbox_receive(p_event jsonb, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
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
  -- A dead event waits for a person; to Stripe it is received.
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

create function farthing_public.inbox_list(
  p_state text default null, p_type text default null, p_before text default null, p_limit int default 20)
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  select farthing.page_of('events', p_limit, array(
    select row(farthing.inbox_answer(i), i.event_id)::farthing.page_item
    from farthing.inbox i left join farthing.inbox b on b.event_id = p_before
    where (p_state is null or i.state = p_state) and (p_type is null or i.type = p_type)
      and (p_before is null or (i.received_at, i.event_id) < (b.received_at, b.event_id))
    order by i.received_at desc, i.event_id desc limit farthing.items_to_read(p_limit)))
$$;
grant execute on function farthing_public.inbox_list to service_role;
comment on function farthing_public.inbox_list is
  'Events, newest first, of a state or a type, from before an event id: {events, next_before}.';

create function farthing_public.inbox_read(p_event_id text)
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
grant execute on function farthing_public.inbox_read to service_role;
comment on function farthing_public.inbox_read is
  'An event with the facts that are kept of it. Fails not_found.';

create function farthing_public.inbox_replay(p_event_id text, p_now timestamptz default now())
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
grant execute on function farthing_public.inbox_replay to service_role;
comment on function farthing_public.inbox_replay is
  'Applies an event that is dead, failed, deferred or ignored, as if it were delivered now, and gives it its '
  'ten tries again. Changes nothing where it was processed. Returns the event. Fails not_found.';

create function farthing_public.inbox_dead(p_limit int default 100)
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(event_id order by occurred_at, event_id), '[]') from (
    select event_id, occurred_at from farthing.inbox where state = 'dead'
    order by received_at, event_id limit p_limit) d
$$;
grant execute on function farthing_public.inbox_dead to service_role;
comment on function farthing_public.inbox_dead is
  'Ids of events that nobody tries again, those that came first, in the order in which they happened.';

create function farthing_public.inbox_missing(p_event_ids jsonb)
returns jsonb
language sql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(given.event_id order by given.nr), '[]')
  from jsonb_array_elements_text(farthing.json_argument(p_event_ids)) with ordinality given (event_id, nr)
  where not exists (select from farthing.inbox i where i.event_id = given.event_id)
$$;
grant execute on function farthing_public.inbox_missing to service_role;
comment on function farthing_public.inbox_missing is 'Of a list of event ids those that never came.';

create function farthing_public.backfills_claim(p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
  -- Two runners at once: the second waits for the row, and finds it claimed.
  update farthing.backfills set claimed_at = p_now where farthing.backfill_is_due(backfills, p_now)
  returning jsonb_build_object('claimed_at', claimed_at,
    -- A little before the last one, for what came into Stripe's list late; Stripe keeps 30 days.
    'since', floor(extract(epoch from greatest(done_until - interval '10 minutes',
      p_now - interval '30 days')))::bigint)
$$;
grant execute on function farthing_public.backfills_claim to service_role;
comment on function farthing_public.backfills_claim is
  'Gives the hourly backfill to one runner: {claimed_at, since} with since in seconds since 1970; null where '
  'none is due.';

create function farthing_public.backfills_finish(
  p_claimed_at timestamptz, p_complete boolean, p_unreadable int)
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
begin
  update farthing.backfills set done_until = greatest(done_until, p_claimed_at) where p_complete;
  -- Taken over meanwhile, the claim is another runner's, and so is what comes of it.
  update farthing.backfills
  set claimed_at = null, unreadable = p_unreadable,
    -- A missing right stays missing until somebody grants it; the whole list each minute does not help.
    retry_at = case when p_unreadable > 0 then p_claimed_at + interval '15 minutes' end
  where claimed_at = p_claimed_at;
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.backfills_finish to service_role;
comment on function farthing_public.backfills_finish is
  'A runner has asked Stripe for all events up to when it began, or for as many as it could. Where its time '
  'ran out the next one goes on at once; where it could not read events, 15 minutes after it began.';

create function farthing_public.mode_check(p_livemode boolean)
returns jsonb
language plpgsql stable security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('livemode', farthing.require_mode(p_livemode));
end
$$;
grant execute on function farthing_public.mode_check to service_role;
comment on function farthing_public.mode_check is
  'Whether Stripe''s mode is this database''s: {livemode}, null while no event has come. Fails '
  'mode_mismatch.';
