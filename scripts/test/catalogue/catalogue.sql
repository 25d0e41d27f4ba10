-- Returns a row for each object of a database, with its definition. Objects in the system's schemas
-- and in the schemas listed in $1 are left out. The privileges include those that PostgreSQL grants
-- by default. The order of columns is not compared, because a column that a later migration adds
-- always comes last.
with ours as (
  select oid, nspname, nspowner, nspacl from pg_namespace
  where nspname !~ '^pg_|^information_schema$' and nspname <> all (string_to_array($1, ','))
), relations as (
  select c.*, format('%s.%s', o.nspname, c.relname) as name
  from pg_class c join ours o on o.oid = c.relnamespace
), functions as (
  select p.*, format('%s.%s(%s)', o.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name
  from pg_proc p join ours o on o.oid = p.pronamespace
), types as (
  select t.*, format('%s.%s', o.nspname, t.typname) as name
  from pg_type t join ours o on o.oid = t.typnamespace
), granted (name, owner, acl) as (
  select 'schema ' || nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from ours
  union all
  select 'relation ' || name, relowner,
    coalesce(relacl, acldefault((case relkind when 'S' then 's' else 'r' end)::"char", relowner))
  from relations where relkind not in ('i', 'I', 'c')
  union all
  select format('column %s.%s', name, attname), relowner, attacl
  from relations r join pg_attribute a on a.attrelid = r.oid where attacl is not null
  union all
  select 'function ' || name, proowner, coalesce(proacl, acldefault('f', proowner)) from functions
  union all
  select 'type ' || name, typowner, coalesce(typacl, acldefault('T', typowner)) from types
), objects as (
  -- Objects that users create have OIDs from 16384.
  select distinct classid, objid, objsubid from pg_depend where objid >= 16384
)
select 'privileges on ' || name as what,
  concat_ws(' ', 'owner', owner::regrole, array(select a::text from unnest(acl) a order by 1)) as is
from granted
union all
select 'relation ' || name,
  concat_ws(' ', relkind, relpersistence, relreplident, relrowsecurity, relforcerowsecurity, reloptions)
from relations
union all
select format('column %s.%s', name, a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod),
  case when a.attcollation > 0 then a.attcollation::regcollation end, a.attnotnull, a.attidentity,
  a.attgenerated, a.attstorage, pg_get_expr(d.adbin, d.adrelid))
from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where r.relkind not in ('i', 'I')
union all
select 'sequence ' || name,
  concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle)
from relations r join pg_sequence s on s.seqrelid = r.oid
union all
select format('constraint %s on %s', k.conname, name),
  concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated)
from relations r join pg_constraint k on k.conrelid = r.oid
union all
select format('constraint %s on %s', k.conname, name), pg_get_constraintdef(k.oid)
from types t join pg_constraint k on k.contypid = t.oid
union all
select 'index ' || name, pg_get_indexdef(oid) from relations where relkind in ('i', 'I')
union all
select 'view ' || name, pg_get_viewdef(oid) from relations where relkind in ('v', 'm')
union all
select format('trigger %s on %s', t.tgname, name), concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
from relations r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
union all
select format('policy %s on %s', p.polname, name), concat_ws(' ', p.polpermissive, p.polcmd,
  p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
from relations r join pg_policy p on p.polrelid = r.oid
union all
select 'function ' || name, case when prokind in ('f', 'p') then md5(pg_get_functiondef(oid)) end
from functions
union all
select 'type ' || name, concat_ws(' ', typtype,
  case when typbasetype > 0 then format_type(typbasetype, typtypmod) end, typnotnull, typdefault,
  array(select e.enumlabel from pg_enum e where e.enumtypid = types.oid order by e.enumsortorder))
from types
union all
select 'extension ' || extname, extversion from pg_extension
union all
select format('default privileges of %s in %s for %s', defaclrole::regrole, defaclnamespace::regnamespace,
  defaclobjtype), array(select a::text from unnest(defaclacl) a order by 1)::text
from pg_default_acl
union all
select format('scheduled job %s', jobname), concat_ws(' ', schedule, command, username, active) from cron.job
union all
select format('comment on %s %s', i.type, i.identity), d.description
from pg_description d cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
where d.objoid >= 16384 and i.identity !~ format('\m(%s)\M', replace($1, ',', '|'))
union all
-- All other objects are listed with their names only.
select format('object %s %s', i.type, i.identity), null
from objects o cross join lateral pg_identify_object(o.classid, o.objid, o.objsubid) i
where i.identity !~ format('\m(%s|pg_toast|RI_ConstraintTrigger\w*)\M', replace($1, ',', '|'))
order by 1, 2;
