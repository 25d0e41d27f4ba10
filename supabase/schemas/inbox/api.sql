-- The inbox: endpoints receive an event; operators list and replay events; the payment runner
-- fetches lost events.

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

create function farthing_public.inbox_list(
  p_state text default null, p_type text default null, p_before text default null, p_limit int default 20)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- the best index depends on the filters
as $$
declare
  -- The event that p_before names is read first, so that its values bound the index scan.
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
  'the event. Fails not_found, and forbidden for an operator who has lost the role.';

create function farthing_public.inbox_dead(p_limit int default 100, p_author text default null)
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
  'Returns the ids of the p_limit dead-lettered events that arrived first, in the order in which they '
  'occurred, for a replay. Fails forbidden for an operator who has lost the role.';

create function farthing_public.inbox_missing(p_event_ids jsonb)
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(given.event_id order by given.nr), '[]')
  from jsonb_array_elements_text(farthing.json_argument(p_event_ids)) with ordinality given (event_id, nr)
  where not exists (select from farthing.inbox i where i.event_id = given.event_id)
$$;
grant execute on function farthing_public.inbox_missing to service_role;
comment on function farthing_public.inbox_missing is
  'Returns the ids in p_event_ids that no stored event has.';

create function farthing_public.backfills_claim(p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('claimed_at', b.claimed_at,
    'since', floor(extract(epoch from farthing.backfill_since(b, p_now)))::bigint)
  from farthing.claim_backfill(p_now) b where b.one_row
$$;
grant execute on function farthing_public.backfills_claim to service_role;
comment on function farthing_public.backfills_claim is
  'Gives the hourly backfill to one runner. Returns {claimed_at, since}, or null if no backfill is due. '
  'since: the time, in seconds since 1970, from which to fetch events.';

create function farthing_public.backfills_finish(
  p_claimed_at timestamptz, p_complete boolean, p_unreadable int)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  perform farthing.finish_backfill(p_claimed_at, p_complete, p_unreadable);
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.backfills_finish to service_role;
comment on function farthing_public.backfills_finish is
  'Ends a backfill. p_complete: the runner has fetched all events up to p_claimed_at; otherwise the next '
  'run continues at once. p_unreadable: how many events could not be read; above 0, the next backfill '
  'begins at least 15 minutes after p_claimed_at.';

create function farthing_public.sessions_claim(p_limit int default 20, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('payment_id', i.facts ->> 'payment_id',
    'paid_at', extract(epoch from i.occurred_at)::bigint) order by i.received_at, i.event_id), '[]')
  from farthing.claim_sessions(p_limit, p_now) i
$$;
grant execute on function farthing_public.sessions_claim to service_role;
comment on function farthing_public.sessions_claim is
  'Leases up to p_limit payments that have waited for at least a minute for the event of their '
  'session. Returns [{payment_id, paid_at}], with paid_at in seconds since 1970.';

create function farthing_public.mode_check(p_livemode boolean)
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('livemode', farthing.require_mode(p_livemode));
end
$$;
grant execute on function farthing_public.mode_check to service_role;
comment on function farthing_public.mode_check is
  'Compares p_livemode with this database''s mode. Returns {livemode}: this database''s mode, null '
  'before the first event. Fails mode_mismatch.';
