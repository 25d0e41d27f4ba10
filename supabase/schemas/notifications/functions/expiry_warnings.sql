-- Warnings before credits expire: one a week ahead, and one a day ahead.

create function farthing.notify_expiring(
  p_days int, p_from timestamptz, p_now timestamptz, p_limit int)
returns int
language sql
set search_path = ''
as $$
  with due as (
    -- Lots of an account that expire at the same moment share one notification.
    select l.account_id, l.expires_at, sum(l.remaining) as credits,
      format('%s:%s', p_days, extract(epoch from l.expires_at)) as subject
    from farthing.lots l
    where l.closed_at is null and l.remaining > 0 and not l.frozen
      and l.expires_at > p_from and l.expires_at <= p_now + p_days * interval '1 day'
      -- A lot that was granted less than a week before its expiry gets no warning a week ahead;
      -- every lot gets a warning a day ahead (trap T23 in docs/reference/traps.md).
      and (p_days = 1 or l.created_at <= l.expires_at - p_days * interval '1 day')
    group by l.account_id, l.expires_at
  ), unnotified as (
    select d.* from due d
    where not exists (select from farthing.notifications n where n.account_id = d.account_id
      and n.template = 'credits_expiring' and n.subject = d.subject)
    order by d.expires_at, d.account_id limit p_limit
  ), notified as (
    insert into farthing.notifications (account_id, template, subject, data, next_attempt_at, created_at)
    select u.account_id, 'credits_expiring', u.subject, jsonb_build_object('credits',
      trim_scale(u.credits)::text, 'expires_at', u.expires_at, 'days', p_days), p_now, p_now from unnotified u
    on conflict on constraint notifications_once do nothing
    returning 1
  )
  select count(*)::int from notified
$$;
comment on function farthing.notify_expiring(int, timestamptz, timestamptz, int) is
  'Queues warnings of lots that expire after p_from and at most p_days days after p_now. Returns the number '
  'of notifications. Empty and frozen lots are left out.';

create function farthing.notify_expiring_credits(p_now timestamptz default now(), p_limit int default 2000)
returns int
language sql
set search_path = ''
as $$
  -- If both warnings of an account are due, each lot is in only one of them. A lot that expires
  -- within a day is in the warning a day ahead, a lot that expires later is in the warning a week
  -- ahead.
  select farthing.notify_expiring(1, p_now, p_now, p_limit)
    + farthing.notify_expiring(7, p_now + interval '1 day', p_now, p_limit)
$$;
comment on function farthing.notify_expiring_credits(timestamptz, int) is
  'Queues the warnings that credits expire within a day or within a week (trap T23), and returns the '
  'number of notifications.';
