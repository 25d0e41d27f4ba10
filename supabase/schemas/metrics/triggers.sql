-- A task adds minutes up to hours and removes what is old.

select farthing.add_task('sweep_metrics', '5 minutes');
