-- A scheduled task deletes old metrics.

select farthing.add_task('delete_old_metrics', '5 minutes');
