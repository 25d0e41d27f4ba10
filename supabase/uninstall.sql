-- Takes Farthing out of a project, and leaves everything else as it was before it came. docs/deploy.md has
-- the steps before it: above all, take farthing_public out of the schemas that the data API exposes. A schema
-- that is exposed and gone stops the data API for the whole project.
-- It refuses where something of yours depends on Farthing, and where there is a ledger, unless the same
-- session has said before: set farthing.delete_ledger = 'yes';
-- What stays: the extensions pg_cron and pg_net, which others may use by now, and roles that you made.
-- psql -v ON_ERROR_STOP=1 -f supabase/uninstall.sql, or paste it into the SQL editor.

begin;
set local lock_timeout = '3s'; -- it gives up rather than keep sign-ins waiting: then run it again

-- Nothing is granted or taken between the look and the end.
lock table farthing.accounts, farthing.entries, farthing.orders, farthing.bookings, farthing.inbox
  in access exclusive mode;

do $$
declare
  v_ours oid[] := array['farthing'::regnamespace::oid, 'farthing_public'::regnamespace::oid];
  v_dependents text;
begin
  -- Whatever is outside the two schemas and would go with them: columns of our types, views, keys, triggers.
  select string_agg(distinct d.what, ', ') into v_dependents
  from (
    select pg_describe_object('pg_class'::regclass, a.attrelid, a.attnum) as what
    from pg_attribute a join pg_type t on t.oid = a.atttypid join pg_class c on c.oid = a.attrelid
    where t.typnamespace = any (v_ours) and c.relnamespace <> all (v_ours) and not a.attisdropped
    union all
    select pg_describe_object('pg_class'::regclass, r.ev_class, 0)
    from pg_depend p join pg_rewrite r on p.classid = 'pg_rewrite'::regclass and r.oid = p.objid
    join pg_class c on c.oid = r.ev_class
    where p.refclassid in ('pg_class'::regclass, 'pg_proc'::regclass) and c.relnamespace <> all (v_ours)
      and (select coalesce((select k.relnamespace from pg_class k where p.refclassid = 'pg_class'::regclass
          and k.oid = p.refobjid), (select f.pronamespace from pg_proc f
          where p.refclassid = 'pg_proc'::regclass and f.oid = p.refobjid))) = any (v_ours)
    union all
    select pg_describe_object('pg_constraint'::regclass, k.oid, 0)
    from pg_constraint k join pg_class f on f.oid = k.confrelid join pg_class c on c.oid = k.conrelid
    where f.relnamespace = any (v_ours) and c.relnamespace <> all (v_ours)
    union all
    select pg_describe_object('pg_trigger'::regclass, t.oid, 0)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc f on f.oid = t.tgfoid
    where not t.tgisinternal and (c.relnamespace = any (v_ours)) <> (f.pronamespace = any (v_ours))
  ) d;
  if v_dependents is not null then
    raise exception 'Something of yours depends on Farthing and would be dropped: %', v_dependents
      using hint = 'Change or drop it first.';
  end if;
  if current_setting('farthing.delete_ledger', true) is distinct from 'yes'
    and (exists (select from farthing.entries) or exists (select from farthing.orders)
      or exists (select from farthing.bookings) or exists (select from farthing.inbox)) then
    raise exception 'There is a ledger: entries, orders, bookings or events of Stripe.'
      using hint = 'Export what you need, then in the same session: set farthing.delete_ledger = ''yes''.';
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
    where name in ('farthing_tables', 'farthing_functions', 'farthing_api', 'farthing_triggers');
  end if;
  if to_regclass('supabase_migrations.seed_files') is not null then
    delete from supabase_migrations.seed_files where path like '%farthing_seed.sql';
  end if;
end
$$;

drop schema farthing_public cascade;
drop schema farthing cascade;

commit;
