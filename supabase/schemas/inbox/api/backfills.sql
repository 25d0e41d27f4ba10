-- A backfill fetches the events that Stripe did not deliver. The payment runner claims it, asks
-- which of Stripe's events are not stored here, and ends it.

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
  'Claims the hourly backfill for a runner. Returns {claimed_at, since}, or null if no backfill is '
  'due. since: the time, in seconds since 1970, from which to fetch events.';

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
  'Ends a backfill. p_complete: whether the runner has fetched all events up to p_claimed_at; if '
  'not, the next run continues at once. p_unreadable: the number of events that could not be read; '
  'if it is above 0, the next backfill begins at least 15 minutes after p_claimed_at.';
