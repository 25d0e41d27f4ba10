-- Triggers that refuse a change, and the list of the triggers that must exist (prove_guards).

create function farthing.note_guard(p_table text, p_trigger text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- "always": a session with the role of a replica does not bypass it.
  execute format('alter table farthing.%I enable always trigger %I', p_table, p_trigger);
  insert into farthing.guards values (p_table, p_trigger);
end
$$;
comment on function farthing.note_guard(text, text) is
  'Makes a trigger fire always, and records that it must exist.';

-- Every insert and update of a table copies the conditions of its triggers, even of those that don't fire:
-- on tables that a debit writes to, triggers have no condition, and the functions check it.
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
  'Calls a trigger function after updates of these columns that meet a condition; without one, after all '
  'of them.';

create function farthing.listed(p_columns text[], p_row text default null)
returns text
language sql immutable
set search_path = ''
as $$
  select string_agg(concat(p_row || '.', format('%I', c)), ', ') from unnest(p_columns) c
$$;
comment on function farthing.listed(text[], text) is 'Columns in the form of an SQL list.';

create function farthing.refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception '% on %.% is refused: the ledger is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'restrict_violation';
end
$$;
comment on function farthing.refuse_change() is
  'Trigger of every append-only table: nobody changes a written row, not even the tables'' owner.';

create function farthing.refuse_terms()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception '% of farthing.% is refused: these terms never change. Correct them by a new row.', tg_op,
    tg_table_name using errcode = 'restrict_violation';
end
$$;
comment on function farthing.refuse_terms() is
  'Trigger: refuses a change of terms, also by the tables'' owner.';

create function farthing.never_change(p_table text, p_columns text[])
returns void
language sql
set search_path = ''
as $$
  select farthing.guard_updates(p_table, p_table || '_keep_their_terms', p_columns, null, 'refuse_terms')
$$;
comment on function farthing.never_change(text, text[]) is 'From now on these columns can''t be updated.';

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
  'From now on these columns can''t be updated once they have a value.';

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
comment on function farthing.never_remove(text) is 'From now on no row of a table can be deleted.';
