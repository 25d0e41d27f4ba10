-- The revenue lines of a paid order: its charge, discount and tax. A trigger books them in the
-- transaction that stores the payment.

create function farthing.book_paid_order(p_order farthing.orders, p_at timestamptz,
  p_effective_at timestamptz default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_line farthing.revenue_lines := farthing.new_line(p_order.account_id, p_order.order_id, null,
    p_order.currency, p_effective_at);
begin
  v_line.source_id := p_order.payment_ref;
  -- The three lines (charge, discount and tax) add up to what was paid. If the price includes its
  -- tax, the charge is booked without the tax.
  v_line.kind := 'charge';
  v_line.amount := p_order.amount_total - p_order.amount_tax + p_order.amount_discount;
  perform farthing.book_line(v_line, p_at);
  if p_order.amount_discount > 0 then
    v_line.kind := 'discount';
    v_line.amount := -p_order.amount_discount;
    perform farthing.book_line(v_line, p_at);
  end if;
  if p_order.amount_tax > 0 then
    v_line.kind := 'tax';
    v_line.amount := p_order.amount_tax;
    perform farthing.book_line(v_line, p_at);
  end if;
end
$$;
comment on function farthing.book_paid_order(farthing.orders, timestamptz, timestamptz) is
  'Books, at p_at, the charge, the discount and the tax of a paid order. p_effective_at: when the '
  'payment happened; null for the time of the event that is being applied.';

create function farthing.book_order()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.book_paid_order(new, new.paid_at);
  return null;
end
$$;
comment on function farthing.book_order() is 'Trigger: books an order that was paid.';
