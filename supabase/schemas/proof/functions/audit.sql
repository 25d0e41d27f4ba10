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

create function farthing.audit_problems(p_audited farthing.audited)
returns setof text
language plpgsql stable
set search_path = ''
-- These settings must be the same as in write_audit(), so that both functions produce the same
-- text.
set timezone = 'UTC' set intervalstyle = 'postgres'
as $$
begin
  return query execute format($sql$
    select format('%1$s %%s is not what its last audit row says', l.row_key)
    from (select distinct on (a.row_key) a.row_key, a.after from farthing.audit a
      where a.table_name = %1$L order by a.row_key, a.audit_nr desc) l
    cross join lateral jsonb_populate_record(null::farthing.%1$I, l.row_key) k
    left join farthing.%1$I t on (%2$s) = (%3$s)
    where case when l.after is null then to_jsonb(t) is not null
      else (to_jsonb(t) @> l.after) is not true end
    union all
    select format('%1$s %%s has no audit row', %4$s)
    from farthing.%1$I t
    where %5$s and not exists (select from farthing.audit a
      where a.table_name = %1$L and a.row_key = %4$s)$sql$,
    p_audited.table_name, farthing.listed(p_audited.key_columns, 't'),
    farthing.listed(p_audited.key_columns, 'k'),
    -- This expression builds the same key as pick(), without the cost of a function call for each
    -- row.
    (select format('jsonb_build_object(%s)', string_agg(format('%1$L, t.%1$I', c), ', '))
      from unnest(p_audited.key_columns) c),
    -- If has_rows is false, inserts are not audited. A row then needs no audit row as long as all
    -- its audited columns are null: for example, a new account has no spend cap.
    case when p_audited.has_rows then 'true' else format('num_nonnulls(%s) > 0',
      farthing.listed(p_audited.columns, 't')) end);
end
$$;
comment on function farthing.audit_problems(farthing.audited) is
  'Returns a sentence for each row of an audited table that differs from its last audit row, and for '
  'each row without an audit row.';

create function farthing.prove_audit()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 19, null::bigint, p.detail
  from farthing.audited a cross join lateral farthing.audit_problems(a) p (detail)
  order by a.table_name;
end
$$;
comment on function farthing.prove_audit() is
  'Rule 19: every row of an audited table agrees with its last audit row.';
