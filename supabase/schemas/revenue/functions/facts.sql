-- Triggers that book the facts that Stripe's events report, each in the transaction that writes it.

create function farthing.book_order()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_line farthing.revenue_lines;
begin
  v_line.kind := 'charge';
  v_line.amount := new.amount;
  v_line.currency := new.currency;
  v_line.account_id := new.account_id;
  v_line.order_id := new.order_id;
  v_line.package_id := new.package_id;
  v_line.source_id := new.payment_ref;
  perform farthing.book_line(v_line, new.paid_at);
  return null;
end
$$;
comment on function farthing.book_order() is
  'Trigger: books the charge of an order that was paid.';

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
  perform farthing.book_line(v_line, new.updated_at);
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
  perform farthing.book_line(v_line, new.created_at);
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
