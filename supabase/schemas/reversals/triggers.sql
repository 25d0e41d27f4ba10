-- Triggers: refunds change their state only as refunds_guard() allows, refunds and disputes are
-- never deleted, and the balance transactions of disputes never change. The triggers in
-- notifications/triggers.sql queue the notifications of refunds and disputes; those in
-- top_ups/triggers.sql pause top-ups after a refund.

create trigger refunds_are_guarded before update on farthing.refunds
  for each row execute function farthing.refunds_guard();
create trigger refunds_are_never_deleted before delete on farthing.refunds
  for each row execute function farthing.refuse_change();
create trigger disputes_are_never_deleted before delete on farthing.disputes
  for each row execute function farthing.refuse_change();
create trigger dispute_movements_never_change before update or delete on farthing.dispute_movements
  for each row execute function farthing.refuse_change();

select farthing.never_change('refunds', '{account_id, refund_id, order_id, booking_id, amount, currency,
  requested_by, nets_share, created_at}');
select farthing.set_once('refunds', '{stripe_refund_id}');
select farthing.never_change('disputes', '{account_id, dispute_id, order_id, booking_id, created_at}');
