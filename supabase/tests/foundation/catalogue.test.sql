-- Rules that hold for every table and function in the PostgreSQL catalogue, including those that are added
-- later. Each rule is a view that lists violations. The view must be empty for the schema as it is, and
-- must list a violation that this file makes.

begin;
select plan(35);

create schema guards;

create view guards.tables as
select c.oid, c.relkind, n.nspname as schema, c.relname as name, format('%s.%s', n.nspname,
  c.relname) as title, c.relrowsecurity, c.relacl, c.reloptions
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('farthing', 'farthing_public') and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S');

create view guards.functions as
select p.oid, n.nspname as schema, p.proname as name, format('%s.%s', n.nspname, p.proname) as title,
  p.prosecdef, p.proconfig, coalesce(p.proacl, acldefault('f', p.proowner)) as acl, p.proowner
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('farthing', 'farthing_public')
  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e');

create view guards.without_rls as
select title from guards.tables where relkind in ('r', 'p') and not relrowsecurity;

create view guards.without_policy as
select title from guards.tables t where relkind in ('r', 'p')
  and not exists (select from pg_policy p where p.polrelid = t.oid);

-- Policies that call auth.uid() for each row instead of once in a sub-select, or that allow a
-- write. The only allowed writes are to a user's own data that is not money: users give and change
-- their consent, and delete their AI logs.
create view guards.careless_policies as
select format('%s on %s', p.polname, t.title) as title from guards.tables t join pg_policy p on p.polrelid
  = t.oid
where p.polcmd <> 'r' and (t.title, p.polcmd::text) not in (('farthing.ai_consents', 'a'),
    ('farthing.ai_consents', 'w'), ('farthing.ai_logs', 'd'))
  or replace(concat(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)),
    '( SELECT auth.uid() AS uid)', '') like '%auth.uid()%';

create view guards.without_comment as
select title from guards.tables where relkind <> 'S' and obj_description(oid, 'pg_class') is null
union all
select title from guards.functions where obj_description(oid, 'pg_proc') is null;

-- The search_path of an invoker function must be empty. A definer function must list pg_temp last, because
-- with an empty search_path PostgreSQL would still search pg_temp first. A procedure that commits can't
-- have a search_path, so it must qualify every name.
create view guards.loose_search_path as
select title from guards.functions where title <> 'farthing.run_due_tasks' and (proconfig is null
  or not proconfig @> array['search_path=' || case when prosecdef then 'pg_catalog, pg_temp' else '""' end]);

create view guards.granted_functions as
select f.title || ' to ' || case a.grantee when 0 then 'public' else a.grantee::regrole::text end as title
from guards.functions f cross join lateral aclexplode(f.acl) a where a.grantee <> f.proowner;

create view guards.granted_tables as
select format('%s on %s to %s', lower(a.privilege_type), t.title,
  case a.grantee when 0 then 'public' else a.grantee::regrole::text end) as title
from guards.tables t cross join lateral aclexplode(t.relacl) a
where a.grantee <> (select relowner from pg_class where oid = t.oid);

create view guards.granted_columns as
select format('%s.%s', t.title, c.attname) as title
from guards.tables t join pg_attribute c on c.attrelid = t.oid where c.attacl is not null;

create view guards.owners_views as
select title from guards.tables where relkind in ('v', 'm')
  and not coalesce('security_invoker=true' = any (reloptions), false);

-- The columns of a foreign key must be the first columns of some index, in any order.
create view guards.unindexed_keys as
select format('%s of %s', k.conname, t.title) as title
from guards.tables t join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
where not exists (select from pg_index i where i.indrelid = t.oid
  and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
  and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) like '%IS NOT NULL%'));

-- If a policy of a table reads a column of that table, some index must begin with this column.
create view guards.unindexed_policies as
select format('%s on %s: %s', p.polname, t.title, c.attname) as title
from guards.tables t join pg_policy p on p.polrelid = t.oid
join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refobjid = t.oid
  and d.refobjsubid > 0
join pg_attribute c on c.attrelid = t.oid and c.attnum = d.refobjsubid
where not exists (select from pg_index i where i.indrelid = t.oid and i.indkey[0] = c.attnum);

create view guards.columns as
select t.schema, t.relkind, format('%s.%s', t.title, c.attname) as title,
  case y.typtype when 'd' then y.typbasetype else y.oid end::regtype::text as type,
  case y.typtype when 'd' then y.typtypmod else c.atttypmod end as precision
from guards.tables t join pg_attribute c on c.attrelid = t.oid and c.attnum > 0
join pg_type y on y.oid = c.atttypid;

