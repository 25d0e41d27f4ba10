-- Rule 5: the index lots_burn_order is the only definition of the burn-down order. A comment marks
-- each place where a function reads lots in this order. `deno task schema` writes the index's order
-- after each of these comments (docs/decisions/ledger.md). A function without the comment would
-- keep the old order if the index changes. This test lists the functions that read lots in
-- burn-down order. It fails if a function that is not in the list reads lots in this order, or if a
-- function sorts lots by priority in a different order.

begin;
select plan(4);

create view pg_temp.burn_order as
select string_agg(a.attname, ', ' order by k.place) as columns
from pg_index i cross join unnest(i.indkey::int2[]) with ordinality k (attnum, place)
join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indexrelid = 'farthing.lots_burn_order'::regclass and a.attname <> 'account_id';

-- Finds each ORDER BY of plain columns in the functions that read lots. Shows its columns in one
-- line, without table aliases. `desc` and `nulls first` are shown where the function writes them.
create view pg_temp.orders as
select p.proname as name, btrim(regexp_replace(regexp_replace(o.found[1], '\m\w+\.', '', 'g'), '\s+', ' ',
  'g')) as columns
from pg_proc p cross join regexp_matches(regexp_replace(p.prosrc, '/\*.*?\*/', '',
  'g'), 'order\s+by\s+([\w.]+(?:\s+(?:asc|desc))?'
  '(?:\s+nulls\s+\w+)?(?:\s*,\s*[\w.]+(?:\s+(?:asc|desc))?(?:\s+nulls\s+\w+)?)*)', 'gi') o (found)
where p.pronamespace in ('farthing'::regnamespace, 'farthing_public'::regnamespace)
  and p.prosrc ~ '\mfarthing\.lots\M';

create view pg_temp.other_orders as
select o.name, o.columns from pg_temp.orders o, pg_temp.burn_order b
where o.columns ~ '^priority\M' and o.columns <> b.columns;

select is((select columns from pg_temp.burn_order), 'priority, expires_at, source, created_at, lot_id',
  'the index has priority, then expiry, then source, then age');
select set_eq($$ select name from pg_temp.orders o, pg_temp.burn_order b where o.columns = b.columns $$,
  array['balance_answer', 'credits_of', 'pay_debt', 'reserve', 'spend', 'spend_batch'],
  'spending, holding, paying debt and listing lots use that order');
select is_empty('select * from pg_temp.other_orders', 'no function uses another order');

-- The check finds a violation.
create function farthing.offend() returns uuid language sql set search_path = '' as $$
  select l.lot_id from farthing.lots l order by l.priority,
    l.expires_at nulls first, l.source, l.created_at, l.lot_id limit 1 $$;
create function farthing.forget() returns uuid language sql set search_path = '' as $$
  select (array_agg(l.lot_id order by l.priority, l.source, l.expires_at))[1] from farthing.lots l $$;
select set_eq('select * from pg_temp.other_orders', $$ values
  ('offend', 'priority, expires_at nulls first, source, created_at, lot_id'),
  ('forget', 'priority, source, expires_at') $$, 'another order is found, however it is written');

select * from finish();
rollback;
