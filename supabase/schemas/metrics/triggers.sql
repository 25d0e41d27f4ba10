-- A task sums minutes into hours and removes old rows.

select farthing.add_task('sweep_metrics', '5 minutes');
