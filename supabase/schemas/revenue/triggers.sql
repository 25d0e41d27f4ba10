-- Triggers: a money fact books its lines in the transaction that writes the fact, and lines never
-- change. Scheduled tasks sum days and close months.

create trigger orders_book_their_charge after update of payment_ref on farthing.orders
  for each row when (old.payment_ref is null and new.payment_ref is not null)
    execute function farthing.book_order();
create trigger refunds_book_their_money after insert or update of status on farthing.refunds
  for each row execute function farthing.book_refund();
create trigger movements_book_their_money after insert on farthing.dispute_movements
  for each row execute function farthing.book_dispute_movement();
create trigger bookings_book_their_money after update of paid_at, fee_collected, fee_refunded
  on farthing.bookings
  for each row execute function farthing.book_booking();

select farthing.never_change('revenue_lines', '{line_nr, booked_on, booked_at, effective_at, product_line,
  kind, currency, amount, account_id, order_id, booking_id, package_id, refund_id, dispute_id, source_id}');
select farthing.never_remove('revenue_lines');
select farthing.never_remove('books');

select farthing.add_task('roll_up_revenue', '5 minutes');
select farthing.add_task('close_months', '1 hour', '37 minutes');
