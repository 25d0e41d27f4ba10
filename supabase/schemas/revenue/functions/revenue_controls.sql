-- The control totals of the revenue report.

create function farthing.revenue_controls(p_range farthing.day_range)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_agg(farthing.control(format('paid %s in %s', case c.product_line when 'credits' then 'orders'
    else 'bookings' end, c.currency), c.report, c.source) order by c.product_line desc, c.currency)
  from (
    select l.product_line, l.currency, sum(l.amount) as report, sum(coalesce(o.amount, b.amount)) as source
    from farthing.revenue_lines l
    left join farthing.orders o on o.account_id = l.account_id and o.order_id = l.order_id
    left join farthing.bookings b on b.account_id = l.account_id and b.booking_id = l.booking_id
    where l.booked_on between p_range.first_day and p_range.last_day and l.kind = 'charge'
    group by l.product_line, l.currency) c
$$;
comment on function farthing.revenue_controls(farthing.day_range) is
  'Returns the control totals of the revenue report: for each product line and currency the charges of '
  'the lines, and the amounts of their orders or bookings.';
