-- Triggers: a new refund of a booking stores who reverses the provider's part, and rows of moves
-- are never deleted.

create trigger booking_transfers_are_never_deleted before delete on farthing.booking_transfers
  for each row execute function farthing.refuse_change();
create trigger refunds_say_who_reverses before insert on farthing.refunds
  for each row when (new.booking_id is not null and new.stripe_refund_id is null)
  execute function farthing.note_who_reverses();

select farthing.never_change('booking_transfers', '{account_id, move_id, booking_id, kind, amount, currency,
  reverses, created_at}');
select farthing.set_once('booking_transfers', '{stripe_id}');
