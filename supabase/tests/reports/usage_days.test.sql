-- The daily sums of usage. Each charge is added to them once, when its entries are sealed, and the proof
-- compares the sums with the entries.

begin;
\ir ../helpers/all_tests.psql
select plan(43);

-- Runs a statement. Returns the violations that the proof then finds, and undoes the statement.
create function pg_temp.found(p_sql text) returns text language plpgsql as $$
begin
  execute p_sql;
  raise exception using errcode = 'UNDO1', message = coalesce((select string_agg(distinct p.detail, '; ')
    from farthing.prove() p), 'nothing');
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
create function pg_temp.charge(p_event text, p_feature text) returns text language sql as $$
  select usage_charge(tests.person('ann'), jsonb_build_object('event_id', p_event, 'model', 'gpt-4o',
    'input_tokens', 1000, 'output_tokens', 500, 'metadata', jsonb_build_object('feature', p_feature)),
    p_now => tests.after()) #>> '{data,credits}'
$$;

select is_empty('select * from farthing.prove()', 'the proof of an empty ledger finds no violation');
select isnt(tests.give('ann', '1000000'), null, 'ann has credits');
select is(pg_temp.charge('e1', 'search'), '50', 'ann is charged');
select is(farthing.seal(), 2, 'the entries are sealed');
select is(pg_temp.found('select'), 'nothing', 'the days are the sums of the entries');

-- The proof checks every column.
select is(pg_temp.found(format('update farthing.usage_days set %1$s = %1$s + 1 where model = %2$L', c,
    'gpt-4o')),
  case when c = 'credits' then 'the days of usage sum up to 51, all sealed charges to 50; ' else '' end
    || 'usage of gpt-4o in the day of 2027-01-01 (caller): the sums are not those of the days; '
    || 'usage of gpt-4o in the month of 2027-01-01 (caller): the sums are not those of the days; '
    || 'usage of gpt-4o on 2027-01-01 (caller): the day''s sums are not those of the entries',
  format('a changed %s is found', c))
from unnest(array['charges', 'corrections', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens',
  'output_tokens', 'reasoning_tokens', 'credits', 'corrected_credits']) c;
select matches(pg_temp.found(sql), 'usage of gpt-4o', name || ' is found')
from (values ('a day that is gone', 'delete from farthing.usage_days where model = ''gpt-4o'''),
  ('another day', 'update farthing.usage_days set day = day + 1 where model = ''gpt-4o'''),
  ('another feature', 'update farthing.usage_days set feature = ''x'' where model = ''gpt-4o'''))
  c (name, sql);

select is(pg_temp.found(format('update farthing.usage_sums set %1$s = %1$s + 1 where grain = %2$L', c, g)),
  case when c = 'credits' then format('the sums of usage by %s are 51, all sealed charges 50; ', g)
    else '' end
    || format('usage of gpt-4o in the %s of 2027-01-01 (caller): the sums are not those of the days', g),
  format('a changed %s of the %s is found', c, g))
from unnest(array['charges', 'corrections', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens',
  'output_tokens', 'reasoning_tokens', 'credits', 'corrected_credits']) c, unnest(array['day', 'month']) g;
select matches(pg_temp.found(format('delete from farthing.usage_sums where grain = %L', g)),
  format('usage of gpt-4o in the %s of 2027-01-01', g), format('a %s that is gone is found', g))
from unnest(array['day', 'month']) g;

-- The number of feature names is bounded, so that callers can't cause a new row for each charge.
select is((select count(*) from generate_series(1, 250) n where pg_temp.charge('f' || n, 'feature ' || n)
  = '50'), 250::bigint, 'ann is charged for 250 features');
select is(farthing.seal_entries(150) + farthing.seal_entries(150), 250, 'they are sealed in two parts');
select is((select count(*) from farthing.usage_features), 200::bigint, '200 features are kept apart');
select results_eq($$select feature::text, charges, credits from farthing.usage_days where feature in ('other',
  'search') order by 1$$, $$values ('other', 51::bigint, 2550::numeric), ('search', 1, 50)$$,
  'all later features are one row');
select results_eq($$select grain, count(*), count(distinct feature), sum(charges) from farthing.usage_sums
  group by grain order by grain$$, $$values ('day', 1::bigint, 1::bigint, 251::numeric),
  ('month', 201, 201, 251)$$, 'the sums of a day have no features, those of a month have them');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

select * from finish();
rollback;
