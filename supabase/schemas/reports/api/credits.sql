-- The report of credits: granted and used credits by the source of their lot.

create function farthing_public.report_credits(
  p_from date default null, p_to date default null, p_after text default null, p_limit int default 1000,
  p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_range farthing.day_range := farthing.report_range(p_from, p_to, p_now);
begin
  return farthing.report_answer(v_range, p_limit, array(
      select row(farthing.with_text_amounts(to_jsonb(c) - 'cursor'), c.cursor)::farthing.page_item
      from (select d.*, concat_ws(' ', d.day, d.source) as cursor from farthing.credit_days d) c
      where c.day between v_range.first_day and v_range.last_day
        and (p_after is null or c.cursor collate "C" > p_after)
      order by c.cursor collate "C" limit farthing.items_to_read(p_limit)),
    farthing.credit_totals(v_range),
    (select u.at from farthing.sealed_until u),
    farthing.credit_controls(),
    jsonb_build_object('closing', 'opening + granted - used - debt_paid - expired - clawed_back'));
end
$$;
grant execute on function farthing_public.report_credits to service_role;
comment on function farthing_public.report_credits is
  'Returns the report of credits: movements by day and source of their lot. Entries after as_of are '
  'missing, because they are not sealed yet. Fails with invalid_request and names the field: `from` '
  'or `limit`.';
