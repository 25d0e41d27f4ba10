-- Triggers: the end of a top-up's order starts a cool-down or a backoff, a refund pauses top-ups, and
-- a balance that falls below the threshold wakes the payment runner.

create trigger orders_end_top_ups after update of status on farthing.orders
  for each row when (new.kind = 'top_up' and new.status <> old.status)
    execute function farthing.follow_top_up();
create trigger orders_refunded_pause_top_ups after update of amount_refunded on farthing.orders
  for each row when (new.amount_refunded > old.amount_refunded)
    execute function farthing.pause_after_refund();
-- Every debit evaluates this condition, so the null test stands first.
create trigger accounts_wake_top_ups after update of balance, held on farthing.accounts
  for each row when (new.top_up_below is not null and new.balance - new.held < new.top_up_below
    and old.balance - old.held >= new.top_up_below)
    execute function farthing.wake_for_top_up();
