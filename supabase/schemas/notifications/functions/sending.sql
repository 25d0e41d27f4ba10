-- Sending notifications: queue one from outside, claim the due ones, report their outcome. At most once: a
-- claim commits before a service is asked to send the notification. If the runner dies or the answer is
-- lost, it may or may not have been sent. It is retried only if the service recognises a repeat by its key;
-- else it stays uncertain, for an operator to see, and is not sent twice.

create function farthing.finish_notice(p_notice_id uuid, p_state text, p_error text, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.notices
  set state = case when p_state = 'dead' and in_doubt_since is not null then 'uncertain' else p_state end,
    last_error = coalesce(p_error, last_error), finished_at = p_now, address = null, next_attempt_at = null,
    lease_id = null, leased_until = null
  where notice_id = p_notice_id
$$;
comment on function farthing.finish_notice(uuid, text, text, timestamptz) is
  'Ends a notification that is not sent: dead, or uncertain if it may have been sent. Its address is '
  'erased.';

create function farthing.retry_notice(
  p_notice farthing.notices, p_error text, p_wait interval, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update farthing.notices
  set state = 'failed', attempts = p_notice.attempts, last_error = p_error, next_attempt_at = p_now + p_wait,
    lease_id = null, leased_until = null, in_doubt_since = coalesce(in_doubt_since,
      case when p_error in ('runner_lost', 'no_answer') then p_now end)
  where notice_id = p_notice.notice_id;
  if p_notice.attempts >= 8 then
    perform farthing.finish_notice(p_notice.notice_id, 'dead', p_error, p_now);
  end if;
end
$$;
comment on function farthing.retry_notice(farthing.notices, text, interval, timestamptz) is
  'Plans another attempt after p_wait, or ends the notification after the eighth. p_notice.attempts: the '
  'attempts that count.';

create function farthing.end_notice_lease(p_notice_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_notice farthing.notices;
begin
  select * into v_notice from farthing.notices
  where notice_id = p_notice_id::uuid and state = 'sending' and leased_until <= p_now for update skip locked;
  if v_notice.notice_id is null then
    return 0;
  end if;
  if v_notice.sender in ('resend', 'webhook') then
    perform farthing.retry_notice(v_notice, 'runner_lost', interval '0', p_now);
  else
    perform farthing.finish_notice(v_notice.notice_id, 'uncertain', 'runner_lost', p_now);
  end if;
  return 1;
end
$$;
comment on function farthing.end_notice_lease(text, timestamptz) is
  'Ends the lease of a notification whose runner is dead; 1 if it did.';

create function farthing.end_notice_leases(p_now timestamptz)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('notices_claim', 'notice', array(
    select n.notice_id::text from farthing.notices n
    where n.state = 'sending' and n.leased_until <= p_now
      and not farthing.is_parked('notices_claim', 'notice', n.notice_id::text, p_now)
    order by n.leased_until limit 1000), 'end_notice_lease', p_now)
$$;
comment on function farthing.end_notice_leases(timestamptz) is
  'Ends the leases of dead runners: a notification is retried if the service recognises a repeat by its '
  'key (Resend, webhooks), else it is uncertain. Returns how many.';
