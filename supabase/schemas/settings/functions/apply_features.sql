-- Changing feature flags.

create function farthing.refuse_bad_flags(p_flags jsonb)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_bad record;
begin
  if jsonb_typeof(p_flags) is distinct from 'array' or jsonb_array_length(p_flags) not between 1 and 100 then
    perform farthing.fail('invalid_request', 'flags must be an array of 1 to 100 flags.', null, 'flags');
  end if;
  select f.nr - 1 as index, c.field, c.rule into v_bad
  from (select e.nr, e.flag, count(*) over (partition by e.flag ->> 'name') as mentions
    from jsonb_array_elements(p_flags) with ordinality e (flag, nr)) f
  cross join lateral (values
    (1, 'name', f.mentions = 1 and exists (select from farthing.features k where k.name = f.flag ->> 'name'),
      'must be a flag from GET /settings/flags, and appear only once in the list.'),
    (2, 'state', f.flag ->> 'state' in ('off', 'on', 'percentage'), 'must be `off`, `on` or `percentage`.'),
    (3, 'percentage', case f.flag ->> 'state' when 'percentage' then jsonb_typeof(f.flag -> 'percentage')
      = 'number' and f.flag ->> 'percentage' ~ '^([0-9]{1,2}([.][0-9]{1,2})?|100([.]0{1,2})?)$'
      else coalesce(jsonb_typeof(f.flag -> 'percentage'), 'null') = 'null' end,
      'must be a number from 0 to 100 with at most two decimals if `state` is `percentage`. Leave it out '
      'otherwise.')) c (nr, field, is_right, rule)
  where c.is_right is not true order by f.nr, c.nr limit 1;
  if v_bad.field is not null then
    perform farthing.fail('invalid_request', v_bad.field || ' ' || v_bad.rule, null,
      format('flags[%s].%s', v_bad.index, v_bad.field));
  end if;
end
$$;
comment on function farthing.refuse_bad_flags(jsonb) is
  'Fails with invalid_request if a list of flags is not an array, or if one of its flags cannot be set. '
  'The error names the first field that is wrong.';

create function farthing.apply_features(p_flags jsonb, p_author text, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_version text := farthing.settings_version('features');
  v_changes jsonb;
begin
  perform farthing.refuse_bad_flags(p_flags);
  update farthing.features f set state = g.state, percentage = coalesce(g.percentage, 0),
    changed_by = p_author, changed_at = p_now
  from jsonb_to_recordset(p_flags) g (name text, state text, percentage numeric)
  where f.name = g.name and (f.state, f.percentage) <> (g.state, coalesce(g.percentage, 0));
  v_changes := farthing.settings_changed('features', v_version);
  return jsonb_build_object('changes', v_changes,
    'unchanged', jsonb_array_length(p_flags) - jsonb_array_length(v_changes));
end
$$;
comment on function farthing.apply_features(jsonb, text, timestamptz) is
  'Sets the flags of a list [{name, state, percentage?}]. Returns {changes, unchanged}. Fails with '
  'invalid_request.';
