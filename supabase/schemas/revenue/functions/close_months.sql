-- Closing months. The policy's months_close_after (policy/tables.sql) is the time between the end of a month
-- and its closing.

create function farthing.close_months(p_now timestamptz default now())
returns int
language sql
set search_path = ''
as $$
  -- The update waits for the transactions that are booking lines, because each of them locks this
  -- row for share. A transaction that books a line later waits until this update is committed, and
  -- then books in the open month.
  with closed as (
    update farthing.books b set open_from = d.first_open, closed_at = p_now
    from (select date_trunc('month', (p_now - p.months_close_after) at time zone 'UTC')::date as first_open
      from farthing.policy p) d
    where b.open_from < d.first_open
    returning 1
  )
  select count(*)::int from closed
$$;
comment on function farthing.close_months(timestamptz) is
  'Scheduled task: closes the months that ended at least policy.months_close_after ago. Returns 1 if it '
  'closed a month.';
