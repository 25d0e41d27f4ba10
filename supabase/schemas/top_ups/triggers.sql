-- Triggers: the end of a top-up's order starts a cool-down or a backoff, and a refund pauses
-- top-ups.

create trigger orders_end_top_ups after update of status on farthing.orders
  for each row when (new.kind = 'top_up' and new.status <> old.status)
    execute function farthing.follow_top_up();
create trigger orders_refunded_pause_top_ups after update of amount_refunded on farthing.orders
  for each row when (new.amount_refunded > old.amount_refunded)
    execute function farthing.pause_after_refund();
