-- All that a database has but for the schemas listed in $1 and the system's own: a row for each thing, with
-- what makes it what it is, its privileges and its owner included.
with ours as (
  select oid, nspname from pg_namespace
  where nspname !~ '^pg_|^information_schema$' and nspname <> all (string_to_array($1, ','))
), relations as (
  select c.oid, format('%s.%s', o.nspname, c.relname) as name, c.relkind, c.relacl, c.relowner
  from pg_class c join ours o on o.oid = c.relnamespace
)
select 'schema ' || nspname as what, concat_ws(' ', n.nspowner::regrole, n.nspacl) as is
from pg_namespace n join ours o using (oid, nspname)
union all
select 'relation ' || name, concat_ws(' ', relkind, relowner::regrole, relacl) from relations
union all
select format('column %s.%s', name, a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod),
  a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attacl)
from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
union all
select format('constraint %s on %s', k.conname, name), pg_get_constraintdef(k.oid)
from relations r join pg_constraint k on k.conrelid = r.oid
union all
select 'index ' || name, pg_get_indexdef(oid) from relations where relkind = 'i'
union all
select 'view ' || name, pg_get_viewdef(oid) from relations where relkind in ('v', 'm')
union all
select format('trigger %s on %s', t.tgname, name), concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
from relations r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
union all
select format('policy %s on %s', p.polname, name), concat_ws(' ', p.polcmd, p.polroles::regrole[],
  pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
from relations r join pg_policy p on p.polrelid = r.oid
union all
select format('function %s.%s(%s)', o.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
  concat_ws(' ', p.proowner::regrole, p.proacl, p.prosecdef, p.proconfig, md5(p.prosrc))
from pg_proc p join ours o on o.oid = p.pronamespace
union all
select format('type %s.%s', o.nspname, t.typname), concat_ws(' ', t.typowner::regrole, t.typtype, t.typacl)
from pg_type t join ours o on o.oid = t.typnamespace
union all
select 'extension ' || extname, extversion from pg_extension
union all
select format('default privileges of %s in %s for %s', defaclrole::regrole, defaclnamespace::regnamespace,
  defaclobjtype), defaclacl::text
from pg_default_acl
union all
select 'scheduled job ' || jobname, concat_ws(' ', schedule, command) from cron.job
order by 1, 2;
