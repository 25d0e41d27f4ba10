-- Triggers guard the states of a booking and refuse changes of its terms. A task cancels bookings
-- for which Stripe made no payment.

create trigger bookings_are_guarded before update on farthing.bookings
  for each row execute function farthing.bookings_guard();
create trigger bookings_are_never_deleted before delete on farthing.bookings
  for each row execute function farthing.refuse_change();

select farthing.add_task('cancel_unanswered_bookings', '1 hour', '41 minutes');

select farthing.never_change('bookings', '{account_id, booking_id, provider_id, amount, currency,
  fee_basis_points, application_fee_amount, transfer_at, client_temp_id, details, created_at}');
select farthing.set_once('bookings', '{payment_intent_id, charge_id, fee_id, paid_at}');
