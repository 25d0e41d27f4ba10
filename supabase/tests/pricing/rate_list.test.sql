-- A list of rates: each rate that changes gets a new version, and a rate that does not change gets none.

begin;
\ir ../helpers/all_tests.psql
select plan(34);

create function pg_temp.rate(p_model text, p_in text, p_out text, p_more jsonb default '{}') returns jsonb
language sql as $$
  select jsonb_build_object('model', p_model, 'input_per_million_usd', p_in, 'output_per_million_usd', p_out,
    'cached_input_per_million_usd', null, 'cache_write_per_million_usd', null, 'reasoning_per_million_usd',
    null, 'markup', null) || p_more
$$;
-- Returns {added: [model], changed: [model field from to], unchanged}.
create function pg_temp.put(p_rates jsonb, p_dry_run boolean default true, p_now timestamptz default now())
returns jsonb language sql as $$
  select jsonb_build_object('unchanged', d -> 'unchanged',
    'added', (select coalesce(jsonb_agg(c ->> 'name' order by nr), '[]')
      from jsonb_array_elements(d -> 'changes') with ordinality e (c, nr) where c ->> 'change' = 'added'),
    'changed', (select coalesce(jsonb_agg(concat_ws(' ', c ->> 'name', c ->> 'version', f ->> 'field',
        coalesce(f ->> 'from', 'null'), coalesce(f ->> 'to', 'null')) order by nr, f ->> 'field'), '[]')
      from jsonb_array_elements(d -> 'changes') with ordinality e (c, nr),
        jsonb_array_elements(c -> 'fields') f
      where c ->> 'change' = 'changed'))
  from (select settings_rates_set(p_rates, null, 'a new list', p_dry_run, p_now => p_now) -> 'data') r (d)
$$;
create temporary table list as select jsonb_build_array(pg_temp.rate('a', '1', '2'), pg_temp.rate('b', '3',
  '4', '{"cached_input_per_million_usd": "0.123456789", "markup": "2.5"}')) as rates;

-- The first list adds version 1 of each model.
select is(pg_temp.put(rates, true, tests.after()), '{"added": ["a", "b"], "changed": [], "unchanged": 0}',
  'a dry run returns the added models') from list;
select is((select count(*) from farthing.rates where model in ('a', 'b')), 0::bigint,
  'a dry run writes nothing');
select is(pg_temp.put(rates, p_now => tests.after()), '{"added": ["a", "b"], "changed": [], "unchanged": 0}',
  'a change is a dry run by default') from list;
select is(pg_temp.put(rates, false, tests.after()), '{"added": ["a", "b"], "changed": [], "unchanged": 0}',
  'the answer has the added models') from list;
select results_eq($$ select model, version, cached_input_per_million_usd::text, trim_scale(markup)::text,
  effective_from
    from farthing.rates where model in ('a', 'b') order by model $$,
  $$ values ('a', 1, null, '4', tests.after()), ('b', 1, '0.123456789', '2.5', tests.after()) $$,
  'the list adds version 1 of each new model, to the last decimal');

-- The same list is applied again, and then a changed list.
select is(pg_temp.put(rates, false, tests.after('1 day')), '{"added": [], "changed": [], "unchanged": 2}',
  'the same list changes nothing') from list;
create temporary table changed as select jsonb_build_array(pg_temp.rate('a', '1', '2', '{"markup": "4.0"}'),
  pg_temp.rate('b', '3.0', '5'), pg_temp.rate('c', '1', '1')) as rates;
select is(pg_temp.put(rates, false, tests.after('2 days')), '{"added": ["c"], "unchanged": 1, "changed": [
  "b 2 cached_input_per_million_usd 0.123456789 null", "b 2 output_per_million_usd 4 5"]}',
  'the answer has each changed field') from changed;
select results_eq($$ select version, trim_scale(output_per_million_usd)::text, trim_scale(markup)::text
    from farthing.rates where model = 'b' order by version $$, $$ values (1, '4', '2.5'), (2, '5', '2.5') $$,
  'a changed rate gets a new version, the old version stays, and a markup that is not named stays');
select is((select array_agg(version) from farthing.rates where model = 'a'), '{1}',
  'an unchanged rate gets no new version');
select is(usage_estimate('{"model": "b", "output_tokens": 1000}', tests.after('1 day')) ->> 'credits', '10',
  'yesterday''s usage is priced at yesterday''s rate');
select is(pg_temp.put(to_jsonb(rates::text), true, tests.after('2 days')),
  '{"added": [], "changed": [], "unchanged": 3}',
  'a list that arrives as a string of JSON is accepted') from changed;
select is(pg_temp.put('[]', false), '{"added": [], "changed": [], "unchanged": 0}',
  'an empty list removes nothing');

-- A list with one invalid rate is refused as a whole.
select tests.fails_with(format('select pg_temp.put(%L, false)', jsonb_build_array(pg_temp.rate('d', '1',
  '1'), bad)), 'invalid_request', 'rates[1].' || field, format('a rate whose %s is %s is refused', field,
  coalesce(bad ->> field, 'missing')))
from (values ('model', pg_temp.rate(null, '1', '1')), ('model', pg_temp.rate('', '1', '1')),
  ('model', '"gpt-4o"'::jsonb), ('input_per_million_usd', pg_temp.rate('e', null, '1')),
  ('input_per_million_usd', pg_temp.rate('e', '-1', '1')), ('output_per_million_usd', pg_temp.rate('e', '1',
  'NaN')), ('output_per_million_usd', pg_temp.rate('e', '1', '1e3')),
  ('output_per_million_usd', pg_temp.rate('e', '1', '0.0000000001')),
  ('input_per_million_usd', pg_temp.rate('e', '0', '0.0')),
  ('reasoning_per_million_usd', pg_temp.rate('e', '1', '1', '{"reasoning_per_million_usd": "free"}')),
  ('markup', pg_temp.rate('e', '1', '1', '{"markup": "0"}')),
  ('markup', pg_temp.rate('e', '1', '1', '{"markup": "1.23456"}'))) b (field, bad);
select tests.fails_with(format('select pg_temp.put(%L, false)', jsonb_build_array(pg_temp.rate('d', '1',
  '1'), pg_temp.rate('d', '2', '2'))), 'invalid_request', 'rates[0].model',
  'a model that is named twice is refused');
select tests.fails_with(format('select pg_temp.put(%L, false)', bad), 'invalid_request', 'rates',
  format('%s is no price list', coalesce(bad, 'nothing'))) from unnest(array['{}', '7', null]) bad;
select is((select count(*) from farthing.rates where model in ('d', 'e')), 0::bigint,
  'a refused list changes nothing');

-- A version never changes.
select tests.fails_with('update farthing.rates set markup = 1', '23001', null, 'a rate cannot be changed');
select tests.fails_with('delete from farthing.rates', '23001', null, 'a rate cannot be deleted');
select is(tests.code_for(role, 'ann', 'select settings_rates_set(''[]'')'),
  case role when 'service_role' then 'ok' else '42501' end, format('T13: a change by %s', role))
from unnest(array['service_role', 'authenticated', 'anon']) role;

select * from finish();
rollback;
