-- Triggers: each payment of debt is recorded with its position among the account's entries, so that
-- it can be booked on a day. A scheduled task deletes old refusals.

create trigger debt_payments_are_booked after insert on farthing.debt_payments
  for each row execute function farthing.note_debt_payment();
select farthing.note_guard('debt_payments', 'debt_payments_are_booked');
select farthing.never_change('debt_payment_days', '{account_id, payment_id, after_seq}');
select farthing.never_remove('debt_payment_days');

select farthing.add_task('delete_old_refusals', '1 hour', '43 minutes');
