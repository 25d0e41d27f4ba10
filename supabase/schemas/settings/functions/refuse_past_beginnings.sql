-- Settings that take effect at a given time. Packages, rates and accounting policies never begin in
-- the past, so everything that was sold or charged before keeps its terms. Codes of the journal
-- never begin in a closed month.

create function farthing.refuse_bad_beginnings(p_items jsonb, p_list text, p_now timestamptz)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_index int := (select min(e.nr) - 1 from jsonb_array_elements(p_items) with ordinality e (item, nr)
    where e.item ->> 'effective_from' is not null
      and (e.item ->> 'effective_from' like '%T%'
        and farthing.effective_from(e.item) <= p_now + interval '2 years') is not true);
begin
  if v_index is not null then
    perform farthing.fail('invalid_request', 'effective_from must be a time with an offset, such as '
      '2027-01-01T00:00:00Z, within the next two years.', null,
      format('%s[%s].effective_from', p_list, v_index));
  end if;
end
$$;
comment on function farthing.refuse_bad_beginnings(jsonb, text, timestamptz) is
  'Fails with invalid_request and names the field if an item''s effective_from is not a valid time, or is '
  'more than two years in the future.';

create function farthing.refuse_past_beginnings(p_items jsonb, p_list text, p_name text, p_changes jsonb,
  p_first timestamptz)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_index int := (select min(e.nr) - 1 from jsonb_array_elements(p_items) with ordinality e (item, nr)
    where farthing.effective_from(e.item) < p_first
      and e.item ->> p_name in (select c ->> 'name' from jsonb_array_elements(p_changes) c));
begin
  if v_index is not null then
    perform farthing.fail('invalid_request', format('effective_from must not be before %s, because earlier '
      'figures never change. Leave effective_from out for a change from now on.',
      to_char(p_first at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), null,
      format('%s[%s].effective_from', p_list, v_index));
  end if;
end
$$;
comment on function farthing.refuse_past_beginnings(jsonb, text, text, jsonb, timestamptz) is
  'Refuses a list if an item changes a value from a moment before p_first: fails with invalid_request '
  'and names the field. An item that changes nothing may have an earlier effective_from, so that the '
  'same list can be sent again.';

create function farthing.beginning_field(p_effective_from timestamptz, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select case when p_effective_from > p_now then jsonb_build_array(jsonb_build_object(
    'field', 'effective_from', 'from', null, 'to', to_jsonb(p_effective_from))) else '[]' end
$$;
comment on function farthing.beginning_field(timestamptz, timestamptz) is
  'Returns the changed field effective_from, as an array with one element, if a change begins '
  'later; an empty array if it begins now.';
