-- Broadcasting a job's changes through Supabase Realtime. Realtime is optional, because polling
-- works without it. Realtime's functions are looked up by name at each call, so that the migrations
-- also run on a PostgreSQL without Realtime.

create function farthing.publish_job(p_job farthing.jobs)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_send regprocedure := to_regprocedure('realtime.send(jsonb,text,text,boolean)');
begin
  if v_send is null then
    return;
  end if;
  execute format('select %s($1, $2, $3, $4)', v_send::regproc)
    using farthing.job_answer(p_job), 'job', 'jobs:' || p_job.user_id, true;
exception when others then
  raise warning 'farthing: a job''s change was not broadcast: %', sqlerrm;
end
$$;
comment on function farthing.publish_job(farthing.jobs) is
  'Broadcasts a changed job as the event "job" on its user''s private channel jobs:<user id>. The '
  'event contains the job in the form in which lists return it. Does nothing without Realtime. An '
  'error is only logged as a warning.';

create function farthing.open_realtime()
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if to_regclass('realtime.messages') is null or to_regprocedure('realtime.topic()') is null then
    return false;
  end if;
  execute 'drop policy if exists farthing_jobs_own on realtime.messages';
  execute $sql$
    create policy farthing_jobs_own on realtime.messages for select to authenticated
    using ((select realtime.topic()) = 'jobs:' || (select auth.uid())::text)
  $sql$;
  return true;
end
$$;
comment on function farthing.open_realtime() is
  'Lets each user listen only to their own channel jobs:<user id>. Returns whether Realtime is '
  'installed.';
