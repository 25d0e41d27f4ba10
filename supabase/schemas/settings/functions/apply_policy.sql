-- Reading and changing the policy.

create function farthing.policy_default(p_setting text)
returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_expression text := (select pg_get_expr(d.adbin, d.adrelid)
    from pg_catalog.pg_attrdef d join pg_catalog.pg_attribute a
      on a.attrelid = d.adrelid and a.attnum = d.adnum
    where d.adrelid = 'farthing.policy'::regclass and a.attname = p_setting);
  v_default jsonb;
begin
  execute format('select jsonb_build_object(%L, %s)', p_setting, coalesce(v_expression, 'null'))
  into v_default;
  return farthing.shown_values('policy', v_default) ->> p_setting;
end
$$;
comment on function farthing.policy_default(text) is
  'Returns the default of a setting of the policy, as text.';

create function farthing.policy_values(p_changes jsonb)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_object_agg(c.key, case s.kind when 'duration' then c.value || ' seconds' else c.value end)
  from jsonb_each_text(p_changes) c join farthing.policy_list() s on s.setting = c.key
$$;
comment on function farthing.policy_values(jsonb) is
  'Returns changes of the policy in the form that set_policy() takes.';

create function farthing.apply_policy(p_changes jsonb, p_reason text, p_author text, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_version text := farthing.settings_version('policy');
  v_changes jsonb;
  v_constraint text;
begin
  perform farthing.refuse_bad_policy(p_changes);
  begin
    perform farthing.set_policy(farthing.policy_values(p_changes), p_reason, p_author, p_now);
  exception when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    perform farthing.fail('invalid_request', 'This value has the wrong format, or conflicts with '
      'another setting. GET /settings/policy describes each setting.', null, 'changes.' || (
        select min(a.attname) from pg_catalog.pg_constraint c join pg_catalog.pg_attribute a
          on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
        where c.conrelid = 'farthing.policy'::regclass and c.conname = v_constraint
          and p_changes ? a.attname));
  end;
  v_changes := farthing.settings_changed('policy', v_version);
  return jsonb_build_object('changes', v_changes, 'unchanged',
    (select count(*) from jsonb_object_keys(p_changes))
      - coalesce(jsonb_array_length(v_changes #> '{0,fields}'), 0));
end
$$;
comment on function farthing.apply_policy(jsonb, text, text, timestamptz) is
  'Changes settings of the policy: {setting: value}. Returns {changes, unchanged}. Fails with '
  'invalid_request.';
