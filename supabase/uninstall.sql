-- Takes Farthing out of a project, and leaves everything else as it was before it came.
-- Everything of ours is deleted, the ledger included; so it refuses while anybody has credits or owes some,
-- unless this session has said: set farthing.delete_ledger = 'yes';
-- What stays: the extensions pg_cron and pg_net, which others may use by now; roles that you made for the pooled
-- transport (docs/deploy.md); the functions themselves, which `supabase functions delete` removes.
-- Run it as postgres: psql -f supabase/uninstall.sql, or paste it into the SQL editor. Then delete the files
-- *_farthing_*.sql from supabase/migrations.

begin;
set local lock_timeout = '3s'; -- it gives up rather than keep sign-ins waiting: then run it again

do $$
begin
  if current_setting('farthing.delete_ledger', true) is distinct from 'yes'
    and exists (select from farthing.accounts where balance <> 0 or debt <> 0 or held <> 0) then
    raise exception 'There are accounts with credits or debts.'
      using hint = 'Export them first, then: set farthing.delete_ledger = ''yes''.';
  end if;
  perform cron.unschedule(jobid) from cron.job where jobname = 'farthing';
  if to_regclass('realtime.messages') is not null then
    drop policy if exists farthing_jobs_own on realtime.messages;
  end if;
  if to_regclass('vault.secrets') is not null then
    delete from vault.secrets where name in ('farthing_functions_url', 'farthing_secret_key');
  end if;
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where name like 'farthing\_%';
  end if;
end
$$;

drop schema farthing_public cascade;
drop schema farthing cascade;

commit;
