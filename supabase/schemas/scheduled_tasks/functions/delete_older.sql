-- Retention: tasks delete rows that are older than their retention period.

create function farthing.delete_older(
  p_table text, p_key text, p_column text, p_until timestamptz, p_limit int)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_count int;
begin
  execute format('with due as (select %2$I as key from farthing.%1$I where %3$I <= $1
      order by %3$I limit $2 for update skip locked)
    delete from farthing.%1$I t using due where t.%2$I = due.key', p_table, p_key, p_column)
  using p_until, p_limit;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function farthing.delete_older(text, text, text, timestamptz, int) is
  'Deletes rows whose p_column is at most p_until, the oldest first, at most p_limit rows. Rows that '
  'another transaction has locked are skipped. p_key names the column that identifies a row. Returns the '
  'number of deleted rows.';
