-- Revenue lines of facts that are older than the table of lines. The migration that adds the
-- triggers runs book_missing_lines() once, for a project that had orders before it booked revenue.

create function farthing.book_missing_orders(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_order farthing.orders;
  v_count bigint := 0;
begin
  for v_order in select o.* from farthing.orders o
    where o.payment_ref is not null and not exists (select from farthing.revenue_lines l
      where l.source_id = o.payment_ref and l.kind = 'charge')
    order by o.paid_at, o.order_id
  loop
    perform farthing.book_paid_order(v_order, p_now, v_order.paid_at);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function farthing.book_missing_orders(timestamptz) is
  'Books the missing lines of paid orders, each at the time of the order''s payment. Returns the '
  'number of these orders.';

create function farthing.book_missing_bookings(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_booking farthing.bookings;
  v_booked farthing.bookings;
  v_count bigint := 0;
begin
  for v_booking in select b.* from farthing.bookings b
    where b.paid_at is not null or b.fee_collected is not null
    order by b.paid_at, b.booking_id
  loop
    v_booked := v_booking;
    select min(l.effective_at) filter (where l.kind = 'charge'),
      sum(l.amount) filter (where l.kind = 'application_fee'),
      coalesce(-sum(l.amount) filter (where l.kind = 'application_fee_refund'), 0)
    into v_booked.paid_at, v_booked.fee_collected, v_booked.fee_refunded
    from farthing.revenue_lines l where l.booking_id = v_booking.booking_id;
    if (v_booked.paid_at is null and v_booking.paid_at is not null)
      or (v_booked.fee_collected is null and v_booking.fee_collected is not null)
      or v_booked.fee_refunded < v_booking.fee_refunded
    then
      perform farthing.book_booking_money(v_booked, v_booking, p_now,
        coalesce(v_booking.paid_at, v_booking.updated_at));
      v_count := v_count + 1;
    end if;
  end loop;
  return v_count;
end
$$;
comment on function farthing.book_missing_bookings(timestamptz) is
  'Books the missing lines of bookings. Fees count at the time of the payment, too, because a '
  'booking does not store when its fee was collected or refunded. Returns the number of bookings '
  'for which it booked lines.';

create function farthing.book_missing_returns(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_return record;
  v_count bigint := 0;
begin
  -- The tax that a refund or a movement returns depends on the refunds and movements that were
  -- booked before it, so all are booked in the order of their times.
  for v_return in
    select r as refund, null::farthing.dispute_movements as movement, r.created_at as at,
      r.stripe_refund_id as id
    from farthing.refunds r
    where farthing.is_live_refund(r.status) and not exists (select from farthing.revenue_lines l
      where l.source_id = r.stripe_refund_id and l.kind = 'refund')
    union all
    select null, m, m.created_at, m.transaction_id from farthing.dispute_movements m
    where not exists (select from farthing.revenue_lines l
      where l.source_id = m.transaction_id and l.kind in ('dispute', 'dispute_reversal'))
    order by at, id
  loop
    if v_return.movement is null then
      perform farthing.book_refund_money(v_return.refund, false, p_now, v_return.at);
    else
      perform farthing.book_movement(v_return.movement, p_now, v_return.at);
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function farthing.book_missing_returns(timestamptz) is
  'Books the refunds and the movements of disputes that have no line, each at its time. Refunds '
  'that failed, or whose money is still at Stripe, are skipped. Returns the number of booked '
  'facts.';

create function farthing.book_missing_lines(p_now timestamptz default now())
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_count bigint;
begin
  -- Without this lock, a new Stripe event could book the same fact after this function has found no
  -- line for it and before this function books the line. One of the two database transactions would
  -- then fail. With the lock, new events wait, and this function sees the lines of all earlier
  -- events. A runner that stores Stripe's lists waits for the lock, too, before it locks balance
  -- transactions: note_transactions().
  lock table farthing.revenue_lines in share row exclusive mode;
  v_count := farthing.book_missing_orders(p_now) + farthing.book_missing_bookings(p_now)
    + farthing.book_missing_returns(p_now);
  -- With each line, the functions above have also booked the fee of its balance transaction. A
  -- transfer's line is booked only from its balance transaction, so transfers are booked here.
  perform farthing.book_transaction(t, p_now) from (select b.* from farthing.balance_transactions b
    where b.kind in ('transfer', 'transfer_reversal') and not exists (select from farthing.revenue_lines l
      where l.source_id = b.transaction_id and l.kind = b.kind)
    order by b.transaction_id) t;
  return v_count;
end
$$;
comment on function farthing.book_missing_lines(timestamptz) is
  'Books the revenue lines of all stored facts that have none, and returns the number of facts. A '
  'repeated call books nothing. A fact of a closed month counts in the oldest open month. Locks '
  'the lines until the end of the transaction: new Stripe events that book a line wait, but '
  'reports do not.';
