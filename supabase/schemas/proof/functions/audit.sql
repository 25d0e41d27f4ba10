-- The proof of the audit: each row of an audited table agrees with its last audit row, and the
-- triggers that refuse or audit changes are enabled (rules 2 and 19).

create function farthing.prove_guards()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 2, null::bigint, format('trigger %s of %s is missing, or does not fire always', g.trigger_name,
    g.table_name)
  from farthing.guards g
  where not exists (select from pg_catalog.pg_trigger t
    where t.tgrelid = to_regclass(format('farthing.%I', g.table_name)) and t.tgname = g.trigger_name
      and t.tgenabled = 'A');
end
$$;
comment on function farthing.prove_guards() is
  'Rule 2: the triggers that refuse or audit changes exist and are enabled.';

create function farthing.prove_audit()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
declare
  v_table text;
begin
  for v_table in select a.table_name from farthing.audited a order by a.table_name loop
    return query execute format('select * from farthing.%I()', farthing.audit_proof_of(v_table));
  end loop;
end
$$;
comment on function farthing.prove_audit() is
  'Rule 19: every row of an audited table agrees with its last audit row.';
