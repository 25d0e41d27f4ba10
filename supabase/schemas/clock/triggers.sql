-- The one job of pg_cron: each minute it runs the tasks that are due. Every subject adds its own.

select cron.schedule('farthing', '* * * * *', 'call farthing.run_due_tasks()');
select farthing.add_task('sweep_run_history', '1 hour', '29 minutes');