-- JSON numbers lose decimals, so a view must show credits as text. Money is an integer in minor units.
create view guards.amounts_not_text as
select title from guards.columns where schema = 'farthing_public' and relkind in ('v', 'm')
  and (type in ('numeric', 'real', 'double precision', 'money') or type = 'bigint'
    and title !~ '^farthing_public[.]orders[.]amount' and title not in ('farthing_public.credit_entries.seq',
      'farthing_public.packages.amount', 'farthing_public.bookings.amount',
      'farthing_public.bookings.application_fee_amount', 'farthing_public.bookings.amount_refunded'));

create view guards.inexact_columns as
select title from guards.columns where type in ('real', 'double precision', 'money')
  or type = 'numeric' and precision = -1 and relkind = 'r';

create view guards.migrations_out_of_order as
select version as title from (
  select m.version, row_number() over (order by m.version) as nr, lag(m.version)
    over (order by m.xmin::text::bigint, m.ctid) as
  earlier
  from supabase_migrations.schema_migrations m) o
where o.version <= o.earlier or o.version !~ '^\d{14}$';

-- Supabase Auth deletes users with its own role, and foreign keys then change our rows. An AFTER
-- trigger on these rows runs as that role, which has no privileges here, so its function must be
-- SECURITY DEFINER. A BEFORE trigger runs as the owner of the table.
create view guards.touched_by_leaving as
with recursive touched (oid, columns) as (
  select 'auth.users'::regclass::oid, null::int2[]
  union
  select k.conrelid, case when k.confdeltype <> 'c' then coalesce(k.confdelsetcols, k.conkey) end
  from touched r join pg_constraint k on k.confrelid = r.oid and k.contype = 'f'
    and k.confdeltype in ('c', 'n', 'd')
  where r.columns is null
)
select * from touched;

create view guards.triggers_as_auth as
select format('%s by %s', t.tgname, f.title) as title
from guards.touched_by_leaving r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
join guards.functions f on f.oid = t.tgfoid and not f.prosecdef
where r.oid = 'auth.users'::regclass or t.tgtype & 66 = 0 and case when r.columns is null
  then t.tgtype & 8 > 0
  else t.tgtype & 16 > 0 and (t.tgattr = '' or (t.tgattr::int2[])[0:] && r.columns) end;

-- The schema as it is breaks none of the rules.
select is_empty('select * from guards.without_rls', 'every table has row level security');
select is_empty('select * from guards.without_policy', 'every table has a policy');
select is_empty('select * from guards.careless_policies',
  'policies only read, except for those named, and call auth.uid() once per statement');
select is_empty('select * from guards.without_comment', 'every table, view and function has a comment');
select is_empty('select * from guards.loose_search_path', 'every function has a pinned search_path');
select is_empty('select * from guards.owners_views',
  'every view runs with the rights of the role that reads it');
select is_empty('select * from guards.unindexed_keys', 'every foreign key has an index');
select is_empty('select * from guards.unindexed_policies',
  'every column that a policy reads is the first column of an index');
select is_empty('select * from guards.amounts_not_text', 'no view shows credits as a number');
select is_empty('select * from guards.inexact_columns', 'no column is a float or a numeric without a scale');
select is_empty('select * from guards.migrations_out_of_order', 'migrations were applied in order');
select is_empty('select * from guards.triggers_as_auth',
  'no trigger that fires as Auth''s role runs with the rights of that role');
select is_empty('select * from guards.granted_columns', 'no column has its own grants');

-- Farthing does not change objects of the project into which it is installed.
select is_empty($$ select relname from pg_class c where c.relnamespace = 'public'::regnamespace
  union all select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') $$,
  'the schema public has none of our objects');
select is_empty($$ select defaclnamespace::regnamespace from pg_default_acl
  where defaclnamespace = 0 or defaclnamespace::regnamespace::text like 'farthing%' $$,
  'no default privileges are changed');

