-- Packages and rates that begin at a later moment. Open orders and open holds keep their terms, and nothing
-- can begin in the past.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select no_plan();

create function pg_temp.item(p_slug text, p_amount int, p_from text default null) returns jsonb
language sql as $$
  select jsonb_strip_nulls(jsonb_build_object('slug', p_slug, 'name', initcap(p_slug), 'credits', '9990',
    'prices', jsonb_build_array(jsonb_build_object('currency', 'thb', 'amount', p_amount)),
    'effective_from', p_from))
$$;
-- Returns the changes as one line: name, kind, version and fields.
create function pg_temp.packages(p_items jsonb, p_passed interval, p_dry_run boolean default false)
returns text language sql as $$
  select string_agg(format('%s %s %s [%s]', c ->> 'name', c ->> 'change', c ->> 'version',
      (select string_agg(format('%s:%s>%s', f ->> 'field', f ->> 'from', f ->> 'to'), ' ')
        from jsonb_array_elements(c -> 'fields') f where f ->> 'from' is not null
          or f ->> 'field' = 'effective_from')), '; ')
  from jsonb_array_elements(settings_packages_set(p_items, null, 'a plan', p_dry_run,
    p_now => tests.after(p_passed)) #> '{data,changes}') c
$$;
create function pg_temp.on_sale(p_passed interval) returns text language sql as $$
  select string_agg(format('%s %s', p ->> 'slug', p ->> 'amount'), ', ' order by p ->> 'slug')
  from jsonb_array_elements(checkout_packages(tests.after(p_passed))) p
$$;
create function pg_temp.scheduled(p_passed interval) returns text language sql as $$
  select string_agg(format('%s %s %s', p ->> 'slug', p #>> '{prices,0,amount}', p ->> 'active'), ', ')
  from jsonb_array_elements(settings_packages(tests.after(p_passed)) -> 'scheduled') p
$$;
create function pg_temp.order_of(p_name text, p_passed interval) returns text language sql as $$
  select checkout_begin(tests.person(p_name), 'tea', 'https://a.test', 'https://a.test',
    p_now => tests.after(p_passed)) #>> '{order,amount}'
$$;

-- A price that applies from the third day.
select is(pg_temp.packages(jsonb_build_array(pg_temp.item('tea', 300)), '0') like '%tea added 1 []%', true,
  'tea costs 300');
create temporary table plan as select jsonb_build_array(pg_temp.item('tea', 400, '2027-01-04T07:00:00+07:00'))
  as items;
create temporary table before as select (select jsonb_agg(to_jsonb(p) order by slug, version)
    from farthing.packages p) as rows, (select count(*) from farthing.audit) as audits;
select is(pg_temp.packages(items, '1 d', true), 'tea changed 2 [price_thb:300>400 '
  'effective_from:>2027-01-04T00:00:00+00:00]', 'a dry run shows when the price begins') from plan;
select is((select jsonb_agg(to_jsonb(p) order by slug, version) from farthing.packages p), rows,
  'and changes no package') from before;
select is((select count(*) from farthing.audit), audits, 'and leaves no audit row') from before;
select is(pg_temp.packages(items, '1 d'), 'tea changed 2 [price_thb:300>400 '
  'effective_from:>2027-01-04T00:00:00+00:00]', 'the price is planned') from plan;
select is(pg_temp.order_of('ann', '2 d 23:30'), '300', 'ann opens a checkout before the moment');
select is(array[pg_temp.on_sale('2 d 23:59:59'), pg_temp.on_sale('3 d')], '{tea 300,tea 400}',
  'the price applies from its moment on');
select is(pg_temp.scheduled('1 d'), 'tea 400 true', 'the list shows the version that begins later');
select is(pg_temp.scheduled('3 d'), null, 'and not any more when it has begun');
select is(pg_temp.order_of('bob', '3 d'), '400', 'a new checkout has the new price');
select is((select array_agg(format('%s v%s', amount, package_version) order by amount) from farthing.orders),
  '{"300 v1","400 v2"}', 'the running order keeps its price');
select is(pg_temp.packages(items, '2 d'), null, 'the same list changes nothing before the moment') from plan;
select is(pg_temp.packages(items, '5 d'), null, 'and nothing after it') from plan;

-- A change that begins at once leaves a planned version in place. A change that begins at the same
-- moment as the planned version replaces the planned version.
select is(pg_temp.packages(jsonb_build_array(pg_temp.item('tea', 500, '2027-01-11T00:00:00Z')), '6 d'),
  'tea changed 3 [price_thb:400>500 effective_from:>2027-01-11T00:00:00+00:00]', 'another price is planned');
select is(pg_temp.packages(jsonb_build_array(pg_temp.item('tea', 450)), '7 d'),
  'tea changed 4 [price_thb:400>450]', 'the price changes now');
select is(array[pg_temp.on_sale('7 d'), pg_temp.on_sale('10 d')], '{tea 450,tea 500}',
  'and the planned price still begins');
select is(pg_temp.packages(jsonb_build_array(pg_temp.item('tea', 450, '2027-01-11T00:00:00Z')), '8 d'),
  'tea changed 5 [price_thb:500>450 effective_from:>2027-01-11T00:00:00+00:00]',
  'a version of the same moment replaces the planned one');
select is(pg_temp.on_sale('10 d'), 'tea 450', 'so the planned price never applies');

-- A planned version does not put a retired package back on sale. If the package is restored, it keeps its
-- planned version.
select is(pg_temp.packages(jsonb_build_array(pg_temp.item('rice', 900, '2027-01-20T00:00:00Z')), '9 d'),
  'rice added 1 [effective_from:>2027-01-20T00:00:00+00:00]; tea retired 4 [active:true>false]',
  'a package is retired, and another one is planned');
select is(array[pg_temp.on_sale('9 d'), pg_temp.on_sale('10 d'), pg_temp.on_sale('19 d')],
  array[null, null, 'rice 900'], 'a retired package is not sold when its planned version is due');
select is(pg_temp.packages(jsonb_build_array(pg_temp.item('tea', 450)), '9 d 1 h'),
  'tea restored 4 [active:false>true]; rice retired 1 [active:true>false]',
  'a package that is only planned is retired, too');
select is(array[pg_temp.on_sale('9 d 1 h'), pg_temp.on_sale('10 d'), pg_temp.on_sale('19 d')],
  '{tea 450,tea 450,tea 450}', 'a restored package stays on sale when its planned version is due');

-- A moment in the past, and other invalid moments, are refused, and nothing changes.
create temporary table audited as select count(*) as rows from farthing.audit;
select tests.fails_with(format('select pg_temp.packages(%L, %L, %L)', jsonb_build_array(
    pg_temp.item('rice', 900), pg_temp.item('tea', 999) || jsonb_build_object('effective_from', v)), '12 d',
    dry_run), 'invalid_request', 'packages[1].effective_from',
  format('%s is refused, dry run %s', v, dry_run))
from unnest(array['2027-01-12T23:59:59Z', '1970-01-01T00:00:00Z', '2029-01-14T00:00:00Z',
  '2027-02-30T00:00:00Z',
  '2027-13-01T00:00:00Z', '2027-02-01', '2027-02-01T00:00:00', 'tomorrow', 'infinity', '',
  '٢٠٢٧-02-01T00:00:00Z'])
  v, unnest(array[true, false]) dry_run;
select tests.fails_with(format('select pg_temp.packages(%L, %L)', jsonb_build_array(pg_temp.item('tea', 999)
    || jsonb_build_object('effective_from', v)), '12 d'), 'invalid_request', 'packages[0].effective_from',
  format('%s is refused', v))
from unnest(array['5', '[]', '{}', 'true']::jsonb[]) v;
select is((select count(*) from farthing.audit), rows, 'a refused list changes nothing') from audited;

-- A rate begins later. An open hold keeps its rate.
create function pg_temp.rates(p_from text, p_price text, p_passed interval, p_model text default 'tea-1')
returns text language sql as $$
  select string_agg(format('%s %s %s [%s]', c ->> 'name', c ->> 'change', c ->> 'version',
      (select string_agg(format('%s:%s>%s', f ->> 'field', f ->> 'from', f ->> 'to'), ' ')
        from jsonb_array_elements(c -> 'fields') f)), '; ')
  from jsonb_array_elements(settings_rates_set(jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'model', p_model, 'input_per_million_usd', '1', 'output_per_million_usd', p_price, 'markup', '1',
    'effective_from', p_from))), null, 'a plan', false, p_now => tests.after(p_passed)) #> '{data,changes}') c
$$;
create function pg_temp.costs(p_passed interval) returns text language sql as $$
  select usage_estimate('{"model": "tea-1", "output_tokens": 1000000}', tests.after(p_passed)) ->> 'credits'
$$;
select is(pg_temp.rates(null, '2', '0'), 'tea-1 added 1 [input_per_million_usd:>1 markup:>1 '
  'output_per_million_usd:>2]', 'a model has a rate');
select is(pg_temp.rates('2027-01-03T00:00:00Z', '3', '1 d'), 'tea-1 changed 2 [output_per_million_usd:2>3 '
  'effective_from:>2027-01-03T00:00:00+00:00]', 'another rate is planned');
select is(jsonb_path_query_array(settings_rates(tests.after('1 d')), '$.scheduled[*].version'), '[2]',
  'the list shows it');
select is(array[pg_temp.costs('1 d'), pg_temp.costs('47:59:59'), pg_temp.costs('2 d')], '{2000,2000,3000}',
  'the rate applies from its moment on');
select is(pg_temp.rates('2027-01-03T00:00:00Z', '3', '9 d'), null, 'the same list changes nothing later');
select is(pg_temp.rates(null, '5', '36 h'), 'tea-1 changed 3 [output_per_million_usd:2>5]',
  'a change from now on is compared with the rate in force');
select is(array[pg_temp.costs('36 h'), pg_temp.costs('2 d')], '{5000,3000}', 'and leaves the planned rate');
select is(pg_temp.rates('2027-01-03T00:00:00Z', '4', '36 h'), 'tea-1 changed 4 [output_per_million_usd:3>4 '
  'effective_from:>2027-01-03T00:00:00+00:00]', 'a rate of the same moment replaces the planned one');
select is(pg_temp.costs('2 d'), '4000', 'and applies instead of it');
select tests.fails_with($$ select pg_temp.rates('2027-01-03T00:00:00Z', '9', '48:00:01') $$,
  'invalid_request', 'rates[0].effective_from', 'a rate does not begin in the past');
select tests.fails_with($$ select pg_temp.rates('2027-01-02', '9', '0') $$,
  'invalid_request', 'rates[0].effective_from', 'a day without a time is refused');

select tests.give('cyn', '10000');
create temporary table held as select holds_open(tests.person('cyn'), 86400, null, '{"model": "tea-1",
  "input_tokens": 0, "max_output_tokens": 1000000}', p_now => tests.after('47:00')) as h;
select is(h #>> '{data,amount}', '5000', 'a hold reserves by the rate in force') from held;
select is(holds_settle((h #>> '{data,hold_id}')::uuid, null, '{"model": "tea-1", "input_tokens": 0,
  "output_tokens": 1000000}', p_now => tests.after('48:30')) #>> '{data,settled}', '5000',
  'and is settled by it, after another rate has begun') from held;

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
