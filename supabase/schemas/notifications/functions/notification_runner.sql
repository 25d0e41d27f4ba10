-- Waking the notification runner.

create function farthing.wake_for_notifications()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- One call for the whole queue is enough: if an earlier notification is still queued, a runner
  -- was already woken for it, or the scheduled task wakes one within a minute.
  if exists (select from added) and not exists (select from farthing.notifications n where n.state = 'queued'
    and not exists (select from added a where a.notification_id = n.notification_id)) then
    perform farthing.wake('notification-runner');
  end if;
  return null;
end
$$;
comment on function farthing.wake_for_notifications() is
  'Trigger: wakes the runner for new notifications after the transaction has committed; does nothing if '
  'the queue was not empty.';

create function farthing.wake_notification_runner_if_due(p_now timestamptz default now())
returns boolean
language sql
set search_path = ''
as $$
  select (exists (select from farthing.notifications
        where state in ('queued', 'failed') and next_attempt_at <= p_now)
      or exists (select from farthing.notifications where state = 'sending' and leased_until <= p_now))
    and farthing.wake('notification-runner')
$$;
comment on function farthing.wake_notification_runner_if_due(timestamptz) is
  'Wakes the runner if a notification is due or is leased to a dead runner; true if the call was queued.';
