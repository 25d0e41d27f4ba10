-- Some settings are lists: rates, packages, accounting policies and journal codes. effective_from
-- is the time from which an item of such a list applies.

create function farthing.effective_from(p_item jsonb)
returns timestamptz
language plpgsql immutable
set search_path = ''
set timezone = 'UTC'
as $$
declare
  v_value text := p_item ->> 'effective_from';
begin
  if v_value ~ ('^[0-9]{4}-[0-9]{2}-[0-9]{2}'
    '(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?$')
  then
    return v_value::timestamptz;
  end if;
  return null;
exception when datetime_field_overflow or invalid_datetime_format then
  return null;
end
$$;
comment on function farthing.effective_from(jsonb) is
  'Returns the effective_from of an item of settings. Its text is a day (UTC) or a time with an '
  'offset. Returns null if the text is missing or invalid.';
