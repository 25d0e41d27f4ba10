-- The end of leases whose runner died. If the service recognises a repeated request by its
-- idempotency key, the notification is sent again; otherwise it gets the state `uncertain`.

create function farthing.end_notification_lease(p_notification_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_notification farthing.notifications;
begin
  select * into v_notification from farthing.notifications
  where notification_id = p_notification_id::uuid and state = 'sending'
    and leased_until <= p_now for update skip locked;
  if v_notification.notification_id is null then
    return 0;
  end if;
  if v_notification.sender in ('resend', 'webhook') then
    perform farthing.retry_notification(v_notification, 'runner_lost', interval '0', p_now);
  else
    perform farthing.finish_notification(v_notification.notification_id, 'uncertain', 'runner_lost', p_now);
  end if;
  return 1;
end
$$;
comment on function farthing.end_notification_lease(text, timestamptz) is
  'Ends the expired lease of a notification: plans a retry, or sets the state `uncertain`. Returns 1, or '
  '0 if there is nothing to end.';

create function farthing.end_notification_leases(p_now timestamptz)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('notifications_claim', 'notification', array(
    select n.notification_id::text from farthing.notifications n
    where n.state = 'sending' and n.leased_until <= p_now
      and not farthing.is_parked('notifications_claim', 'notification', n.notification_id::text, p_now)
    order by n.leased_until limit 1000), 'end_notification_lease', p_now)
$$;
comment on function farthing.end_notification_leases(timestamptz) is
  'Ends the expired leases of dead runners, and returns the number of these leases. A notification '
  'is retried if the service recognises a repeated request by its key (Resend, webhooks); '
  'otherwise its state becomes `uncertain`.';
