-- A task deletes the history of old runs.

select farthing.add_task('delete_old_runs', '1 hour', '29 minutes');
