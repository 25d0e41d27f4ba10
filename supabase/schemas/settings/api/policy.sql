-- The RPC functions of the policy: operators read its settings, and change some of them.

create function farthing_public.settings_policy()
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('policy'),
    'settings', (select jsonb_agg(jsonb_build_object('name', s.setting, 'value', v.value ->> s.setting,
      'default', farthing.policy_default(s.setting), 'kind', s.kind, 'unit', s.unit,
      'lowest', s.lowest::text, 'highest', s.highest::text, 'choices', s.choices,
      'description', s.description) order by s.nr)
      from farthing.policy_list() with ordinality
        s (setting, kind, unit, lowest, highest, choices, description, nr)),
    'history', farthing.settings_history('policy'))
  from (select farthing.shown_values('policy', to_jsonb(p)) from farthing.policy p) v (value)
$$;
grant execute on function farthing_public.settings_policy to service_role;
comment on function farthing_public.settings_policy is
  'Returns the policy: {version, settings: [{name, value, default, kind, unit, lowest, highest, choices, '
  'description}], history}. Values are text, durations are seconds.';

create function farthing_public.settings_policy_set(
  p_changes jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now(),
  p_has_second_factor boolean default false, p_livemode boolean default null)
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.refuse_lockout(farthing.json_argument(p_changes), p_author, p_has_second_factor,
    p_livemode);
  select farthing.change_settings('policy', p_changes, p_version, p_reason, p_dry_run, p_author,
    p_idempotency_key, p_fingerprint, p_now)
$$;
grant execute on function farthing_public.settings_policy_set to service_role;
comment on function farthing_public.settings_policy_set is
  'Changes the settings of the policy that p_changes names: {setting: value}, durations in seconds. '
  'p_has_second_factor: whether the operator''s token shows a second factor (aal2). p_livemode: whether '
  'Stripe''s key is a live one. Returns the same object as settings_packages_set(). Fails with forbidden, '
  'invalid_request, version_conflict, or with mfa_required if an operator without a second factor sets '
  'operator_mfa to a value that requires one now.';
