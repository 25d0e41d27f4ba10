-- Changing the figures of alert rules.

create function farthing.alert_rule_answer(p_rule farthing.alert_rules)
returns jsonb
language sql stable
set search_path = ''
as $$
  select farthing.alert_rule_fields(to_jsonb(p_rule)) || jsonb_build_object('rule', p_rule.rule,
    'severity', p_rule.severity, 'enabled', p_rule.enabled, 'runbook', p_rule.runbook,
    'unit', (select s.unit from farthing.alert_rule_list() s where s.setting = p_rule.rule),
    'description', (select s.description from farthing.alert_rule_list() s where s.setting = p_rule.rule),
    'defaults', (select farthing.alert_rule_fields(a.after) from farthing.audit a
      where a.table_name = 'alert_rules' and a.row_key = jsonb_build_object('rule', p_rule.rule)
      order by a.audit_nr limit 1))
$$;
comment on function farthing.alert_rule_answer(farthing.alert_rules) is
  'Returns an alert rule with its figures, the figures that it was installed with (defaults), and the '
  'unit and the meaning of its threshold. The unit and the meaning are null for a rule that an operator '
  'has added.';

create function farthing.alert_rule_fields(p_row jsonb)
returns jsonb
language sql stable
set search_path = ''
as $$
  select farthing.shown_values('alert_rules', farthing.pick(p_row,
    '{threshold,fine_at,factor,minimum,period,baseline,fires_after,resolves_after}'))
$$;
comment on function farthing.alert_rule_fields(jsonb) is
  'Returns the figures of an alert rule as text; times are in seconds.';

create function farthing.refuse_bad_rule(p_rule jsonb, p_index int)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  c_decimal constant text := '^(0|[1-9][0-9]{0,13})(\.[0-9]{1,6})?$';
  c_whole constant text := '^(0|[1-9][0-9]{0,8})$';
  c_seconds constant text := 'must be a whole number of seconds.';
  v_bad text;
  v_must text;
begin
  if jsonb_typeof(p_rule) is distinct from 'object'
    or not exists (select from farthing.alert_rules r where r.rule = p_rule ->> 'rule') then
    perform farthing.fail('invalid_request', 'rule must be a rule from GET /settings/alerts.', null,
      format('rules[%s].rule', p_index));
  end if;
  select left(f.key, 63), coalesce(figure.must, 'can''t be set. Leave it out.') into v_bad, v_must
  from jsonb_each_text(p_rule - 'rule') f left join (values
    ('threshold', c_decimal, false, 'must be a decimal number of 0 or more, with at most 6 decimals.'),
    ('fine_at', c_decimal, false, 'must be a decimal number of 0 or more, with at most 6 decimals.'),
    ('factor', '(?=.*[1-9])' || c_decimal, true,
      'must be a decimal number above 0 with at most 6 decimals, or null.'),
    ('minimum', c_whole, false, 'must be a whole number with at most 9 digits.'),
    ('baseline', c_whole, true, 'must be a whole number of seconds, or null.'),
    ('period', c_whole, false, c_seconds),
    ('fires_after', c_whole, false, c_seconds),
    ('resolves_after', c_whole, false, c_seconds),
    ('enabled', '^(true|false)$', false, 'must be true or false.')
  ) figure (name, pattern, may_be_null, must) on figure.name = f.key
  where coalesce(f.value ~ figure.pattern, figure.may_be_null) is not true
  order by f.key limit 1;
  if v_bad is not null then
    perform farthing.fail('invalid_request', format('%s %s', v_bad, v_must), null,
      format('rules[%s].%s', p_index, v_bad));
  end if;
end
$$;
comment on function farthing.refuse_bad_rule(jsonb, int) is
  'Fails with invalid_request and names the field if a change names an unknown rule, or has a field '
  'that is not a valid figure of a rule.';

create function farthing.set_alert_rule(p_rule jsonb, p_index int)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_constraint text;
begin
  update farthing.alert_rules r set
    threshold = coalesce((p_rule ->> 'threshold')::numeric, r.threshold),
    fine_at = coalesce((p_rule ->> 'fine_at')::numeric, r.fine_at),
    factor = case when p_rule ? 'factor' then (p_rule ->> 'factor')::numeric else r.factor end,
    minimum = coalesce((p_rule ->> 'minimum')::int, r.minimum),
    period = coalesce(make_interval(secs => (p_rule ->> 'period')::int), r.period),
    baseline = case when p_rule ? 'baseline' then make_interval(secs => (p_rule ->> 'baseline')::int)
      else r.baseline end,
    fires_after = coalesce(make_interval(secs => (p_rule ->> 'fires_after')::int), r.fires_after),
    resolves_after = coalesce(make_interval(secs => (p_rule ->> 'resolves_after')::int), r.resolves_after),
    enabled = coalesce((p_rule ->> 'enabled')::boolean, r.enabled)
  where r.rule = p_rule ->> 'rule';
exception when check_violation then
  get stacked diagnostics v_constraint = constraint_name;
  perform farthing.fail('invalid_request', '`period` must be between 60 and 2592000 seconds. '
    '`baseline` must be between `period` and 2592000 seconds. `fires_after` and `resolves_after` must '
    'be at most 86400 seconds.', null,
    format('rules[%s].%s', p_index, (select min(a.attname) from pg_catalog.pg_constraint c
      join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
      where c.conrelid = 'farthing.alert_rules'::regclass and c.conname = v_constraint
        and p_rule ? a.attname)));
end
$$;
comment on function farthing.set_alert_rule(jsonb, int) is
  'Changes the figures of one alert rule. Fails with invalid_request and names the field.';

create function farthing.apply_alert_rules(p_rules jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_version text := farthing.settings_version('alert_rules');
  v_changes jsonb;
begin
  if jsonb_typeof(p_rules) is distinct from 'array' or jsonb_array_length(p_rules) not between 1 and 100 then
    perform farthing.fail('invalid_request', 'rules must be an array of 1 to 100 rules.', null, 'rules');
  end if;
  for v_index in 0 .. jsonb_array_length(p_rules) - 1 loop
    perform farthing.refuse_bad_rule(p_rules -> v_index, v_index);
    if p_rules #> array[v_index::text, 'rule'] in (select e.rule -> 'rule'
      from jsonb_array_elements(p_rules) with ordinality e (rule, nr) where e.nr <= v_index)
    then
      perform farthing.fail('invalid_request', 'rules must not name a rule twice.', null,
        format('rules[%s].rule', v_index));
    end if;
    perform farthing.set_alert_rule(p_rules -> v_index, v_index);
  end loop;
  v_changes := farthing.settings_changed('alert_rules', v_version);
  return jsonb_build_object('changes', v_changes,
    'unchanged', jsonb_array_length(p_rules) - jsonb_array_length(v_changes));
end
$$;
comment on function farthing.apply_alert_rules(jsonb) is
  'Changes figures of alert rules. Returns {changes, unchanged}. Fails with invalid_request.';
