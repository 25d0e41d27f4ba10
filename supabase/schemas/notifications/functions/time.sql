-- What wakes the runner of notices, and what time does to them.

create function farthing.wake_for_notices()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Where an earlier one still waits, its runner is on the way, or the minute's wake is: one call is enough.
  if exists (select from added) and not exists (select from farthing.notices n where n.state = 'queued'
    and not exists (select from added a where a.notice_id = n.notice_id)) then
    perform farthing.wake('notification-runner');
  end if;
  return null;
end
$$;
comment on function farthing.wake_for_notices() is
  'Wakes the runner for a new notice. It is asked once the transaction has committed, and costs nothing '
  'where the queue is not empty anyway.';

create function farthing.wake_notification_runner_if_due(p_now timestamptz default now())
returns boolean
language sql
set search_path = ''
as $$
  select (exists (select from farthing.notices
        where state in ('queued', 'failed') and next_attempt_at <= p_now)
      or exists (select from farthing.notices where state = 'sending' and leased_until <= p_now))
    and farthing.wake('notification-runner')
$$;
comment on function farthing.wake_notification_runner_if_due(timestamptz) is
  'Wakes the runner where a notice is due, or was taken along by a dead one; true where it did.';

create function farthing.sweep_notice(p_notice_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_sender text;
begin
  select sender into v_sender from farthing.notices
  where notice_id = p_notice_id::uuid and state in ('queued', 'failed') for update skip locked;
  if not found then
    return 0;
  end if;
  perform farthing.finish_notice(p_notice_id::uuid, 'dead',
    case when v_sender is null then 'not_tried' else 'expired' end, p_now);
  return 1;
end
$$;
comment on function farthing.sweep_notice(text, timestamptz) is
  'Gives up a notice that could not be sent for three days; 1 where it did.';

create function farthing.sweep_notices(p_now timestamptz default now(), p_limit int default 10000)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_expired int;
  v_forgotten int;
begin
  -- News of three days ago is none, and an address is not kept in wait for a mail service.
  v_expired := farthing.work_off('sweep_notices', 'notice', array(
    select n.notice_id::text from farthing.notices n
    where n.state in ('queued', 'failed') and n.created_at <= p_now - interval '3 days'
      and not farthing.is_parked('sweep_notices', 'notice', n.notice_id::text, p_now)
    order by n.next_attempt_at limit p_limit), 'sweep_notice', p_now);
  -- A user's list stays: it is how a sweep knows what it has told of. The others' is for looking things up.
  delete from farthing.notices where notice_id in (
    select notice_id from farthing.notices
    where account_id is null and created_at <= p_now - interval '90 days' and finished_at is not null
    order by created_at limit p_limit for update skip locked);
  get diagnostics v_forgotten = row_count;
  return v_expired + v_forgotten;
end
$$;
comment on function farthing.sweep_notices(timestamptz, int) is
  'Gives up notices that could not be sent for three days (not_tried where nobody has, for want of a mail '
  'service), and forgets after 90 days what was sent to given '
  'addresses and operators; returns how many.';
