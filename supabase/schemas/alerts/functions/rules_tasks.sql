-- Alert rules about scheduled tasks: overdue work, parked items and failing tasks. A parked item
-- raised an error in a task, and is retried later. Overdue work is read from the rows of the work
-- itself, because a task that is disabled, deleted or idle reports no failure. tasks_stopped.sql
-- has the rule for the case that no task runs.

create function farthing.oldest_unsealed(p_now timestamptz)
returns timestamptz
language plpgsql stable
set search_path = ''
as $$
begin
  -- A search for unsealed entries reads every account. It is skipped if a recent run has sealed
  -- everything, because then no unsealed entry is old.
  if exists (select from farthing.tasks where task = 'seal' and failures = 0 and last_count < 60000
    and last_run_at > p_now - interval '10 minutes') then
    return null;
  end if;
  return (
    select min(e.created_at) from farthing.accounts a
    cross join lateral (select coalesce(max(s.seq), 0) as seq from farthing.entry_seals s
      where s.account_id = a.account_id) s
    join farthing.entries e on e.account_id = a.account_id and e.seq = s.seq + 1
    where a.last_seq > s.seq);
end
$$;
comment on function farthing.oldest_unsealed(timestamptz) is
  'Returns the time of the oldest unsealed entry; null if all entries are sealed, or if a run in the last '
  '10 minutes has sealed everything.';

create function farthing.overdue_head(p_now timestamptz)
returns timestamptz
language sql stable
set search_path = ''
as $$
  -- Each hour one transaction makes a head of the ledger (seals/functions/heads.sql) and queues it
  -- for the webhook.
  select h.made_at + interval '1 hour' from (select n.made_at from farthing.heads n
    order by n.head_nr desc limit 1) h where h.made_at + interval '1 hour' <= p_now
$$;
comment on function farthing.overdue_head(timestamptz) is
  'Returns the time at which the overdue head of the ledger became due; null if no head is overdue '
  'or none was ever made.';

create function farthing.overdue_work(p_now timestamptz)
returns table (what text, due_at timestamptz)
language sql stable
set search_path = ''
as $$
  -- Parked items do not count here: the rule parked_items reads them.
  select 'hold', (select h.expires_at from farthing.holds h
    where h.status = 'open' and h.expires_at <= p_now
      and not exists (select from farthing.parked_items p
        where (p.task, p.item_kind, p.item_id) = ('expire_credits', 'account', h.account_id::text))
    order by h.expires_at limit 1)
  union all
  select 'lot', (select l.expires_at from farthing.lots l
    where l.closed_at is null and l.expires_at <= p_now and l.remaining > l.reserved and not l.frozen
      and not exists (select from farthing.parked_items p
        where (p.task, p.item_kind, p.item_id) = ('expire_credits', 'account', l.account_id::text))
    order by l.expires_at limit 1)
  union all
  select 'chat', (select min(c.heartbeat_at) + interval '1 minute' from farthing.chats c
    where c.state = 'open' and c.heartbeat_at <= farthing.heartbeat_deadline(p_now)
      and not exists (select from farthing.parked_items p
        where (p.task, p.item_kind, p.item_id) = ('close_abandoned_chats', 'chat', c.hold_id::text)))
  union all
  select 'unsealed entry', farthing.oldest_unsealed(p_now)
  union all
  select 'head', farthing.overdue_head(p_now)
  union all
  -- In a project without a mail service, emails wait for three days and are never sent, so they do
  -- not count.
  select 'notification', (select min(n.next_attempt_at) from farthing.notifications n
    where n.state in ('queued', 'failed') and n.next_attempt_at <= p_now
      and (n.recipient = 'webhook' or exists (select from farthing.metrics m
        where m.grain = 'total' and m.name = 'notifications' and m.labels like 'channel=email,%')))
$$;
comment on function farthing.overdue_work(timestamptz) is
  'Returns, for each kind of work, the time at which its oldest open item became due; null if no '
  'item is due.';

create function farthing.read_overdue(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, o.minutes, format(
    'The oldest %s is overdue by %s. Scheduled tasks do not keep up.', o.what,
    farthing.period_text(p_now - o.due_at)))
  from (values (1)) one (row) left join lateral (
    select w.what, w.due_at, extract(epoch from p_now - w.due_at) / 60 as minutes
    from farthing.overdue_work(p_now) w order by w.due_at nulls last limit 1) o on true
$$;
comment on function farthing.read_overdue(farthing.alert_rules, timestamptz) is
  'Reads the delay, in minutes, of the most overdue item of all scheduled tasks.';

create function farthing.read_parked(p_rule farthing.alert_rules)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, p.count, format('%s parked: %s%s.',
    farthing.count_text(p.count, 'item'), p.first,
    case when p.count > 3 then format(' and %s more', p.count - 3) end))
  from (
    select count(*), string_agg(format('%s of %s (%s)', i.item_kind || ' ' || left(i.item_id, 60), i.task,
      i.error), ', ' order by i.parked_at, i.item_id) filter (where i.nr <= 3) as first
    from (select *, row_number() over (order by parked_at, item_id) as nr from farthing.parked_items) i) p
$$;
comment on function farthing.read_parked(farthing.alert_rules) is
  'Reads the number of parked items; the summary names the first three and their tasks.';

create function farthing.read_failed_tasks(p_rule farthing.alert_rules)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, t.failures, format(
    'The scheduled task %s failed %s in a row, last with %s.', t.task,
    farthing.count_text(t.failures, 'time'), t.last_error))
  from (values (1)) one (row) left join lateral (
    select * from farthing.tasks where enabled order by failures desc, task_nr limit 1) t on true
$$;
comment on function farthing.read_failed_tasks(farthing.alert_rules) is
  'Reads the highest number of failures in a row among the enabled scheduled tasks.';
