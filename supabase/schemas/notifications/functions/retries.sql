-- Failed attempts: the backoff before the next attempt, and the end of a notification that is given
-- up.

create function farthing.finish_notification(p_notification_id uuid, p_state text, p_error text,
  p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.notifications
  set state = case when p_state = 'dead' and in_doubt_since is not null then 'uncertain' else p_state end,
    last_error = coalesce(p_error, last_error), finished_at = p_now, address = null, next_attempt_at = null,
    lease_id = null, leased_until = null
  where notification_id = p_notification_id
$$;
comment on function farthing.finish_notification(uuid, text, text, timestamptz) is
  'Ends a notification and erases its address. p_state: dead or uncertain. A notification that an '
  'earlier attempt may have sent becomes uncertain instead of dead.';

create function farthing.retry_notification(
  p_notification farthing.notifications, p_error text, p_wait interval, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update farthing.notifications
  set state = 'failed', attempts = p_notification.attempts, last_error = p_error,
    next_attempt_at = p_now + p_wait,
    lease_id = null, leased_until = null, in_doubt_since = coalesce(in_doubt_since,
      case when p_error in ('runner_lost', 'no_answer') then p_now end)
  where notification_id = p_notification.notification_id;
  if p_notification.attempts >= 8 then
    perform farthing.finish_notification(p_notification.notification_id, 'dead', p_error, p_now);
  end if;
end
$$;
comment on function farthing.retry_notification(farthing.notifications, text, interval, timestamptz) is
  'Plans another attempt after p_wait. After eight counted attempts (p_notification.attempts), ends the '
  'notification instead: as dead, or as uncertain if an attempt may have sent it.';

create function farthing.end_attempt(
  p_notification farthing.notifications, p_outcome text, p_error text, p_retry_after int, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_outcome = 'not_asked' then
    p_notification.attempts := p_notification.attempts - 1; -- a claim without a request is not an attempt
    perform farthing.retry_notification(p_notification, p_error,
      greatest(interval '1 minute', p_retry_after * interval '1 second'), p_now);
  elsif p_outcome = 'again' then
    -- Backoff of 1, 3, 9 … 243 minutes, then six hours, with 20 % jitter: eight attempts span half
    -- a day.
    perform farthing.retry_notification(p_notification, p_error, greatest(
      least(interval '6 hours',
        interval '1 minute' * (3 ^ (p_notification.attempts - 1))) * (0.8 + 0.4 * random()),
      p_retry_after * interval '1 second'), p_now);
  else
    perform farthing.finish_notification(p_notification.notification_id,
      case p_outcome when 'never' then 'dead' else 'uncertain' end, p_error, p_now);
  end if;
end
$$;
comment on function farthing.end_attempt is
  'Handles a failed attempt: plans the next attempt of the notification, or ends the notification. '
  'p_outcome (`not_asked`, `again`, `never` or `unknown`) decides which. p_retry_after: the '
  'shortest wait, in seconds, that the service asks for.';
