-- Arguments of RPC functions: credits as text, and JSON.

create function farthing.parse_amount(p_amount text, p_field text, p_zero_allowed boolean default false)
returns numeric
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_amount is null or p_amount !~ '^(0|[1-9][0-9]{0,19})(\.[0-9]{1,18})?$' then
    perform farthing.fail('invalid_request', format(
      '%s must be a decimal string without a sign, such as "12.5", with at most 20 digits before the point '
      'and 18 after it.', p_field), null, p_field);
  end if;
  if p_amount::numeric = 0 and not p_zero_allowed then
    perform farthing.fail('invalid_request', p_field || ' must be greater than zero.', null, p_field);
  end if;
  return p_amount::numeric;
end
$$;
comment on function farthing.parse_amount(text, text, boolean) is
  'Parses a text as credits: no sign, no exponent, no NaN, at most 18 decimals. Fails with invalid_request '
  'and names the field.';

create function farthing.json_argument(p_value jsonb)
returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  -- Some REST servers pass a JSON argument as a JSON string that contains the JSON. Both forms give
  -- the same value.
  return nullif(case jsonb_typeof(p_value) when 'string' then (p_value #>> '{}')::jsonb else p_value end,
    'null');
end
$$;
comment on function farthing.json_argument(jsonb) is
  'Returns the value of a jsonb argument, which may be JSON or a JSON string that contains JSON.';
