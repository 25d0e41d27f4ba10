-- Actions of authors that are not entries: refunds, released holds, blocks, decisions, retries,
-- settings and reads. Each action is read from the table that stores who did it.

create function farthing.author_of_refund(p_requested_by text)
returns text
language sql immutable
set search_path = ''
as $$
  -- A value without a prefix stands for the buyer or the provider of a booking, for Stripe's
  -- dashboard, or for a rule such as `late_payment`.
  select case when p_requested_by ~ '^(operator|key|sql|task|stripe)(:|$)' then p_requested_by
    when p_requested_by in ('buyer', 'provider') then 'owner'
    else 'task:' || p_requested_by end
$$;
comment on function farthing.author_of_refund(text) is
  'Returns who requested a refund, in the form of an author: `owner` for the buyer or the '
  'provider of a booking, `task:<rule>` for a rule.';

create function farthing.audited_action(p_table text, p_is_new boolean, p_is_gone boolean)
returns text
language sql immutable
set search_path = ''
as $$
  select case p_table
    when 'blocks' then case when p_is_new then 'block_added' when p_is_gone then 'block_lifted'
      else 'block_changed' end
    when 'mismatches' then 'mismatch_resolved'
    when 'inbox' then 'event_replayed'
    when 'notifications' then 'notification_retried'
    when 'fraud_warnings' then 'warning_cleared'
    when 'jobs' then 'job_cancelled'
    when 'booking_transfers' then 'transfer_settled'
    when 'spend_caps' then 'spend_cap_changed'
    when 'welcome_grants' then 'welcome_retried'
    else 'setting_changed' end
$$;
comment on function farthing.audited_action(text, boolean, boolean) is
  'Returns the kind of action that an audit row of a table shows.';

create function farthing.actor_actions(p_range farthing.day_range)
returns table (day date, author text, kind text, source text, count bigint, amount bigint, currency text)
language sql stable
set search_path = ''
as $$
  with span as (
    select p_range.first_day::timestamp at time zone 'UTC' as since,
      (p_range.last_day + 1)::timestamp at time zone 'UTC' as until
  ), actions (at, author, kind, source, amount, currency) as (
    select r.created_at, farthing.author_of_refund(r.requested_by), 'refund_requested', 'refunds', r.amount,
      r.currency
    from span s join farthing.refunds r on r.created_at >= s.since and r.created_at < s.until
    union all
    select g.decided_at, g.decided_by::text, case g.status when 'granted' then 'grant_confirmed'
      else 'grant_declined' end, 'grants', null::bigint, null
    from span s join farthing.grants g on g.decided_at >= s.since and g.decided_at < s.until
    where g.decided_by is not null
    union all
    select h.resolved_at, h.released_by::text, 'hold_released', 'holds', null, null
    from span s join farthing.holds h on h.resolved_at >= s.since and h.resolved_at < s.until
    where h.released_by is not null
    union all
    select i.acknowledged_at, i.acknowledged_by, 'alert_acknowledged', 'incidents', null, null
    from span s join farthing.incidents i on i.acknowledged_at >= s.since and i.acknowledged_at < s.until
    union all
    select c.read_at, c.author, 'customer_read', 'customer_reads', null, null
    from span s join farthing.customer_reads c on c.read_at >= s.since and c.read_at < s.until
    union all
    select a.changed_at, a.author, farthing.audited_action(a.table_name, a.before is null, a.after is null),
      'audit', null, null
    from span s join farthing.audit a on a.changed_at >= s.since and a.changed_at < s.until
    -- These tables must be the same as those of the index audit_by_time.
    where a.table_name in ('blocks', 'mismatches', 'inbox', 'notifications', 'fraud_warnings', 'jobs',
        'booking_transfers', 'spend_caps', 'policy', 'packages', 'rates', 'alert_rules', 'tasks', 'features',
        'accounting_policies', 'journal_accounts', 'welcome_blocked_domains', 'welcome_grants')
      and a.author <> 'task:install'
  )
  select (a.at at time zone 'UTC')::date, case when a.author like 'stripe:%' then 'stripe' else a.author end,
    a.kind, a.source, count(*), sum(a.amount)::bigint, a.currency
  from actions a group by 1, 2, 3, 4, 7
$$;
comment on function farthing.actor_actions(farthing.day_range) is
  'Counts the actions of a range of days, except movements of credits, by day, author and kind. '
  'source: the table that stores these actions. amount: only for refunds, in minor units of '
  '`currency`.';

create function farthing.actor_rows(p_range farthing.day_range, p_author text)
returns table (day date, author_kind text, author text, kind text, source text, count bigint, credits numeric,
  amount bigint, currency text, cursor text)
language sql stable
set search_path = ''
as $$
  select r.day, split_part(r.author, ':', 1), r.author, r.kind, r.source, r.count, r.credits, r.amount,
    r.currency, concat_ws(' ', r.day, r.author, r.kind, r.currency)
  from (
    select e.day, e.author::text as author, e.kind::text as kind, 'entries' as source, e.entries as count,
      e.amount as credits, null::bigint as amount, null as currency
    from farthing.actor_days e where e.day between p_range.first_day and p_range.last_day
    union all
    select a.day, a.author, a.kind, a.source, a.count, null, a.amount, a.currency
    from farthing.actor_actions(p_range) a) r
  where p_author is null or r.author = p_author
$$;
comment on function farthing.actor_rows(farthing.day_range, text) is
  'Returns the rows of the report of authors: entries and actions, by day, author, kind and currency.';

create function farthing.actor_controls()
returns jsonb
language sql stable
set search_path = ''
as $$
  -- All sums are over all days and authors, because entries have no index by time.
  with moved as (
    select d.kind::text as kind, sum(d.amount) as amount from farthing.actor_days d group by 1
  ), controls (name, report, source) as (
    select format('credits of kind %s, all days', s.kind), m.amount, s.amount
    from (select e.kind::text as kind, sum(e.amount) as amount from farthing.entry_sums e group by 1) s
    left join moved m using (kind)
    union all
    select format('credits granted as %s by all authors, all days', l.source), m.amount, l.credits
    from (select d.source, sum(d.credits) as credits from farthing.lot_days d
      where d.movement = 'granted' and d.source in ('promotional', 'adjustment') group by 1) l
    left join moved m on m.kind = case l.source when 'promotional' then 'promotion' else l.source end
  )
  select jsonb_agg(farthing.control(c.name, c.report, c.source) order by c.name) from controls c
$$;
comment on function farthing.actor_controls() is
  'Returns the controls of the report of authors: the credits of each kind of entry, compared with the '
  'sums of sealed entries; and the granted credits, compared with the amounts of the lots.';