-- All privileges. A new RPC function or table fails this test until the list contains it.
select set_eq('select title from guards.granted_functions', $$
  select format('farthing_public.%s to service_role', name) from unnest(string_to_array(
    'chats_begin chats_record chats_release chats_settle '
    || 'checkout_abandon checkout_attach checkout_begin checkout_order checkout_orders checkout_packages '
    || 'credits_balance credits_debit credits_entries credits_grant health_database holds_open holds_read '
    || 'holds_release holds_settle idempotency_store '
    || 'backfills_claim backfills_finish inbox_dead inbox_list inbox_missing inbox_read inbox_receive '
    || 'inbox_replay sessions_claim jobs_cancel jobs_checkpoint jobs_claim jobs_dead '
    || 'jobs_complete jobs_create jobs_fail jobs_heartbeat jobs_list jobs_pages jobs_read jobs_yield '
    || 'report_funnel report_kpis report_usage usage_charge '
    || 'refunds_attach refunds_begin refunds_claim refunds_finish refunds_list refunds_postpone refunds_read '
    || 'refunds_refuse report_actors report_credits report_liabilities report_journal '
    || 'spend_caps_preview spend_caps_read spend_caps_set warnings_clear warnings_list features_read '
    || 'features_set mode_check settings_accounting settings_accounting_set settings_alerts '
    || 'settings_alerts_set settings_blocked_domains settings_blocked_domains_set settings_flags '
    || 'settings_flags_set settings_journal_codes settings_journal_codes_set settings_packages '
    || 'settings_packages_set settings_policy settings_policy_set settings_rates settings_rates_set '
    || 'bookings_abandon bookings_advance bookings_attach bookings_begin bookings_cancel bookings_cancelled '
    || 'bookings_list bookings_read customers_read customers_reads customers_search '
    || 'fraud_blocks_add fraud_blocks_list fraud_blocks_remove fraud_decisions_list fraud_policy_read '
    || 'fraud_policy_set stripe_faults_report grants_preview mfa_check refunds_preview '
    || 'cards_abandon cards_begin cards_claim cards_describe cards_detached cards_finish cards_remove '
    || 'customers_attach transfers_claim transfers_finish top_ups_claim top_ups_link top_ups_read '
    || 'top_ups_report top_ups_set top_ups_stop payouts_claim payouts_record '
    || 'metrics_record welcome_list welcome_retry welcome_retry_refused welcome_run '
    || 'deep_checks_claim deep_checks_ledger deep_checks_report health_hours '
    || 'health_metrics health_report health_tasks alerts_acknowledge alerts_list alerts_read '
    || 'disputes_list disputes_read mismatches_list mismatches_resolve notifications_list '
    || 'notifications_retry notifications_retry_dead '
    || 'payouts_list payouts_read proofs_list proofs_read grants_decide grants_list grants_read '
    || 'report_revenue report_metrics report_payouts report_payout balance_claim balance_record '
    || 'providers_abandon providers_attach providers_begin providers_compare providers_read '
    || 'notifications_claim notifications_failed notifications_send notifications_sent '
    || 'usage_charge_batch usage_estimate usage_rates', ' ')) name $$,
  'T13: service_role may execute the RPC functions, and no role any other function');
select set_eq('select title from guards.functions where schema = ''farthing_public''', $$
  select split_part(title, ' ', 1) from guards.granted_functions $$,
    'the exposed schema has only RPC functions');
select set_eq('select title from guards.granted_tables', $$
  select format('select on %s to authenticated', name) from unnest(array['farthing.accounts', 'farthing.lots',
    'farthing.entries', 'farthing.holds', 'farthing.orders', 'farthing_public.credits',
    'farthing_public.credit_lots',
    'farthing_public.credit_entries', 'farthing_public.credit_holds', 'farthing_public.orders',
    'farthing.providers', 'farthing_public.providers', 'farthing.bookings', 'farthing_public.bookings',
    'farthing.notifications', 'farthing_public.notifications']) name
  union all select format('select on %s to %s', name, role) from unnest(array['farthing.packages',
    'farthing.rates', 'farthing_public.packages']) name, unnest(array['anon', 'authenticated']) role
  union all select format('%s on %s to authenticated', privilege, name)
  from unnest(array['farthing.ai_consents', 'farthing_public.ai_consent']) name,
    unnest(array['select', 'insert', 'update']) privilege
  union all select format('%s on %s to authenticated', privilege, name)
  from unnest(array['farthing.ai_logs', 'farthing_public.ai_logs']) name,
    unnest(array['select', 'delete']) privilege $$,
  'only the named tables can be read, and only consent and AI logs can be written');
select is_empty($$ select nspname from pg_namespace n cross join lateral aclexplode(n.nspacl) a
  where n.nspname = 'farthing' and (a.privilege_type = 'CREATE' and a.grantee <> n.nspowner
    or a.grantee not in (n.nspowner, 'anon'::regrole, 'authenticated'::regrole)) $$,
  'service_role has no rights in the private schema');
