-- The audit: changes of data that decides about money, with the author and the row before and
-- after. Triggers write the audit rows, so no function can forget to write one, and each audit row
-- shows the actual change. Changes of some columns need a reason, which the transaction gives by
-- allow_change(); such a change without a reason is refused. The required reason prevents mistakes
-- and makes changes visible. It does not stop a role that may write the table, because that role
-- may also call allow_change() at an SQL prompt. The owner of the tables can disable triggers; then
-- the changed row differs from its last audit row, and the proof reports it (prove_audit). The
-- audit does not slow charges down: a charge updates no audited column, and PostgreSQL queues no
-- trigger for an update of columns outside the trigger's list. The audit uses AFTER triggers,
-- because a BEFORE trigger makes PostgreSQL lock each updated row once more, even if the trigger
-- does not fire. With BEFORE triggers, a debit would be slower, because it updates two rows.
-- Accounts and lots have AFTER triggers anyway, for their foreign keys.

create function farthing.audit_changes(p_table text, p_columns text[], p_needs_reason boolean default false,
  p_rows boolean default false)
returns void
language plpgsql
set search_path = ''
set timezone = 'UTC'
set intervalstyle = 'postgres'
as $$
declare
  v_audited farthing.audited;
  v_keys text[] := (select array_agg(a.attname::text order by a.attname) from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indrelid = ('farthing.' || p_table)::regclass and i.indisprimary);
begin
  insert into farthing.audited values (p_table, v_keys, p_columns, p_needs_reason, p_rows)
  returning * into v_audited;
  perform farthing.create_audit_proof(v_audited);
  perform farthing.guard_updates(p_table, p_table || '_changes_are_audited', p_columns, null, 'write_audit');
  if p_rows then
    execute format('create trigger %I after insert or delete on farthing.%I for each row execute '
      'function farthing.write_audit()', p_table || '_rows_are_audited', p_table);
    perform farthing.note_guard(p_table, p_table || '_rows_are_audited');
    -- Each existing row gets a first audit row. The proof compares the row's later state with it.
    execute format('insert into farthing.audit (author, reason, table_name, row_key, after)
      select %L, %L, %L, farthing.pick(to_jsonb(t), $1), farthing.pick(to_jsonb(t), $2) from farthing.%I t',
      'task:install', 'as installed', p_table, p_table) using v_keys, p_columns;
  end if;
end
$$;
comment on function farthing.audit_changes(text, text[], boolean, boolean) is
  'Audits changes of these columns from now on. p_needs_reason: a change without a reason is refused. '
  'p_rows: added and deleted rows are audited, too.';

create function farthing.allow_change(p_author text, p_reason text)
returns void
language sql
set search_path = ''
as $$
  select set_config('farthing.change', jsonb_build_object('author',
    coalesce(p_author, 'sql:' || session_user), 'reason', p_reason)::text, true)
$$;
comment on function farthing.allow_change(text, text) is
  'Gives the author and the reason for the changes that follow in this transaction. Both are audited.';

create function farthing.write_audit()
returns trigger
language plpgsql
set search_path = ''
set timezone = 'UTC' -- times and intervals have one form in JSON, whatever the session's settings are
set intervalstyle = 'postgres'
as $$
declare
  v_audited farthing.audited;
  v_change jsonb := nullif(current_setting('farthing.change', true), '')::jsonb;
  v_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
begin
  select * into v_audited from farthing.audited where table_name = tg_table_name;
  if farthing.pick(v_before, v_audited.columns) = farthing.pick(v_after, v_audited.columns) then
    return null;
  end if;
  if v_audited.needs_reason and v_change is null then
    raise exception '% of farthing.% needs a reason: call farthing.allow_change(author, reason) before it, '
      'in the same transaction', tg_op, tg_table_name using errcode = 'restrict_violation';
  end if;
  insert into farthing.audit (author, reason, table_name, row_key, before, after)
  values (coalesce(v_change ->> 'author', 'sql:' || session_user), v_change ->> 'reason', tg_table_name,
    farthing.pick(coalesce(v_after, v_before), v_audited.key_columns),
    farthing.pick(v_before, v_audited.columns), farthing.pick(v_after, v_audited.columns));
  return null;
end
$$;
comment on function farthing.write_audit() is
  'Trigger: writes the audit row of a change, and refuses a change that lacks a required reason.';

create function farthing.pick(p_row jsonb, p_columns text[])
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_object_agg(f.key, f.value) from jsonb_each(p_row) f where f.key = any (p_columns)
$$;
comment on function farthing.pick(jsonb, text[]) is 'Returns these columns of a row.';

create function farthing.field_changes(p_before jsonb, p_after jsonb)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('field', key, 'from', b.value, 'to', a.value)
    order by key), '[]')
  from jsonb_each_text(p_before) b full join jsonb_each_text(p_after) a using (key)
  where b.value is distinct from a.value
$$;
comment on function farthing.field_changes(jsonb, jsonb) is
  'Returns the fields in which two objects differ: [{field, from, to}], with values as text. A null '
  'object has no fields.';
