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
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_changes jsonb := farthing.json_argument(p_changes);
  v_before jsonb;
  v_fields jsonb;
  v_constraint text;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform farthing.refuse_bad_policy(v_changes);
  select to_jsonb(p) into v_before from farthing.policy p for update;
  perform farthing.refuse_old_version('policy', p_version);
  if not p_dry_run then
    perform farthing.begin_change(p_author, p_reason);
  end if;
  begin
    perform farthing.set_policy(farthing.policy_values(v_changes), coalesce(p_reason, 'a dry run'), p_author,
      p_now);
    select farthing.field_changes(
      farthing.shown_values('policy', v_before - '{updated_at,updated_by}'::text[]),
      farthing.shown_values('policy', to_jsonb(p) - '{updated_at,updated_by}'::text[]))
    into v_fields from farthing.policy p;
    -- A dry run applies the change, so that the table checks the values together, and undoes it. A
    -- change that changes nothing is undone, too.
    if p_dry_run or v_fields = '[]' then
      raise exception using errcode = 'UNDO0';
    end if;
  exception
    when sqlstate 'UNDO0' then
      null;
    when check_violation then
      get stacked diagnostics v_constraint = constraint_name;
      perform farthing.fail('invalid_request', 'These values do not fit to the other settings: see their '
        'descriptions in GET /settings/policy.', null, 'changes.' || (
          select min(a.attname) from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid
            and a.attnum = any (c.conkey)
          where c.conrelid = 'farthing.policy'::regclass and c.conname = v_constraint
            and v_changes ? a.attname));
  end;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, jsonb_build_object(
    'version', farthing.settings_version('policy'), 'dry_run', p_dry_run,
    'changes', case when v_fields = '[]' then '[]'::jsonb else jsonb_build_array(jsonb_build_object(
      'name', 'policy', 'change', 'changed', 'version', null, 'fields', v_fields)) end,
    'unchanged', (select count(*) from jsonb_object_keys(v_changes)) - jsonb_array_length(v_fields)), p_now);
end
$$;
grant execute on function farthing_public.settings_policy_set to service_role;
comment on function farthing_public.settings_policy_set is
  'Changes the settings of the policy that p_changes names: {setting: value}, durations in seconds. '
  'Returns as settings_packages_set(). Fails invalid_request, version_conflict.';
