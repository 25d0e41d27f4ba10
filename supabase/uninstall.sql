-- Removes Farthing from a project and leaves everything else as it was. docs/deploy.md has the steps that
-- come first. The most important one: take farthing_public out of the schemas that the data API exposes,
-- because a missing exposed schema stops the data API for the whole project. This file refuses to run if an
-- object of yours outside the schemas farthing and farthing_public depends on Farthing. It refuses to delete
-- a ledger unless the same session has run `set farthing.delete_ledger = 'yes'`. Check two things yourself,
-- because this file does not check them. Your own objects inside the two schemas are dropped, too. Your
-- functions and scheduled jobs that name Farthing only in their text stay, and fail afterwards. The
-- extensions pg_cron and pg_net stay, because other apps may use them by now. The roles that you made stay,
-- too. To run this file, use `psql -v ON_ERROR_STOP=1 -f supabase/uninstall.sql`, or paste this file into the
-- SQL editor.

begin;
-- If a lock is not free within three seconds, this file gives up, so that sign-ins do not wait. In
-- that case, run the file again.
set local lock_timeout = '3s';

-- The lock prevents new entries between the check and the end of the transaction.
lock table farthing.accounts, farthing.entries, farthing.orders, farthing.bookings, farthing.inbox
  in access exclusive mode;

do $$
declare
  v_dependents text;
begin
  -- The query follows PostgreSQL's own dependencies from the two schemas and reports each dependent
  -- object that is in another schema. For an internal part of an object, such as the rule of a
  -- view, the object itself is reported.
  with recursive gone (class, id, part) as (
    select 'pg_namespace'::regclass::oid, n.oid, 0 from pg_namespace n
    where n.nspname in ('farthing', 'farthing_public')
    union
    select next.* from gone g cross join lateral (
      select d.classid, d.objid, d.objsubid from pg_depend d
      where d.refclassid = g.class and d.refobjid = g.id and (g.part = 0 or d.refobjsubid = g.part)
      union all
      select d.refclassid, d.refobjid, d.refobjsubid from pg_depend d
      where d.classid = g.class and d.objid = g.id and d.objsubid = g.part and d.deptype = 'i'
    ) next
  )
  select string_agg(pg_describe_object(g.class, g.id, g.part), ', ' order by g.class, g.id, g.part)
  into v_dependents
  from gone g
  where g.class <> 'pg_default_acl'::regclass -- default privileges in our schemas are dropped with them
    -- Our two triggers on auth.users are dropped with their function.
    and not (g.class = 'pg_trigger'::regclass and exists (select from pg_trigger t
      where t.oid = g.id and t.tgfoid = to_regproc('farthing.queue_welcome')))
    and not exists (select from pg_depend d
      where d.classid = g.class and d.objid = g.id and d.objsubid = g.part and d.deptype = 'i')
    -- For a part of a publication, object_names[1] is the schema of the published table.
    and (g.class in ('pg_publication_rel'::regclass, 'pg_publication_namespace'::regclass)
      or coalesce((pg_identify_object(g.class, g.id, g.part)).schema,
        (pg_identify_object_as_address(g.class, g.id, g.part)).object_names[1])
        not in ('farthing', 'farthing_public', 'pg_toast')
      -- A trigger on one of our tables is yours if its function is outside the two schemas.
      or exists (select from pg_trigger t join pg_proc f on f.oid = t.tgfoid
        where g.class = 'pg_trigger'::regclass and t.oid = g.id
          and f.pronamespace not in ('farthing'::regnamespace, 'farthing_public'::regnamespace)));
  if v_dependents is not null then
    raise exception 'Something of yours depends on Farthing and would be dropped: %', v_dependents
      using hint = 'Change or drop it first.';
  end if;
  if current_setting('farthing.delete_ledger', true) is distinct from 'yes'
    and (exists (select from farthing.entries) or exists (select from farthing.orders)
      or exists (select from farthing.bookings) or exists (select from farthing.inbox)) then
    raise exception 'The ledger is not empty: it has entries, orders, bookings or Stripe events.'
      using hint = 'Export what you need. To delete the ledger, run '
        '"set farthing.delete_ledger = ''yes''" and then this file again, in the same session.';
  end if;
  if to_regclass('cron.job') is not null then
    delete from cron.job_run_details where command = 'call farthing.run_due_tasks()';
    perform cron.unschedule(jobid) from cron.job
    where jobname = 'farthing' and command = 'call farthing.run_due_tasks()';
  end if;
  if to_regclass('realtime.messages') is not null then
    drop policy if exists farthing_jobs_own on realtime.messages;
  end if;
  if to_regclass('vault.secrets') is not null then
    delete from vault.secrets where name in ('farthing_functions_url', 'farthing_secret_key');
  end if;
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations
    where name in ('farthing_tables', 'farthing_functions', 'farthing_api', 'farthing_triggers',
      'farthing_pg_cron');
  end if;
  if to_regclass('supabase_migrations.seed_files') is not null then
    delete from supabase_migrations.seed_files where path like '%farthing_seed.sql';
  end if;
end
$$;

drop schema farthing_public cascade;
drop schema farthing cascade;

commit;
