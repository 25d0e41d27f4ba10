-- Triggers that book the facts that Stripe's events report, each in the transaction that writes it.

create function farthing.book_order()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_line farthing.revenue_lines;
begin
  v_line.currency := new.currency;
  v_line.account_id := new.account_id;
  v_line.order_id := new.order_id;
  v_line.package_id := new.package_id;
  v_line.source_id := new.payment_ref;
  -- The three lines add up to what was paid. A price that includes its tax is booked without it.
  v_line.kind := 'charge';
  v_line.amount := new.amount_total - new.amount_tax + new.amount_discount;
  perform farthing.book_line(v_line, new.paid_at);
  if new.amount_discount > 0 then
    v_line.kind := 'discount';
    v_line.amount := -new.amount_discount;
    perform farthing.book_line(v_line, new.paid_at);
  end if;
  if new.amount_tax > 0 then
    v_line.kind := 'tax';
    v_line.amount := new.amount_tax;
    perform farthing.book_line(v_line, new.paid_at);
  end if;
  return null;
end
$$;
comment on function farthing.book_order() is
  'Trigger: books the charge, the discount and the tax of an order that was paid.';

create function farthing.returned_tax(p_tax numeric, p_total numeric, p_returned numeric)
returns bigint
language sql immutable
set search_path = ''
as $$
  -- A rounded quotient of whole units, a half up. All of the tax has returned with all of the money.
  select div(2 * p_tax * greatest(0, least(p_returned, p_total)) + p_total, 2 * p_total)::bigint
$$;
comment on function farthing.returned_tax(numeric, numeric, numeric) is
  'Returns the part of a payment''s tax that returns with p_returned of the payment, in minor units.';

create function farthing.book_returned(p_line farthing.revenue_lines, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  v_before record;
  v_tax bigint;
begin
  select * into v_order from farthing.orders
  where account_id = p_line.account_id and order_id = p_line.order_id;
  if v_order.amount_tax > 0 and p_line.currency = v_order.currency then
    -- The tax of this line is the difference between the returned tax after it and before it. So the parts
    -- add up, whatever the order of refunds, failures and disputes.
    select coalesce(-sum(l.amount), 0) as money,
      coalesce(-sum(l.amount) filter (where l.kind = 'tax_returned'), 0) as tax
    into v_before
    from farthing.revenue_lines l
    where l.order_id = p_line.order_id and (l.refund_id is not null or l.dispute_id is not null)
      and l.currency = v_order.currency
      and l.kind in ('refund', 'refund_failure', 'dispute', 'dispute_reversal', 'tax_returned');
    v_tax := v_before.tax - farthing.returned_tax(v_order.amount_tax, v_order.amount_total,
      v_before.money - p_line.amount);
    p_line.amount := p_line.amount - v_tax;
  end if;
  perform farthing.book_line(p_line, p_at);
  if v_tax <> 0 then
    p_line.kind := 'tax_returned';
    p_line.amount := v_tax;
    perform farthing.book_line(p_line, p_at);
  end if;
end
$$;
comment on function farthing.book_returned(farthing.revenue_lines, timestamptz) is
  'Books money that returned to a buyer, or came back from them: of an order with tax a line without the '
  'tax and a line of the tax.';

create function farthing.book_refund()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_was_live boolean := tg_op = 'UPDATE' and farthing.is_live_refund(old.status);
  v_line farthing.revenue_lines;
begin
  if farthing.is_live_refund(new.status) = v_was_live then
    return null;
  end if;
  v_line.kind := case when v_was_live then 'refund_failure' else 'refund' end;
  v_line.amount := case when v_was_live then new.amount else -new.amount end;
  v_line.currency := new.currency;
  v_line.account_id := new.account_id;
  v_line.order_id := new.order_id;
  v_line.booking_id := new.booking_id;
  v_line.package_id := farthing.package_of(new.account_id, new.order_id);
  v_line.refund_id := new.refund_id;
  v_line.source_id := new.stripe_refund_id;
  perform farthing.book_returned(v_line, new.updated_at);
  return null;
end
$$;
comment on function farthing.book_refund() is
  'Trigger: books a refund when its money leaves, and again with the other sign if it fails.';

create function farthing.book_dispute_movement()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_dispute farthing.disputes;
  v_currency text;
  v_line farthing.revenue_lines;
begin
  select * into strict v_dispute from farthing.disputes
  where account_id = new.account_id and dispute_id = new.dispute_id;
  v_currency := coalesce((select currency from farthing.orders
      where account_id = v_dispute.account_id and order_id = v_dispute.order_id),
    (select currency from farthing.bookings
      where account_id = v_dispute.account_id and booking_id = v_dispute.booking_id));
  v_line.account_id := new.account_id;
  v_line.order_id := v_dispute.order_id;
  v_line.booking_id := v_dispute.booking_id;
  v_line.package_id := farthing.package_of(v_dispute.account_id, v_dispute.order_id);
  v_line.dispute_id := new.dispute_id;
  v_line.source_id := new.transaction_id;
  v_line.kind := case when new.amount > 0 then 'dispute_reversal' else 'dispute' end;
  -- A bank withdraws and returns the disputed amount at once. In another currency than the payment's
  -- the rates of both days differ, so the line takes the dispute's own amount.
  if new.currency <> v_currency and v_dispute.currency = v_currency then
    v_line.amount := sign(new.amount::numeric) * v_dispute.amount;
    v_line.currency := v_currency;
  else
    v_line.amount := new.amount;
    v_line.currency := new.currency;
  end if;
  perform farthing.book_returned(v_line, new.created_at);
  if new.fee <> 0 then
    v_line.kind := 'dispute_fee';
    v_line.amount := -new.fee;
    v_line.currency := new.currency;
    perform farthing.book_line(v_line, new.created_at);
  end if;
  return null;
end
$$;
comment on function farthing.book_dispute_movement() is
  'Trigger: books the money that a bank withdrew or returned, and Stripe''s fee for it.';

create function farthing.book_booking()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_line farthing.revenue_lines;
begin
  v_line.account_id := new.account_id;
  v_line.booking_id := new.booking_id;
  v_line.currency := new.currency;
  if old.paid_at is null and new.paid_at is not null then
    v_line.kind := 'charge';
    v_line.amount := new.amount;
    v_line.source_id := new.payment_intent_id;
    perform farthing.book_line(v_line, new.paid_at);
  end if;
  if old.fee_collected is null and new.fee_collected is not null then
    v_line.kind := 'application_fee';
    v_line.amount := new.fee_collected;
    v_line.source_id := new.fee_id;
    perform farthing.book_line(v_line, new.updated_at);
  end if;
  if new.fee_refunded > old.fee_refunded then
    v_line.kind := 'application_fee_refund';
    v_line.amount := old.fee_refunded - new.fee_refunded;
    v_line.source_id := new.fee_id;
    perform farthing.book_line(v_line, new.updated_at);
  end if;
  return null;
end
$$;
comment on function farthing.book_booking() is
  'Trigger: books the charge of a booking that was paid, our fee that Stripe collected, and the part of '
  'the fee that was refunded.';

create function farthing.package_of(p_account_id bigint, p_order_id uuid)
returns uuid
language sql stable
set search_path = ''
as $$
  select package_id from farthing.orders where account_id = p_account_id and order_id = p_order_id
$$;
comment on function farthing.package_of(bigint, uuid) is
  'Returns the package of an order; null for a top-up and for a booking.';
