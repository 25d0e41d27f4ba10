-- The report of metrics: GMV, net revenue, ARPU, take rate, conversion and the share of booking
-- fees that Stripe collected.

create function farthing_public.report_metrics(
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
  v_formulas jsonb := farthing.metric_formulas();
begin
  return farthing.report_answer(v_range, p_limit, array(
      select row(jsonb_build_object('name', m.name, 'product_line', m.product_line, 'currency', m.currency,
        'value', trim_scale(case when m.denominator is null then m.numerator
          else round(m.numerator / nullif(m.denominator, 0), 6) end)::text,
        'unit', m.unit, 'numerator', trim_scale(m.numerator)::text,
        'denominator', trim_scale(m.denominator)::text, 'formula', v_formulas ->> m.name),
        c.cursor)::farthing.page_item
      from (select * from farthing.metrics_of_revenue(v_range)
        union all select * from farthing.metrics_of_customers(v_range)
        union all select * from farthing.metrics_of_fees(v_range)) m
      cross join lateral (select jsonb_build_array(m.name, m.currency, m.product_line)::text) c (cursor)
      where p_after is null or c.cursor collate "C" > p_after
      order by c.cursor collate "C" limit farthing.items_to_read(p_limit)),
    null, p_now, farthing.metric_controls(v_range), v_formulas);
end
$$;
grant execute on function farthing_public.report_metrics to service_role;
comment on function farthing_public.report_metrics is
  'Returns the metrics of a range of days, each with its numerator, denominator and formula; value is '
  'null if the denominator is 0. Fails with invalid_request and names the field: `from` or `limit`.';
