-- Retention: tasks delete rows that are older than their retention period.

create function farthing.delete_older(
  p_table text, p_key text, p_column text, p_until timestamptz, p_limit int)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_count int;
begin
  execute format('with due as (select %2$I as key from farthing.%1$I where %3$I <= $1
      order by %3$I limit $2 for update skip locked)
    delete from farthing.%1$I t using due where t.%2$I = due.key', p_table, p_key, p_column)
  using p_until, p_limit;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function farthing.delete_older(text, text, text, timestamptz, int) is
  'Deletes rows whose p_column is at most p_until, the oldest first, at most p_limit rows. Rows that '
  'another transaction has locked are skipped. p_key names the column that identifies a row. Returns the '
  'number of deleted rows.';

create function farthing.delete_old_runs(p_now timestamptz default now(), p_limit int default 20000)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  c_retention constant interval := interval '7 days';
  v_ours int := farthing.delete_older('task_failures', 'failure_nr', 'failed_at', p_now - c_retention,
    p_limit);
  v_cron bigint;
begin
  -- pg_cron itself deletes no history. The history of the project's other jobs stays.
  delete from cron.job_run_details where runid in (
    select d.runid from cron.job_run_details d join cron.job j using (jobid)
    where j.jobname = 'farthing' and coalesce(d.end_time, d.start_time) <= p_now - c_retention
    order by d.runid limit p_limit);
  get diagnostics v_cron = row_count;
  return v_ours + v_cron;
end
$$;
comment on function farthing.delete_old_runs(timestamptz, int) is
  'Deletes the history of runs after a week, ours and pg_cron''s, and returns the number of deleted '
  'rows.';
