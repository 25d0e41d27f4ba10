-- The RPC functions with which operators read the accounting policies, and add versions of them.

create function farthing_public.settings_accounting(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('accounting_policies'), 'time_zone', 'UTC',
    'policies', (select jsonb_agg(jsonb_build_object('name', l.setting, 'value', p.value,
        'version', p.version, 'effective_from', p.effective_from, 'choices', l.choices,
        'description', l.description, 'scheduled', (
          select coalesce(jsonb_agg(jsonb_build_object('value', s.value, 'version', s.version,
            'effective_from', s.effective_from) order by s.effective_from, s.version), '[]')
          from farthing.accounting_policies s where s.name = l.setting and s.effective_from > p_now))
        order by l.setting)
      from farthing.accounting_policy_list() l
      cross join lateral farthing.accounting_policy(l.setting, p_now) p),
    'history', farthing.settings_history('accounting_policies'))
$$;
grant execute on function farthing_public.settings_accounting to service_role;
comment on function farthing_public.settings_accounting is
  'Returns the accounting policies: {version, time_zone, policies: [{name, value, version, effective_from, '
  'choices, description, scheduled: [{value, version, effective_from}]}], history}.';

create function farthing_public.settings_accounting_set(
  p_policies jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.change_settings('accounting_policies', p_policies, p_version, p_reason, p_dry_run, p_author,
    p_idempotency_key, p_fingerprint, p_now)
$$;
grant execute on function farthing_public.settings_accounting_set to service_role;
comment on function farthing_public.settings_accounting_set is
  'Adds versions of accounting policies [{name, value, effective_from?}]. A version takes effect '
  'at its effective_from, by default at once. Returns the same object as settings_packages_set(). '
  'Fails with forbidden, invalid_request, version_conflict.';
