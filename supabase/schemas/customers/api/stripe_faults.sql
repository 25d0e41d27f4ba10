-- The RPC function that records a setup fault at Stripe.

create function farthing_public.stripe_faults_report(
  p_fault text, p_detail text, p_subject text default '', p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into farthing.stripe_faults as f (fault, subject, detail, first_seen_at, last_seen_at)
  values (p_fault, p_subject, left(p_detail, 1000), p_now, p_now)
  on conflict (fault, subject) do update
  set detail = excluded.detail, last_seen_at = greatest(f.last_seen_at, excluded.last_seen_at);
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.stripe_faults_report to service_role;
comment on function farthing_public.stripe_faults_report is
  'Records that Stripe refused a request because of the setup. p_fault: key_refused, other_account '
  'or tax_not_set_up. p_subject: for other_account, the customer at Stripe. The alert stripe_setup '
  'reports the fault until a request succeeds. Returns {}.';
