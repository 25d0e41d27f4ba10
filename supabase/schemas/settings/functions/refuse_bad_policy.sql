-- Refuses settings of the policy that do not exist, and values outside their bounds.

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
  'Fails with invalid_request if a change of the policy names a setting that does not exist, or a value '
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
