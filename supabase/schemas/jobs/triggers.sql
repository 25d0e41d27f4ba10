-- Triggers refuse illegal changes of a job's state, and broadcast changes if Realtime is installed.
-- Scheduled tasks end expired leases and overdue jobs, wake the runner and remove old data.

create trigger jobs_are_guarded before update on farthing.jobs
  for each row execute function farthing.jobs_guard();

select farthing.open_realtime();

select farthing.add_task('end_job_leases', '1 minute');
select farthing.add_task('expire_jobs', '1 minute');
-- This task runs after end_job_leases, so that it wakes the runner for the jobs that end_job_leases
-- has just queued again.
select farthing.add_task('wake_runner_if_due', '1 minute');
select farthing.add_task('delete_old_job_data', '5 minutes');
