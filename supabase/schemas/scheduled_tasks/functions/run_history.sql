-- The history of task runs, which is stored for a week.

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
  -- pg_cron never deletes its own history. Only the history of this job is deleted here, not the
  -- history of the project's other jobs.
  delete from cron.job_run_details where runid in (
    select d.runid from cron.job_run_details d join cron.job j using (jobid)
    where j.jobname = 'farthing' and coalesce(d.end_time, d.start_time) <= p_now - c_retention
    order by d.runid limit p_limit);
  get diagnostics v_cron = row_count;
  return v_ours + v_cron;
end
$$;
comment on function farthing.delete_old_runs(timestamptz, int) is
  'Deletes the failed runs of tasks, and pg_cron''s runs of the job farthing, after a week. '
  'Returns the number of deleted rows.';
