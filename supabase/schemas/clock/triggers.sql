-- The one job of pg_cron: each minute it runs the tasks that are due. Every subject adds its own.

do $$
begin
  -- cron.schedule() would write over it.
  if exists (select from cron.job
    where jobname = 'farthing' and command <> 'call farthing.run_due_tasks()') then
    raise exception 'Another scheduled job is named farthing.' using hint = 'Rename it, and push again.';
  end if;
end
$$;
select cron.schedule('farthing', '* * * * *', 'call farthing.run_due_tasks()');
select farthing.add_task('sweep_run_history', '1 hour', '29 minutes');
