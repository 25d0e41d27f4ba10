-- The proof of one audited table. Each table has a function of its own, because PostgreSQL keeps
-- the plans of a function for the session, but plans dynamic SQL again at each call. In the proof
-- of a small ledger, planning dynamic SQL took most of the time.

create function farthing.audit_proof_of(p_table text)
returns text
language sql immutable
set search_path = ''
as $$
  select 'prove_audit_of_' || p_table
$$;
comment on function farthing.audit_proof_of(text) is
  'Returns the name of the function that proves the audit of a table.';

create function farthing.create_audit_proof(p_audited farthing.audited)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_name text := farthing.audit_proof_of(p_audited.table_name);
  -- Builds the same key as pick(), without the cost of a function call for each row.
  v_key text := (select format('jsonb_build_object(%s)', string_agg(format('%1$L, t.%1$I', c), ', '))
    from unnest(p_audited.key_columns) c);
begin
  -- The settings timezone and intervalstyle must be the same as in write_audit(), so that times and
  -- intervals have the same text in both functions.
  execute format($sql$
    create or replace function farthing.%6$I()
    returns setof farthing.violation
    language plpgsql stable
    set search_path = '' set timezone = 'UTC' set intervalstyle = 'postgres'
    as $body$
    begin
      return query
      select 19, null::bigint, format('%1$s %%s is not what its last audit row says', l.row_key)
      from (select distinct on (a.row_key) a.row_key, a.after from farthing.audit a
        where a.table_name = %1$L order by a.row_key, a.audit_nr desc) l
      cross join lateral jsonb_populate_record(null::farthing.%1$I, l.row_key) k
      left join farthing.%1$I t on (%2$s) = (%3$s)
      where case when l.after is null then to_jsonb(t) is not null
        else (to_jsonb(t) @> l.after) is not true end
      union all
      select 19, null, format('%1$s %%s has no audit row', %4$s)
      from farthing.%1$I t
      where %5$s and not exists (select from farthing.audit a
        where a.table_name = %1$L and a.row_key = %4$s);
    end
    $body$
  $sql$,
    p_audited.table_name, farthing.listed(p_audited.key_columns, 't'),
    farthing.listed(p_audited.key_columns, 'k'), v_key,
    -- If has_rows is false, inserts are not audited. A row then needs no audit row as long as all
    -- its audited columns are null: for example, a new account has no spend cap.
    case when p_audited.has_rows then 'true' else format('num_nonnulls(%s) > 0',
      farthing.listed(p_audited.columns, 't')) end,
    v_name);
  execute format('comment on function farthing.%I() is %L', v_name, format('Rule 19: each row of %s agrees '
    'with its last audit row.', p_audited.table_name));
end
$$;
comment on function farthing.create_audit_proof(farthing.audited) is
  'Creates the function that proves the audit of one table. The function returns a violation for '
  'each row that differs from its last audit row, and for each row that lacks an audit row. A '
  'migration that changes a row of the table farthing.audited must call this function again.';
