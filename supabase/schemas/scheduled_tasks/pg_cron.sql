-- The only job of pg_cron: each minute it runs the due tasks. Each subject's triggers.sql adds the
-- subject's tasks.

do $$
begin
  -- cron.schedule() would overwrite a job with the same name.
  if exists (select from cron.job
    where jobname = 'farthing' and command <> 'call farthing.run_due_tasks()') then
    raise exception 'Another scheduled job is named farthing.'
      using hint = 'Rename that job, and push again.';
  end if;
end
$$;
select cron.schedule('farthing', '* * * * *', 'call farthing.run_due_tasks()');
