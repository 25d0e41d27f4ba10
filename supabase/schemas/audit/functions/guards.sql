-- Triggers that refuse a change, and the list of the triggers that must exist (prove_guards).

create function farthing.note_guard(p_table text, p_trigger text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- A trigger with ENABLE ALWAYS also fires in a session whose session_replication_role is replica.
  execute format('alter table farthing.%I enable always trigger %I', p_table, p_trigger);
  insert into farthing.guards values (p_table, p_trigger);
end
$$;
comment on function farthing.note_guard(text, text) is
  'Sets a trigger to ENABLE ALWAYS, and records that the trigger must exist.';

-- For every insert and update of a table, PostgreSQL copies the conditions of all triggers of the
-- table, even of triggers that do not fire. To save this work in a debit, each table that a debit
-- writes has only triggers without a condition. Their functions check the condition instead.
create function farthing.guard_updates(p_table text, p_trigger text, p_columns text[], p_when text,
  p_function text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_when is null then
    execute format('create trigger %I after update of %s on farthing.%I for each row '
      'execute function farthing.%I()', p_trigger, farthing.listed(p_columns), p_table, p_function);
  else
    execute format('create trigger %I after update of %s on farthing.%I for each row when (%s) '
      'execute function farthing.%I()', p_trigger, farthing.listed(p_columns), p_table, p_when, p_function);
  end if;
  perform farthing.note_guard(p_table, p_trigger);
end
$$;
comment on function farthing.guard_updates(text, text, text[], text, text) is
  'Creates a trigger that calls p_function after an update of these columns if the condition p_when '
  'is true. If p_when is null, the trigger calls p_function after every update of these columns.';

create function farthing.listed(p_columns text[], p_row text default null)
returns text
language sql immutable
set search_path = ''
as $$
  select string_agg(concat(p_row || '.', format('%I', c)), ', ') from unnest(p_columns) c
$$;
comment on function farthing.listed(text[], text) is
  'Formats columns as an SQL list. If p_row is given, it is put before each column as the row''s '
  'name.';

create function farthing.refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception '% on %.% is refused: the rows of this table are permanent', tg_op, tg_table_schema,
    tg_table_name using errcode = 'restrict_violation';
end
$$;
comment on function farthing.refuse_change() is
  'Trigger: refuses every change of an append-only table''s rows, even by the table''s owner.';

create function farthing.refuse_terms()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception '% of farthing.% is refused: it would change a permanent column. Insert a new row instead.',
    tg_op, tg_table_name using errcode = 'restrict_violation';
end
$$;
comment on function farthing.refuse_terms() is
  'Trigger: refuses an update of a row''s terms, even by the table''s owner. Terms are columns '
  'that never change (never_change) or are set once (set_once).';

create function farthing.never_change(p_table text, p_columns text[])
returns void
language sql
set search_path = ''
as $$
  select farthing.guard_updates(p_table, p_table || '_keep_their_terms', p_columns, null, 'refuse_terms')
$$;
comment on function farthing.never_change(text, text[]) is
  'Refuses every update of these columns from now on.';

create function farthing.set_once(p_table text, p_columns text[])
returns void
language sql
set search_path = ''
as $$
  select farthing.guard_updates(p_table, p_table || '_are_set_once', p_columns, (
    select string_agg(format('(old.%1$I is not null and old.%1$I is distinct from new.%1$I)', c), ' or ')
    from unnest(p_columns) c), 'refuse_terms')
$$;
comment on function farthing.set_once(text, text[]) is
  'Refuses updates that change or clear a value of these columns. A column that is null may be set once.';

create function farthing.never_remove(p_table text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  execute format('create trigger %I after delete on farthing.%I for each row execute function '
    'farthing.refuse_change()', p_table || '_are_not_deleted', p_table);
  perform farthing.note_guard(p_table, p_table || '_are_not_deleted');
  execute format('create trigger %I after truncate on farthing.%I for each statement execute function '
    'farthing.refuse_change()', p_table || '_are_not_emptied', p_table);
  perform farthing.note_guard(p_table, p_table || '_are_not_emptied');
end
$$;
comment on function farthing.never_remove(text) is
  'Refuses the deletion of a table''s rows from now on, and its truncation.';
