-- A scheduled task starts the paid checks each hour.

select farthing.add_task('wake_deep_checks', '1 hour', '17 minutes');
