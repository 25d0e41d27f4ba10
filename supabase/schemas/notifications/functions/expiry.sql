-- The scheduled task that gives up notifications after three days. After 90 days it deletes
-- notifications to operators, and notifications to addresses that a back end gave.

create function farthing.give_up_notification(p_notification_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_sender text;
begin
  select sender into v_sender from farthing.notifications
  where notification_id = p_notification_id::uuid and state in ('queued', 'failed') for update skip locked;
  if not found then
    return 0;
  end if;
  perform farthing.finish_notification(p_notification_id::uuid, 'dead',
    case when v_sender is null then 'not_tried' else 'expired' end, p_now);
  return 1;
end
$$;
comment on function farthing.give_up_notification(text, timestamptz) is
  'Gives up a notification that was not sent within three days; returns 1, or 0 if the '
  'notification no longer waits for an attempt, or if another transaction has locked it.';

create function farthing.give_up_notifications(p_now timestamptz default now(), p_limit int default 10000)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_expired int;
  v_forgotten int;
begin
  -- After three days a notification is no longer useful. Giving it up also erases its address,
  -- which a project without a mail service would otherwise store for ever.
  v_expired := farthing.work_off('give_up_notifications', 'notification', array(
    select n.notification_id::text from farthing.notifications n
    where n.state in ('queued', 'failed')
      and coalesce(n.retried_at, n.created_at) <= p_now - interval '3 days'
      and not farthing.is_parked('give_up_notifications', 'notification', n.notification_id::text, p_now)
    order by n.next_attempt_at limit p_limit), 'give_up_notification', p_now);
  -- Notifications to users stay, because scheduled tasks read them to learn what a user was already
  -- notified of. All other notifications are only a log.
  delete from farthing.notifications where notification_id in (
    select notification_id from farthing.notifications
    where account_id is null and created_at <= p_now - interval '90 days' and finished_at is not null
    order by created_at limit p_limit for update skip locked);
  get diagnostics v_forgotten = row_count;
  return v_expired + v_forgotten;
end
$$;
comment on function farthing.give_up_notifications(timestamptz, int) is
  'Gives up notifications that were not sent within three days. The three days begin when a '
  'notification is queued, and again when an operator retries it. The error is `expired`, or '
  '`not_tried` if no attempt was ever made, as happens without a mail service. After 90 days, '
  'deletes notifications to operators, and notifications to addresses that a back end gave. '
  'Returns the number of notifications that it gave up or deleted.';
