-- A scheduled task deletes old metrics.

select farthing.add_task('sweep_metrics', '5 minutes');
