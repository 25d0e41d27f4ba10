-- Triggers: each paid order or booking, refund, dispute and cancelled booking queues a notification
-- in the transaction that writes it. A queued notification wakes the runner. Scheduled tasks look
-- for low balances and for credits that expire soon, wake the runner, give up notifications, and
-- delete old ones.

select farthing.add_task('notify_low_balances', '1 minute');
select farthing.add_task('notify_expiring_credits', '5 minutes');

create trigger notifications_wake_the_runner after insert on farthing.notifications
  referencing new table as added for each statement execute function farthing.wake_for_notifications();

select farthing.add_task('wake_notification_runner_if_due', '1 minute');
select farthing.add_task('give_up_notifications', '5 minutes');

create trigger orders_have_receipts after update of payment_ref on farthing.orders
  for each row when (old.payment_ref is null and new.payment_ref is not null)
    execute function farthing.notify_payment();
-- This trigger fires on credits_clawed_back, because a refund's transaction always writes that
-- column last, even if the value does not change.
create trigger refunds_notify_the_buyer after update of credits_clawed_back on farthing.refunds
  for each row when (new.status = 'succeeded') execute function farthing.notify_refund();
create trigger disputes_notify_operators after insert or update of status on farthing.disputes
  for each row execute function farthing.notify_dispute();
create trigger bookings_have_receipts after update of paid_at on farthing.bookings
  for each row when (old.paid_at is null and new.paid_at is not null and new.status = 'paid')
    execute function farthing.notify_booking_payment();
create trigger bookings_notify_their_cancellation after update of status on farthing.bookings
  for each row when (old.status <> 'cancelled' and new.status = 'cancelled'
    and new.payment_intent_id is not null)
    execute function farthing.notify_booking_cancellation();
