-- Triggers: the first event fixes the mode, test or live, and events of the other mode are refused;
-- an event's facts never change. Scheduled tasks retry failed and deferred events and wake the
-- payment runner.

select farthing.add_task('retry_events', '1 minute');

select farthing.add_task('wake_payment_runner_if_due', '1 minute');

create trigger inbox_keeps_its_mode before insert on farthing.inbox
  for each row execute function farthing.keep_mode();

select farthing.never_change('inbox', '{event_id, type, livemode, facts, occurred_at}');
select farthing.never_remove('inbox');
