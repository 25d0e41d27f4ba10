-- The queue of welcome credits. The transaction in which Auth confirms an email address only adds a
-- row to the queue, so a later failure cannot undo the sign-up. A scheduled task decides the requests
-- that no runner has decided.

create function farthing.queue_welcome()
returns trigger
language plpgsql security definer -- runs inside Auth's statement, whose role has no rights here
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms' -- the wait for a lock ends long before Auth's statement_timeout
as $$
begin
  if exists (select from farthing.policy where welcome_credits > 0) then
    insert into farthing.welcome_grants (user_id) values (new.id) on conflict (user_id) do nothing;
    if found then
      perform farthing.wake('payment-runner');
    end if;
  end if;
  return null;
exception when others then -- not query_canceled: a statement that the caller cancels must end
  -- Only the SQLSTATE is logged: an error's text may quote the address.
  raise warning 'farthing: no welcome credits were planned: %', sqlstate;
  return null;
end
$$;
comment on function farthing.queue_welcome() is
  'Trigger on auth.users: queues a request for welcome credits for a user with a confirmed email '
  'address, only once per user, and only while the policy grants welcome credits. Waits at most '
  'half a second for a lock, and catches every error except a cancelled statement.';

create function farthing.grant_welcome_credits(p_now timestamptz default now(), p_limit int default 50)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('grant_welcome_credits', 'request', array(
    select request_nr::text from farthing.welcome_grants
    where status = 'queued' and not farthing.is_parked('grant_welcome_credits', 'request',
      request_nr::text, p_now)
    order by request_nr limit p_limit), 'grant_welcome', p_now)
$$;
comment on function farthing.grant_welcome_credits(timestamptz, int) is
  'Scheduled task: decides the requests for welcome credits that no runner has decided. Returns how many '
  'it granted.';