select is_empty($$ select title from guards.functions where schema = 'farthing_public' and not prosecdef
  union all select title from guards.functions where schema = 'farthing' and prosecdef
    and name not in ('check_owner', 'erase_ai_logs', 'note_leaving', 'queue_welcome') $$,
  'only RPC functions and the triggers of users'' own sign-ups, deletions and consents run with their '
  'definer''s rights');

-- Each rule finds a violation.
create table farthing_public.offender (id int primary key, amount float8, lot_id uuid,
  account_id bigint references farthing.accounts (account_id));
create policy offends on farthing_public.offender for all using (account_id::text = auth.uid()::text);
create policy writes on farthing.ai_logs for update using (user_id = (select auth.uid()));
create policy gives on farthing.ai_consents for insert with check (user_id = auth.uid());
create table farthing.bare (id int primary key, rate numeric);
create function farthing_public.offend() returns int language sql security definer
  set search_path = '' as 'select 1';
create view farthing_public.offending with (security_invoker = false) as select remaining as left_over
  from farthing.lots;
grant select (lot_id) on farthing_public.offender to anon;
grant insert on farthing_public.offender to authenticated;
grant execute on function farthing_public.offend to anon;
alter table farthing.lots disable row level security;
create function farthing.waits() returns trigger language plpgsql set search_path = '' as
  'begin return null; end';
create trigger after_a_user after insert on auth.users for each row execute function farthing.waits();
create trigger after_a_job after delete on farthing.jobs for each row execute function farthing.waits();
create trigger before_a_job before delete on farthing.jobs for each row execute function farthing.waits();
create trigger after_a_page after update or delete on farthing.job_pages
  for each row execute function farthing.waits();
create trigger after_any after update on farthing.providers for each row execute function farthing.waits();
create trigger after_a_country after update of country on farthing.providers
  for each row execute function farthing.waits();
create trigger after_an_owner after update of held, owner_id on farthing.accounts
  for each row execute function farthing.waits();
insert into supabase_migrations.schema_migrations (version) values ('29990101000000'), ('19990101000000');

select set_eq('select * from guards.without_rls',
  array['farthing_public.offender', 'farthing.bare', 'farthing.lots'],
  'the rule about row level security finds an open table');
select set_eq('select * from guards.without_policy', array['farthing.bare'],
  'the rule about policies finds a table without a policy');
select set_eq('select * from guards.careless_policies', array['offends on farthing_public.offender',
  'writes on farthing.ai_logs', 'gives on farthing.ai_consents'],
  'the rule about policies finds policies that write or call auth.uid() for each row');
select set_eq('select * from guards.without_comment',
  array['farthing_public.offender', 'farthing.bare', 'farthing_public.offend', 'farthing_public.offending',
    'farthing.waits'],
  'the rule about comments finds objects without a comment');
select set_eq('select * from guards.loose_search_path', array['farthing_public.offend'],
  'the rule about search_path finds a definer function that leaves pg_temp first');
select set_eq('select * from guards.owners_views', array['farthing_public.offending'],
  'the rule about views finds a view with its owner''s rights');
select set_eq('select * from guards.unindexed_keys',
  array['offender_account_id_fkey of farthing_public.offender'],
  'the rule about indexes finds a foreign key without an index');
select set_eq('select * from guards.unindexed_policies',
  array['offends on farthing_public.offender: account_id'],
  'the rule about indexes finds a policy on a column without an index');
select set_eq('select * from guards.amounts_not_text', array['farthing_public.offending.left_over'],
  'the rule about amounts finds credits that are shown as a number');
select set_eq('select * from guards.inexact_columns',
  array['farthing_public.offender.amount', 'farthing.bare.rate'],
  'the rule about amounts finds a float and a numeric without a scale');
select set_eq('select * from guards.migrations_out_of_order', array['19990101000000'],
  'the rule about migrations finds a migration that was applied late');
select set_eq('select title from guards.triggers_as_auth', $$ select n || ' by farthing.waits'
  from unnest(array['after_a_user', 'after_a_job', 'after_a_page', 'after_any', 'after_an_owner']) n $$,
  'the rule about triggers finds triggers that fire as Auth''s role when a user is deleted');
select set_eq('select * from guards.granted_columns', array['farthing_public.offender.lot_id'],
  'the rule about grants finds a grant on a column');
select set_has('select * from guards.granted_functions', $$ values ('farthing_public.offend to anon') $$,
  'the rule about grants finds a function that anon may call');
select set_has('select * from guards.granted_tables',
  $$ values ('insert on farthing_public.offender to authenticated') $$,
  'the rule about grants finds a table that users may write');

select * from finish();
rollback;
