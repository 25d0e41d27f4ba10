-- The range of days and the answer of a report.

create function farthing.report_range(p_from date, p_to date, p_now timestamptz)
returns farthing.day_range
language plpgsql immutable
set search_path = ''
as $$
declare
  v_today date := (p_now at time zone 'UTC')::date;
  v_to date := coalesce(p_to, v_today);
  v_from date := coalesce(p_from, date_trunc('month', v_to::timestamp)::date);
begin
  if v_from > v_to then
    perform farthing.fail('invalid_request', '`from` must not be after `to`.', null, 'from');
  end if;
  if v_to - v_from >= 400 then
    perform farthing.fail('invalid_request', 'A report covers at most 400 days. Set `from` to a later day.',
      null, 'from');
  end if;
  return (v_from, v_to);
end
$$;
comment on function farthing.report_range(date, date, timestamptz) is
  'Returns the first and the last day of a report; both days are included. Without p_to the '
  'report ends today (UTC). Without p_from it begins on the first day of the month in which it '
  'ends. Fails with invalid_request and names the field `from`.';

create function farthing.report_answer(
  p_range farthing.day_range, p_limit int, p_items farthing.page_item[], p_totals jsonb, p_now timestamptz,
  p_controls jsonb default '[]', p_formulas jsonb default '{}', p_policies jsonb default '[]')
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('from', p_range.first_day, 'to', p_range.last_day, 'time_zone', 'UTC',
    'as_of', p_now, 'rows', p.page -> 'rows', 'totals', coalesce(p_totals, '[]'),
    'controls', coalesce(p_controls, '[]'), 'formulas', p_formulas, 'policies', p_policies,
    'next_cursor', p.page -> 'next_before')
  from (select farthing.page_of('rows', p_limit, p_items)) p (page)
$$;
comment on function farthing.report_answer(farthing.day_range, int, farthing.page_item[], jsonb, timestamptz,
  jsonb, jsonb, jsonb) is
  'Returns the answer of a report: {from, to, time_zone, as_of, rows: a page, totals: sums over all rows, '
  'controls: control(), formulas: {column: formula}, policies, next_cursor}.';

create function farthing.control(p_name text, p_report numeric, p_source numeric)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('name', p_name, 'report', trim_scale(p_report)::text,
    'source', trim_scale(p_source)::text, 'difference', trim_scale(p_report - p_source)::text)
$$;
comment on function farthing.control(text, numeric, numeric) is
  'Returns a control total of a report: its name, the sum in the report, the sum in the source, and the '
  'difference, which is 0 if they agree. Amounts are text.';

create function farthing.with_text_amounts(p_row jsonb)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_object_agg(r.key, case jsonb_typeof(r.value) when 'number'
    then to_jsonb(trim_scale(r.value::numeric)::text) else r.value end)
  from jsonb_each(p_row) r
$$;
comment on function farthing.with_text_amounts(jsonb) is
  'Returns a row of a report with its numbers as text, for amounts of credits (rule 12).';
