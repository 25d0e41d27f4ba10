-- The report of liabilities: the roll-forward of deferred revenue.

create function farthing_public.report_liabilities(
  p_from date default null, p_to date default null, p_after text default null, p_limit int default 1000,
  p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_range farthing.day_range := farthing.report_range(p_from, p_to, p_now);
  v_rows farthing.page_item[];
  v_totals jsonb;
  v_controls jsonb;
begin
  v_range := (date_trunc('month', v_range.first_day::timestamp)::date,
    (date_trunc('month', v_range.last_day::timestamp) + interval '1 month' - interval '1 day')::date);
  with months as materialized (
    select m.*, to_char(m.month, 'YYYY-MM') || ' ' || m.currency as cursor,
      -- `proof` is what the lots are worth now. It is compared with the closing value, so only the
      -- report's last month has a proof, and only if no movement of a lot is later than that month.
      case when m.month >= p.last_month and m.month = max(m.month) over () then p.proof end as proof
    from farthing.deferred_months(v_range) m join farthing.deferred_proof() p using (currency)
  )
  select array(
      select row(to_jsonb(m) - '{month, cursor, proof}'::text[] || jsonb_build_object(
        'month', to_char(m.month, 'YYYY-MM'), 'product_line', 'credits', 'proof', m.proof,
        'difference', m.closing - m.proof), m.cursor)::farthing.page_item
      from months m where p_after is null or m.cursor collate "C" > p_after
      order by m.cursor collate "C" limit farthing.items_to_read(p_limit)),
    (select jsonb_agg(to_jsonb(t) || jsonb_build_object('product_line', 'credits') order by t.currency)
      from (
        select m.currency, (array_agg(m.opening order by m.month))[1] as opening,
          sum(m.purchases) as purchases, sum(m.used) as used, sum(m.breakage) as breakage,
          sum(m.refunded) as refunded, sum(m.clawed_back) as clawed_back, sum(m.adjustments) as adjustments,
          (array_agg(m.closing order by m.month desc))[1] as closing
        from months m group by m.currency) t),
    (select jsonb_agg(farthing.control(format('closing = remaining credits * price, %s', m.currency),
        m.closing, m.proof) order by m.currency)
      from months m where m.proof is not null)
  into v_rows, v_totals, v_controls;
  return farthing.report_answer(v_range, p_limit, v_rows, v_totals,
    (select u.at from farthing.sealed_until u), v_controls, jsonb_build_object(
      'closing', 'opening + purchases - used - breakage - refunded - clawed_back + adjustments',
      'proof', 'sum of round(price * remaining / amount) over all lots, in the last month only',
      'difference', 'closing - proof'),
    (select jsonb_agg(jsonb_build_object('name', a.name, 'version', a.version, 'value', a.value)
        order by a.name, a.version)
      from farthing.accounting_policies a));
end
$$;
grant execute on function farthing_public.report_liabilities to service_role;
comment on function farthing_public.report_liabilities is
  'Returns the roll-forward of deferred revenue, by month and currency in minor units, for the '
  'whole months of a range. Entries after as_of are missing, because they are not sealed yet. '
  '`policies` has all versions of the accounting policies, because an order keeps the version that '
  'was in force when it was paid. Fails with invalid_request and names the field: `from` or `limit`.';
