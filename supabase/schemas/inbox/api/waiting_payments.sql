-- The payment runner claims payments that wait for the event of their checkout session.

create function farthing_public.sessions_claim(p_limit int, p_now timestamptz default now())
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
  'checkout session. Returns [{payment_id, paid_at}], with paid_at in seconds since 1970.';
