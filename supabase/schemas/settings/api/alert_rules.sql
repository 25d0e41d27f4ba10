-- The RPC functions of alert rules: operators read the figures of the rules, and change some
-- figures.

create function farthing_public.settings_alerts()
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('alert_rules'),
    'rules', (select coalesce(jsonb_agg(farthing.alert_rule_answer(r) order by r.rule), '[]')
      from farthing.alert_rules r),
    'history', farthing.settings_history('alert_rules'))
$$;
grant execute on function farthing_public.settings_alerts to service_role;
comment on function farthing_public.settings_alerts is
  'Returns the alert rules with their figures and defaults, the version of the list, and its last '
  'changes: {version, rules, history}. Figures are text, times are seconds.';

create function farthing_public.settings_alerts_set(
  p_rules jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.change_settings('alert_rules', p_rules, p_version, p_reason, p_dry_run, p_author,
    p_idempotency_key, p_fingerprint, p_now)
$$;
grant execute on function farthing_public.settings_alerts_set to service_role;
comment on function farthing_public.settings_alerts_set is
  'Changes figures of alert rules [{rule, threshold?, fine_at?, factor?, minimum?, period?, baseline?, '
  'fires_after?, resolves_after?, enabled?}], times in seconds. Returns the same object as '
  'settings_packages_set(). Fails with forbidden, invalid_request, version_conflict.';
