-- The report of revenue: what was sold, what was returned and what Stripe took, by day.

create function farthing_public.report_revenue(
  p_from date default null, p_to date default null, p_after text default null, p_limit int default 1000,
  p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_range farthing.day_range := farthing.report_range(p_from, p_to, p_now);
  v_open_from date := (select open_from from farthing.books);
begin
  return farthing.report_answer(v_range, p_limit, array(
      select row(to_jsonb(d) - 'cursor' || jsonb_build_object('closed', d.day < v_open_from),
        d.cursor)::farthing.page_item
      from (select r.*, concat_ws(' ', r.day, r.product_line, r.currency) as cursor
        from farthing.revenue_days(v_range.first_day, v_range.last_day) r) d
      where p_after is null or d.cursor collate "C" > p_after
      order by d.cursor collate "C" limit farthing.items_to_read(p_limit)),
    (select jsonb_agg(to_jsonb(t) order by t.product_line, t.currency)
      from (select r.product_line, r.currency, sum(r.lines) as lines, sum(r.gross) as gross,
        sum(r.discounts) as discounts, sum(r.tax) as tax,
        sum(r.refunds) as refunds, sum(r.disputes) as disputes, sum(r.dispute_fees) as dispute_fees,
        sum(r.application_fees) as application_fees,
        sum(r.application_fee_refunds) as application_fee_refunds, sum(r.transfers) as transfers,
        sum(r.stripe_fees) as stripe_fees, sum(r.stripe_fees_provisional) as stripe_fees_provisional,
        sum(r.net) as net, sum(r.balance_change) as balance_change
        from farthing.revenue_days(v_range.first_day, v_range.last_day) r
        group by r.product_line, r.currency) t),
    p_now, farthing.revenue_controls(v_range), farthing.revenue_formulas());
end
$$;
grant execute on function farthing_public.report_revenue to service_role;
comment on function farthing_public.report_revenue is
  'Returns the report of revenue by day, product line and currency, in minor units, with control totals '
  'per currency. Fails with invalid_request and names the field: `from` or `limit`.';
