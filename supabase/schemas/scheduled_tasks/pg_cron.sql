-- The only job of pg_cron: each minute it runs the due tasks. Each subject's triggers.sql adds the
-- subject's tasks.

-- pg_cron's launcher loads the jobs again when PostgreSQL reports a change of cron.job. If more
-- than 4,096 changes of the system catalogue wait for the launcher, PostgreSQL drops them and
-- reports only that everything changed. pg_cron up to 1.6.7 ignores that report, so the job would
-- never run. The other migrations make that many changes. The launcher reads the waiting changes
-- each second, so this migration waits until they are read. It waits only for the real pg_cron,
-- which is recognised by its functions in C.
do $$
begin
  perform pg_sleep(3) from pg_proc where oid = 'cron.schedule(text,text,text)'::regprocedure
    and prolang = (select oid from pg_language where lanname = 'c');
end
$$;

do $$
begin
  -- cron.schedule() would overwrite a job with the same name.
  if exists (select from cron.job
    where jobname = 'farthing' and command <> 'call farthing.run_due_tasks()') then
    raise exception 'pg_cron already has a job named farthing, which runs another command.'
      using hint = 'Rename that job, then apply the migrations again, for example by supabase db push.';
  end if;
end
$$;
select cron.schedule('farthing', '* * * * *', 'call farthing.run_due_tasks()');
