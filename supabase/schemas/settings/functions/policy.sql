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

create function farthing.refuse_bad_policy(p_changes jsonb)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_bad record;
begin
  if jsonb_typeof(p_changes) is distinct from 'object' or p_changes = '{}' then
    perform farthing.fail('invalid_request', 'changes must be an object with at least one setting.', null,
      'changes');
  end if;
  select c.key, s.kind, s.lowest, s.highest, s.choices into v_bad
  from jsonb_each_text(p_changes) c left join farthing.policy_list() s on s.setting = c.key
  where farthing.is_setting(s, c.value) is not true order by c.key limit 1;
  if v_bad.key is not null then
    perform farthing.fail('invalid_request', v_bad.key || case
      when v_bad.kind is null then ' is not a setting. GET /settings/policy lists them.'
      when cardinality(v_bad.choices) > 2
        then ' must be one of ' || array_to_string(v_bad.choices, ', ') || '.'
      when v_bad.choices is not null then ' must be ' || array_to_string(v_bad.choices, ' or ') || '.'
      when v_bad.kind in ('text', 'url', 'email') then format(
        ' must be %s with at most %s characters, or null.', case v_bad.kind when 'url' then 'an https URL'
          when 'email' then 'an email address' else 'one line of text' end, v_bad.highest)
      when v_bad.kind = 'currency' then ' must be a lower-case ISO code, such as usd.'
      else format(' must be a %s from %s to %s.', case v_bad.kind when 'decimal' then 'decimal number'
        when 'duration' then 'whole number of seconds' else 'whole number' end, v_bad.lowest, v_bad.highest)
      end, null, 'changes.' || left(v_bad.key, 63));
  end if;
end
$$;
comment on function farthing.refuse_bad_policy(jsonb) is
  'Fails invalid_request if a change of the policy names a setting that does not exist, or a value '
  'outside the setting''s bounds.';

create function farthing.is_setting(p_setting farthing.setting_kind, p_value text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select case p_setting.kind
    when 'boolean' then p_value = any (p_setting.choices)
    when 'choice' then p_value = any (p_setting.choices)
    when 'currency' then p_value ~ '^[a-z]{3}$'
    when 'text' then coalesce(length(p_value) <= p_setting.highest and p_value ~ '\S'
      and p_value !~ '[[:cntrl:]]', true)
    when 'url' then coalesce(length(p_value) <= p_setting.highest
      and p_value ~ '^https://[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?(/[!-~]*)?$', true)
    when 'email' then coalesce(length(p_value) <= p_setting.highest
      and farthing.is_plain_email(p_value), true)
    when 'decimal' then case when p_value ~ '^(0|[1-9][0-9]{0,19})(\.[0-9]{1,18})?$'
      then p_value::numeric between p_setting.lowest and p_setting.highest end
    else case when p_value ~ '^(0|[1-9][0-9]{0,17})$'
      then p_value::numeric between p_setting.lowest and p_setting.highest end
    end
$$;
comment on function farthing.is_setting(farthing.setting_kind, text) is
  'Returns whether a text is a valid value of a setting; false or null if it is not.';

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
    perform farthing.fail('invalid_request', 'The new values conflict with other settings. Compare '
      'the descriptions of the settings in GET /settings/policy.', null, 'changes.' || (
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
  'Changes settings of the policy: {setting: value}. Returns {changes, unchanged}. Fails invalid_request.';
