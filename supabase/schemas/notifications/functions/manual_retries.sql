-- Retries by an operator: notifications that were given up are queued again. Dead-lettered notifications were
-- certainly not sent. Uncertain ones may have been sent, so they are retried only if the operator sends
-- even_if_sent. RETRIED_AT_ONCE in supabase/functions/_shared/contracts/notifications.ts limits how many
-- notifications one request queues.

create function farthing.retry_given_up(
  p_notification farthing.notifications, p_reason text, p_author text, p_now timestamptz)
returns farthing.notifications
language plpgsql
set search_path = ''
as $$
declare
  v_after farthing.notifications;
begin
  -- in_doubt_since is cleared, so that any mail service may send the notification. Only the service
  -- of the first attempt could recognise a repeated request, but the operator accepts that the
  -- notification may be sent twice.
  update farthing.notifications
  set state = 'queued', attempts = 0, next_attempt_at = p_now, finished_at = null, in_doubt_since = null,
    last_error = null, retried_at = p_now
  where notification_id = p_notification.notification_id
  returning * into v_after;
  perform farthing.audit_action('notifications',
    farthing.pick(to_jsonb(v_after), '{notification_id}'),
    farthing.pick(to_jsonb(p_notification), '{state, attempts, last_error, finished_at, retried_at}'),
    farthing.pick(to_jsonb(v_after), '{state, attempts, last_error, finished_at, retried_at}'),
    p_author, p_reason, p_now);
  return v_after;
end
$$;
comment on function farthing.retry_given_up(farthing.notifications, text, text, timestamptz) is
  'Queues a dead or uncertain notification again, with eight new attempts, and audits the retry. Returns '
  'the row.';

create function farthing.retriable_notifications(
  p_since timestamptz, p_until timestamptz, p_template text, p_error text)
returns setof farthing.notifications
language sql stable
set search_path = ''
as $$
  select n.* from farthing.notifications n
  left join farthing.accounts a on a.account_id = n.account_id
  where n.state = 'dead' and n.finished_at >= p_since and n.finished_at <= p_until
    and (p_template is null or n.template = p_template)
    and (p_error is null or n.last_error = p_error)
    -- A notification whose recipient has no address any more is left out: an address that a back
    -- end gave is erased when the notification ends, and a deleted user has no address.
    and n.recipient <> 'address' and a.left_at is null
$$;
comment on function farthing.retriable_notifications(timestamptz, timestamptz, text, text) is
  'Returns the dead-lettered notifications that were given up from p_since to p_until, optionally '
  'only those of one template or error. Leaves out notifications whose recipient has no address '
  'any more.';

create function farthing.require_given_up(p_notification farthing.notifications, p_even_if_sent boolean)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_message text := case
    when p_notification.state = 'uncertain' and p_even_if_sent is not true then
      'The notification may have been sent. To send it again anyway, send even_if_sent: true.'
    when p_notification.state not in ('dead', 'uncertain') then
      'Only a dead-lettered or uncertain notification can be retried; details.state has its state.'
    when p_notification.recipient = 'address' then
      'The address of this notification was erased. Queue a new one by POST /send-notification.'
    end;
begin
  if v_message is not null then
    perform farthing.fail('notification_not_dead', v_message,
      jsonb_build_object('state', p_notification.state));
  end if;
end
$$;
comment on function farthing.require_given_up(farthing.notifications, boolean) is
  'Refuses a retry if the notification was not given up, if its address was erased, or if it may '
  'have been sent and p_even_if_sent is false. Fails with notification_not_dead; details.state is the '
  'notification''s state.';
