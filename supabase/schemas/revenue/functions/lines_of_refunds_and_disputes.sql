-- The revenue lines of refunds and disputes, with the part of the tax that is returned. Triggers
-- book them in the transaction that stores the refund or the movement of the dispute.

create function farthing.returned_tax(p_tax numeric, p_total numeric, p_returned numeric)
returns bigint
language sql immutable
set search_path = ''
as $$
  -- The quotient is rounded half up to whole minor units. div() rounds towards zero, so a negative
  -- quotient is corrected. The result may exceed the tax: while a refund and a dispute have both
  -- taken the money, the tax is returned twice. This ends when the refund fails or the bank returns
  -- the disputed money.
  select (div(q.part, q.whole) - case when mod(q.part, q.whole) < 0 then 1 else 0 end)::bigint
  from (select 2 * p_tax * p_returned + p_total as part, 2 * p_total as whole) q
$$;
comment on function farthing.returned_tax(numeric, numeric, numeric) is
  'Returns how much of a payment''s tax is returned, in minor units, if p_returned of the payment '
  'is returned. If p_returned exceeds the payment, the result exceeds the tax.';

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
    -- The tax of this line is the returned tax after this line less the returned tax before it. So
    -- the parts add up, in whatever sequence refunds, failures and disputes arrive.
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
  'Books money that was returned to a buyer, or that came back from them. An order with tax gets two '
  'lines: the money without the tax, and the tax.';

create function farthing.book_refund_money(p_refund farthing.refunds, p_has_failed boolean,
  p_at timestamptz, p_effective_at timestamptz default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_line farthing.revenue_lines := farthing.new_line(p_refund.account_id, p_refund.order_id,
    p_refund.booking_id, p_refund.currency, p_effective_at);
begin
  v_line.kind := case when p_has_failed then 'refund_failure' else 'refund' end;
  v_line.amount := case when p_has_failed then p_refund.amount else -p_refund.amount end;
  v_line.refund_id := p_refund.refund_id;
  v_line.source_id := p_refund.stripe_refund_id;
  perform farthing.book_returned(v_line, p_at);
end
$$;
comment on function farthing.book_refund_money(farthing.refunds, boolean, timestamptz, timestamptz) is
  'Books the money of a refund, with the opposite sign if the refund has failed. p_effective_at: '
  'when the fact happened; null for the time of the event that is being applied.';

create function farthing.book_refund()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_was_live boolean := tg_op = 'UPDATE' and farthing.is_live_refund(old.status);
begin
  if farthing.is_live_refund(new.status) <> v_was_live then
    perform farthing.book_refund_money(new, v_was_live, new.updated_at);
  end if;
  return null;
end
$$;
comment on function farthing.book_refund() is
  'Trigger: books a refund when its money leaves, and again with the opposite sign if the refund '
  'fails.';

create function farthing.book_movement(p_movement farthing.dispute_movements, p_at timestamptz,
  p_effective_at timestamptz default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_dispute farthing.disputes;
  v_currency text;
  v_line farthing.revenue_lines;
begin
  select * into strict v_dispute from farthing.disputes
  where account_id = p_movement.account_id and dispute_id = p_movement.dispute_id;
  v_currency := coalesce((select currency from farthing.orders
      where account_id = v_dispute.account_id and order_id = v_dispute.order_id),
    (select currency from farthing.bookings
      where account_id = v_dispute.account_id and booking_id = v_dispute.booking_id));
  v_line := farthing.new_line(v_dispute.account_id, v_dispute.order_id, v_dispute.booking_id,
    p_movement.currency, p_effective_at);
  v_line.dispute_id := p_movement.dispute_id;
  v_line.source_id := p_movement.transaction_id;
  v_line.kind := case when p_movement.amount > 0 then 'dispute_reversal' else 'dispute' end;
  -- A bank withdraws exactly the disputed amount, and returns exactly that amount if the dispute is
  -- won. After a conversion to another currency, the amounts of the two movements differ, because
  -- the exchange rate has changed meanwhile. So the line has the dispute's own amount if that is in
  -- the payment's currency.
  if p_movement.currency <> v_currency and v_dispute.currency = v_currency then
    v_line.amount := sign(p_movement.amount::numeric) * v_dispute.amount;
    v_line.currency := v_currency;
  else
    v_line.amount := p_movement.amount;
  end if;
  perform farthing.book_returned(v_line, p_at);
  if p_movement.fee <> 0 then
    v_line.kind := 'dispute_fee';
    v_line.amount := -p_movement.fee;
    v_line.currency := p_movement.currency;
    perform farthing.book_line(v_line, p_at);
  end if;
end
$$;
comment on function farthing.book_movement(farthing.dispute_movements, timestamptz, timestamptz) is
  'Books the money that a bank withdrew or returned, and Stripe''s fee for it. p_effective_at: when the fact '
  'happened; null for the time of the event that is being applied.';

create function farthing.book_dispute_movement()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.book_movement(new, new.created_at);
  return null;
end
$$;
comment on function farthing.book_dispute_movement() is
  'Trigger: books the money that a movement of a dispute withdrew or returned.';
