-- The pages of a list.

create function farthing.items_to_read(p_limit int)
returns int
language plpgsql immutable
set search_path = ''
as $$
begin
  -- A limit of 0 would return an empty page, which looks like the end of the list. 1000 rows are
  -- the data API's own limit (max_rows).
  if p_limit is null or p_limit not between 1 and 1000 then
    perform farthing.fail('invalid_request', 'limit must be between 1 and 1000.', null, 'limit');
  end if;
  return p_limit + 1;
end
$$;
comment on function farthing.items_to_read(int) is
  'Returns how many items to read for a page of p_limit items: one more, to learn whether another '
  'page follows. Fails with invalid_request, with the field limit.';

create function farthing.uuid_of(p_text text)
returns uuid
language sql immutable
set search_path = ''
as $$
  select case when p_text ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then p_text::uuid end
$$;
comment on function farthing.uuid_of(text) is
  'Returns a cursor as a UUID; null for a text that is not a UUID, because no item has such a '
  'cursor.';

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
