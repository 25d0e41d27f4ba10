-- Arguments of RPC functions, and the pages of a list.

create function farthing.parse_amount(p_amount text, p_field text, p_zero_allowed boolean default false)
returns numeric
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_amount is null or p_amount !~ '^(0|[1-9][0-9]{0,19})(\.[0-9]{1,18})?$' then
    perform farthing.fail('invalid_request', format(
      '%s must be a decimal string with at most 20 digits before the point and 18 after it.', p_field), null,
      p_field);
  end if;
  if p_amount::numeric = 0 and not p_zero_allowed then
    perform farthing.fail('invalid_request', p_field || ' must be greater than zero.', null, p_field);
  end if;
  return p_amount::numeric;
end
$$;
comment on function farthing.parse_amount(text, text, boolean) is
  'Parses a text as credits: no sign, no exponent, no NaN, at most 18 decimals. Fails invalid_request, '
  'naming the field.';

create function farthing.json_argument(p_value jsonb)
returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  -- Some REST servers pass a JSON argument as one JSON string. Both forms have the same value.
  return nullif(case jsonb_typeof(p_value) when 'string' then (p_value #>> '{}')::jsonb else p_value end,
    'null');
end
$$;
comment on function farthing.json_argument(jsonb) is
  'Returns the value of a jsonb argument, which may be JSON or a JSON string that contains JSON.';

create function farthing.items_to_read(p_limit int)
returns int
language plpgsql immutable
set search_path = ''
as $$
begin
  -- An empty page would look like the end of the list. 1000 rows are the data API's own limit
  -- (max_rows).
  if p_limit is null or p_limit not between 1 and 1000 then
    perform farthing.fail('invalid_request', 'limit must be between 1 and 1000.', null, 'limit');
  end if;
  return p_limit + 1;
end
$$;
comment on function farthing.items_to_read(int) is
  'Returns the number of items to read for a page of p_limit: one more, which shows whether another page '
  'follows. Fails invalid_request, naming limit.';

create function farthing.page_of(p_name text, p_limit int, p_items farthing.page_item[])
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    p_name, (select coalesce(jsonb_agg(i.answer order by i.nr), '[]')
      from unnest(p_items[:p_limit]) with ordinality i (answer, cursor, nr)),
    'next_before', case when cardinality(p_items) > p_limit then (p_items[p_limit]).cursor end)
$$;
comment on function farthing.page_of(text, int, farthing.page_item[]) is
  'Returns a page of a list: {p_name: the first p_limit items, next_before: the cursor of the last '
  'item}. The caller reads items_to_read(p_limit) items in order. next_before is null on the last page.';
