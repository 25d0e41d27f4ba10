-- The markup of a new model whose rate was given without one. The default of the column
-- rates.markup calls this function, so the function is created before the table.

create function farthing.default_markup()
returns numeric
language sql immutable
set search_path = ''
as $$
  select 4::numeric
$$;
comment on function farthing.default_markup() is
  'Returns the factor on the prices of a new model whose rate was given without a markup.';
