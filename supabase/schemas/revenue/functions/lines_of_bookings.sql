-- The revenue lines of a booking: its charge, the application fee, and the refunded part of that
-- fee. A trigger books them in the transaction that stores the amounts.

create function farthing.book_booking_money(p_before farthing.bookings, p_booking farthing.bookings,
  p_at timestamptz, p_effective_at timestamptz default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_line farthing.revenue_lines := farthing.new_line(p_booking.account_id, null, p_booking.booking_id,
    p_booking.currency, p_effective_at);
begin
  if p_before.paid_at is null and p_booking.paid_at is not null then
    v_line.kind := 'charge';
    v_line.amount := p_booking.amount;
    v_line.source_id := p_booking.payment_intent_id;
    perform farthing.book_line(v_line, p_at);
  end if;
  if p_before.fee_collected is null and p_booking.fee_collected is not null then
    v_line.kind := 'application_fee';
    v_line.amount := p_booking.fee_collected;
    v_line.source_id := p_booking.fee_id;
    perform farthing.book_line(v_line, p_at);
  end if;
  if p_booking.fee_refunded > p_before.fee_refunded then
    v_line.kind := 'application_fee_refund';
    v_line.amount := p_before.fee_refunded - p_booking.fee_refunded;
    v_line.source_id := p_booking.fee_id;
    perform farthing.book_line(v_line, p_at);
  end if;
end
$$;
comment on function farthing.book_booking_money is
  'Books the changed amounts of a booking: its charge, the application fee that Stripe collected, and the '
  'refunded part of that fee. p_effective_at: when the fact happened; null for the time of the event that is '
  'being applied.';

create function farthing.book_booking()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.book_booking_money(old, new,
    case when old.paid_at is null and new.paid_at is not null then new.paid_at else new.updated_at end);
  return null;
end
$$;
comment on function farthing.book_booking() is
  'Trigger: books the charge of a paid booking, the application fee that Stripe collected, and the refunded '
  'part of that fee.';
