-- The report of key figures.

create function farthing_public.report_kpis(
  p_from date default null, p_to date default null, p_after text default null, p_limit int default 1000,
  p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
-- With these settings PostgreSQL makes a plan for the days of this call, hashes 100,000 accounts in
-- memory, and prefers indexes.
set plan_cache_mode = force_custom_plan set work_mem = '32MB' set jit = off set random_page_cost = 1.1
as $$
declare
  v_range farthing.day_range := farthing.report_range(p_from, p_to, p_now);
  v_formulas jsonb := farthing.kpi_formulas();
begin
  return farthing.report_answer(v_range, p_limit, array(
      select row(jsonb_build_object('name', k.name, 'day', k.day, 'label', k.label,
        'value', trim_scale(k.value)::text, 'unit', k.unit, 'target', trim_scale(k.target)::text,
        'samples', k.samples, 'formula', v_formulas ->> k.name), c.cursor)::farthing.page_item
      from (select * from farthing.kpis_of_orders(v_range)
        union all select * from farthing.kpis_of_requests(v_range)) k
      cross join lateral (select jsonb_build_array(k.name, k.day, k.label)::text) c (cursor)
      where p_after is null or c.cursor collate "C" > p_after
      order by c.cursor collate "C" limit farthing.items_to_read(p_limit)),
    null, p_now,
    jsonb_build_array(farthing.control('purchased credits of all days, and sealed paid orders',
      (select coalesce(sum(d.amount), 0) from farthing.actor_days d where d.kind = 'purchase'),
      (select coalesce(sum(n.credits), 0) from farthing.order_entries n))),
    v_formulas);
end
$$;
grant execute on function farthing_public.report_kpis to service_role;
comment on function farthing_public.report_kpis is
  'Returns the key figures of a range of days, each with its unit, target, number of samples and '
  'formula. A figure that is counted by day or label has a row for each day or label. Fails with '
  'invalid_request and names the field: `from` or `limit`.';
