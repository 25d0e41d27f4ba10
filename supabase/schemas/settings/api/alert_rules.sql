-- The RPC functions of alert rules: operators read their figures, and change some of them.

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
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_rules jsonb := farthing.json_argument(p_rules);
  v_before jsonb;
  v_changes jsonb;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if jsonb_typeof(v_rules) is distinct from 'array' or jsonb_array_length(v_rules) not between 1 and 100 then
    perform farthing.fail('invalid_request', 'rules must be an array of 1 to 100 rules.', null, 'rules');
  end if;
  lock table farthing.alert_rules in share row exclusive mode;
  for v_index in 0 .. jsonb_array_length(v_rules) - 1 loop
    perform farthing.refuse_bad_rule(v_rules -> v_index, v_index);
  end loop;
  perform farthing.refuse_old_version('alert_rules', p_version);
  if not p_dry_run then
    perform farthing.begin_change(p_author, p_reason);
  end if;
  select jsonb_object_agg(r.rule, to_jsonb(r)) into v_before from farthing.alert_rules r;
  begin
    for v_index in 0 .. jsonb_array_length(v_rules) - 1 loop
      perform farthing.set_alert_rule(v_rules -> v_index, v_index);
    end loop;
    select coalesce(jsonb_agg(jsonb_build_object('name', c.rule, 'change', 'changed', 'version', null,
      'fields', c.fields) order by c.rule), '[]') into v_changes
    from (select r.rule, farthing.field_changes(farthing.shown_values('alert_rules', v_before -> r.rule),
        farthing.shown_values('alert_rules', to_jsonb(r))) as fields from farthing.alert_rules r) c
    where c.fields <> '[]';
    if p_dry_run then
      raise exception using errcode = 'UNDO0';
    end if;
  exception when sqlstate 'UNDO0' then
    null; -- a dry run applies the change, so that the table checks it, and undoes it
  end;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, jsonb_build_object(
    'version', farthing.settings_version('alert_rules'), 'dry_run', p_dry_run, 'changes', v_changes,
    'unchanged', (select count(distinct e.rule ->> 'rule') from jsonb_array_elements(v_rules) e (rule))
      - jsonb_array_length(v_changes)), p_now);
end
$$;
grant execute on function farthing_public.settings_alerts_set to service_role;
comment on function farthing_public.settings_alerts_set is
  'Changes figures of alert rules [{rule, threshold?, fine_at?, factor?, minimum?, period?, baseline?, '
  'fires_after?, resolves_after?, enabled?}], times in seconds. Returns as settings_packages_set(). Fails '
  'invalid_request, version_conflict.';
