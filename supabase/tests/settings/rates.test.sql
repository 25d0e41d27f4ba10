-- Operators add rates with a version and a reason. `deno task rates:import` adds rates with the
-- same RPC function.

begin;
\ir ../helpers/all_tests.psql
select plan(16);

create function pg_temp.put(p_rates jsonb, p_dry_run boolean default false, p_version text default null,
  p_reason text default 'new prices')
returns jsonb language sql as $$
  select settings_rates_set(p_rates, p_version, p_reason, p_dry_run, 'key:olga', p_now => tests.after())
    -> 'data'
$$;
create temporary table before as select settings_rates() ->> 'version' as version,
  (select count(*) from farthing.rates) as rows;
create temporary table list as select '[{"model": "mini", "input_per_million_usd": "1",
    "output_per_million_usd": "2.50"},
  {"model": "gpt-4o", "input_per_million_usd": "2.5", "cached_input_per_million_usd": "2.5",
    "output_per_million_usd": "15", "markup": "4"},
  {"model": "o3", "input_per_million_usd": "2", "cached_input_per_million_usd": "0.5",
    "output_per_million_usd": "8"}]'::jsonb as rates;

select is(jsonb_array_length(settings_rates(tests.after()) -> 'rates')::bigint, rows,
  'the rates in force are read')
from before;
create temporary table dry as select pg_temp.put(rates, true, version, null) as data from list, before;
select is(data, jsonb_build_object('version', version, 'dry_run', true, 'unchanged', 1, 'changes', '[
  {"name": "gpt-4o", "change": "changed", "version": 2, "fields": [
    {"field": "input_per_million_usd", "from": "5", "to": "2.5"}]},
  {"name": "mini", "change": "added", "version": 1, "fields": [
    {"field": "input_per_million_usd", "from": null, "to": "1"}, {"field": "markup", "from": null, "to": "4"},
    {"field": "output_per_million_usd", "from": null, "to": "2.5"}]}]'::jsonb),
    'a dry run returns the changes')
from dry, before;
select is((select count(*) from farthing.rates), rows, 'a dry run writes nothing') from before;
select is(pg_temp.put(rates, false, version) -> 'changes', data -> 'changes',
  'the change is what its dry run has shown')
from list, before, dry;
select is(usage_estimate('{"model": "mini", "output_tokens": 1000}', tests.after('1 min')) ->> 'credits',
  '10',
  'usage is charged at the new rate');
select is((select h - '{version,changed_at}'::text[] from jsonb_array_elements(settings_rates()
  -> 'history') h
    where h ->> 'name' = 'gpt-4o' limit 1), '{"name": "gpt-4o", "author": "key:olga",
    "reason": "new prices",
  "fields": [{"field": "effective_from", "from": "2024-05-13T00:00:00+00:00",
  "to": "2027-01-01T00:00:00+00:00"},
    {"field": "input_per_million_usd", "from": "5", "to": "2.5"}]}',
  'the history compares a rate with the version before it');
select is(pg_temp.put(rates) - 'version', '{"dry_run": false, "changes": [], "unchanged": 3}',
  'the same list changes nothing') from list;
select tests.fails_with(format('select pg_temp.put(%L, %L, %L)', rates, dry_run, version),
  'version_conflict', null,
  format('an older version is refused, dry run %s', dry_run))
from list, before, unnest(array[true, false]) dry_run;
select tests.fails_with(format('select pg_temp.put(%L)', rates), 'invalid_request', field,
  format('%s is refused', rates))
from (values ('{}'::jsonb, 'rates'), ('null', 'rates'),
  ('[{"model": "x", "input_per_million_usd": "-1", "output_per_million_usd": "1"}]',
    'rates[0].input_per_million_usd'),
  ('[{"model": "x", "input_per_million_usd": "1", "output_per_million_usd": "1", "markup": "0"}]',
    'rates[0].markup')) c (rates, field);
select tests.fails_with($$ select pg_temp.put('[{"model": "x", "input_per_million_usd": "1",
  "output_per_million_usd": "1"}]', p_reason => null) $$, 'invalid_request', 'reason',
  'a change without a reason is refused');
select is((select count(*) from farthing.rates where model = 'x'), 0::bigint, 'a refused list adds nothing');

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
