-- Figures for a metrics collector. They are computed without reading the ledger: credits come from
-- the sums of sealed entries, and these sums are at most about a minute behind. work_figures()
-- reads only unfinished work, and work of the last day.

create function farthing.credit_figures(p_now timestamptz)
returns table (name text, labels text, value numeric)
language sql stable
set search_path = ''
as $$
  select case
      when s.direction = 'in' and s.counterparty in ('purchases', 'bonuses') then 'credits_sold'
      when s.direction = 'in' and s.counterparty = 'clawback' then 'credits_reinstated'
      when s.direction = 'in' then 'credits_given'
      when s.counterparty = 'usage' then 'credits_spent'
      when s.counterparty = 'breakage' then 'credits_expired'
      when s.counterparty = 'clawback' then 'credits_taken_back'
      else 'credits_withdrawn' end,
    'kind=' || s.kind, sum(s.amount)
  from farthing.entry_sums s group by 1, 2
  union all
  select 'credits_outstanding', '',
    coalesce(sum(case s.direction when 'in' then s.amount else -s.amount end), 0)
  from farthing.entry_sums s
  union all
  select 'credits_held', '', coalesce(sum(h.amount), 0) from farthing.holds h
  where h.status = 'open' and h.expires_at > p_now
$$;
comment on function farthing.credit_figures(timestamptz) is
  'Returns the credits of sealed entries (sold, spent, expired and so on, by kind of entry), the '
  'sum of all balances, and the credits in open holds.';

create function farthing.work_figures(p_now timestamptz)
returns table (name text, labels text, value numeric)
language sql stable
set search_path = ''
as $$
  select 'webhook_events', 'state=' || i.state, count(*) from farthing.inbox i
  where i.state in ('received', 'deferred', 'failed', 'dead')
    or (i.state in ('processed', 'ignored') and i.received_at > p_now - interval '1 day')
  group by i.state
  union all
  select 'webhook_oldest_seconds', '', coalesce(extract(epoch from p_now - min(i.received_at)), 0)
  from farthing.inbox i where i.state in ('received', 'deferred', 'failed')
  union all
  select 'jobs', 'state=' || j.status, count(*) from farthing.jobs j
  where j.status in ('queued', 'processing')
    -- A job lasts at most a day, so a job that ended within the last day was created within the
    -- last two days.
    or (j.created_at > p_now - interval '2 days' and j.completed_at > p_now - interval '1 day')
  group by j.status
  union all
  select 'job_oldest_seconds', '', coalesce(extract(epoch from p_now - min(j.run_after)), 0)
  from farthing.jobs j where j.status = 'queued' and j.run_after <= p_now
  union all
  select 'notifications_unsent', 'state=' || n.state, count(*) from (
    -- Each of these three conditions can use an index. One condition on all five states could use
    -- no index, and would read every sent notification.
    select q.state from farthing.notifications q where q.state in ('queued', 'failed')
    union all select s.state from farthing.notifications s where s.state = 'sending'
    union all select d.state from farthing.notifications d where d.state in ('dead', 'uncertain')) n
  group by n.state
$$;
comment on function farthing.work_figures(timestamptz) is
  'Counts work by its state: webhook events that are unfinished or arrived within a day, jobs that '
  'are unfinished or ended within a day, and unsent notifications. Also returns the age of the '
  'oldest unfinished event and the delay of the job that has waited longest, both in seconds.';

create function farthing.connection_figures()
returns table (name text, labels text, value numeric)
language sql stable
set search_path = ''
as $$
  -- Every role may read a session's database and user. Only the session's own role and members of
  -- pg_read_all_stats may read its state and kind.
  select 'database_connections', 'state=' || case
      when a.state is null then 'unknown'
      when a.state in ('active', 'idle') then a.state
      when a.state like 'idle in transaction%' then 'idle_in_transaction'
      else 'other' end,
    count(*)
  from pg_catalog.pg_stat_activity a
  where a.datid is not null and a.usesysid is not null
    and coalesce(a.backend_type, 'client backend') = 'client backend'
  group by 2
  union all
  select 'database_connections_max', '', current_setting('max_connections')::numeric
$$;
comment on function farthing.connection_figures() is
  'Counts the server''s connections to all databases by state, and returns max_connections, the '
  'most that the server allows. unknown: sessions whose state this role must not read.';

create function farthing.health_figures(p_now timestamptz)
returns table (name text, labels text, value numeric)
language sql stable
set search_path = ''
as $$
  select * from farthing.credit_figures(p_now)
  union all select * from farthing.work_figures(p_now)
  union all select * from farthing.connection_figures()
  union all
  select f.name, 'check=' || c.name, f.value from farthing.deep_checks c cross join lateral (values
    ('deep_check_ok', (c.outcome = 'ok')::int::numeric), ('deep_check_seconds', c.duration_ms / 1000.0),
    ('deep_check_age_seconds', extract(epoch from p_now - c.checked_at))) f (name, value)
  union all
  -- Services report these figures hourly. A figure older than two hours is left out, because the
  -- current value is unknown, and 0 would be wrong.
  select c.name || '_' || f.key, '', f.value::numeric
  from farthing.deep_checks c cross join lateral jsonb_each_text(c.figures) f
  where c.checked_at > p_now - interval '2 hours'
  union all
  select 'welcome_requests', 'outcome=' || coalesce(w.reason, w.status), count(*)
  from farthing.welcome_grants w
  where w.status = 'queued' or w.decided_at > p_now - interval '1 day' group by 2
  union all
  select 'deep_units_left', '', farthing.deep_units_left((p_now at time zone 'UTC')::date)
  union all
  select 'burn_rate', format('slo=%s,minutes=%s', b.slo, (extract(epoch from w.length) / 60)::int), w.burn
  from farthing.budget_burns(p_now) b
  cross join lateral (values (b.long_window, b.long_burn), (b.short_window, b.short_burn)) w (length, burn)
  -- Six hours is the long window of one pair in burn_windows() and the short window of another
  -- pair. Without this condition, the burn rate of six hours would be returned twice.
  where b.short_window <> interval '6 hours' or w.length <> b.short_window
$$;
comment on function farthing.health_figures(timestamptz) is
  'Returns the gauges: all metrics whose current values are read at p_now, in contrast to the '
  'counters.';
