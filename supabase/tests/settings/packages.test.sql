-- The packages of a shop: an operator sends a list of packages, which adds, changes, restores and
-- retires packages. Orders keep their terms.

begin;
\ir ../helpers/all_tests.psql
select plan(64);

create function pg_temp.item(p_slug text, p_amount int, p_credits text, p_more jsonb default '{}')
returns jsonb language sql as $$
  select jsonb_build_object('slug', p_slug, 'name', initcap(p_slug), 'credits', p_credits,
    'prices', jsonb_build_array(jsonb_build_object('currency', 'usd', 'amount', p_amount))) || p_more
$$;
create function pg_temp.put(p_packages jsonb, p_passed interval default '0', p_dry_run boolean default false,
  p_version text default null, p_reason text default 'a new season')
returns jsonb language sql as $$
  select settings_packages_set(p_packages, p_version, p_reason, p_dry_run, 'key:olga',
    p_now => tests.after(p_passed)) -> 'data'
$$;
-- Returns the changes as one line, such as "mini added 1 [active:>true sort:>2]; plus retired 1
-- [active:true>false]", or "nothing".
create function pg_temp.short(p_data jsonb) returns text language sql as $$
  select coalesce(string_agg(format('%s %s %s [%s]', c ->> 'name', c ->> 'change', c ->> 'version',
    (select string_agg(format('%s:%s>%s', f ->> 'field', f ->> 'from', f ->> 'to'), ' ')
      from jsonb_array_elements(c -> 'fields') f)), '; '), 'nothing')
  from jsonb_array_elements(p_data -> 'changes') c
$$;
create function pg_temp.buy(p_name text, p_package text, p_passed interval, p_currency text default null)
returns jsonb language sql as $$
  select checkout_begin(tests.person(p_name), p_package, 'https://a.test/ok', 'https://a.test/no',
    p_now => tests.after(p_passed), p_currency => p_currency)
$$;
create function pg_temp.on_sale(p_passed interval) returns text language sql as $$
  select string_agg(p ->> 'slug', ' ') from jsonb_array_elements(checkout_packages(tests.after(p_passed))) p
$$;
create function pg_temp.audits() returns bigint language sql as $$
  select count(*) from farthing.audit where table_name = 'packages'
$$;

-- The seeded packages come from a file. Applying the list of these packages again changes nothing.
select is(pg_temp.on_sale('0'), 'starter plus pro business scale', 'the seeded packages have slugs');
create temporary table seeded as
select jsonb_agg(jsonb_strip_nulls(p - '{id,version,active,effective_from}'::text[])) as list
from jsonb_array_elements(settings_packages(tests.after()) -> 'packages') p;
create temporary table before as
select pg_temp.audits() as rows, settings_packages(tests.after()) ->> 'version' as version;
select is(pg_temp.put(list), jsonb_build_object('version', version, 'dry_run', false, 'changes', '[]'::jsonb,
  'unchanged', 5), 'the same list changes nothing') from seeded, before;
select is(pg_temp.audits(), rows, 'and leaves no audit row') from before;

-- A list of two packages: one is new, and one has a changed price. The four packages that the list
-- lacks are retired.
create temporary table list as select jsonb_build_array(
  pg_temp.item('starter', 1099, '9990', '{"bonus_credits": "0"}'),
  pg_temp.item('mini', 499, '4990.000000000000000001', '{"description": "To try it", "highlight": true,
    "sort": 2, "prices": [{"currency": "eur", "amount": 459}, {"currency": "usd", "amount": 499},
    {"currency": "jpy", "amount": 75}]}'))
  as items;
create temporary table dry as select pg_temp.put(items, '1 min', true, null, null) as data from list;
select is(pg_temp.short(data), 'mini added 1 [active:>true bonus_credits:>0 '
  || 'credits:>4990.000000000000000001 description:>To try it first_currency:>eur highlight:>true '
  || 'name:>Mini price_eur:>459 '
  || 'price_jpy:>75 price_usd:>499 sort:>2]; starter changed 2 [price_usd:999>1099]; '
  || 'business retired 1 [active:true>false]; plus retired 1 [active:true>false]; '
  || 'pro retired 1 [active:true>false]; scale retired 1 [active:true>false]',
  'a dry run returns each change, field by field') from dry;
select is(data - 'changes', jsonb_build_object('version', version, 'dry_run', true, 'unchanged', 0),
  'a dry run needs no reason and keeps the version') from dry, before;
select is(pg_temp.audits(), rows, 'a dry run writes nothing') from before;

-- A checkout that was opened at the old price.
create temporary table open_order as select pg_temp.buy('ann', 'starter', '1 min') -> 'order' as o;
select is(o ->> 'amount', '999', 'ann opens a checkout by the slug, at the old price') from open_order;
select is(format('%s %s', o ->> 'package_id', o ->> 'package_slug'),
  'b04eb8da-a595-4fbc-a8f4-708b219f705a starter', 'the order names the package''s id and slug')
from open_order;

create temporary table done as select pg_temp.put(items, '2 min') as data from list;
select is(done.data -> 'changes', dry.data -> 'changes', 'the change is what its dry run has shown')
from done, dry;
select isnt(data ->> 'version', version, 'the change raises the version') from done, before;
select is(pg_temp.on_sale('2 min'), 'starter mini', 'only the list''s packages are on sale');
select is((select array_agg(format('%s %s', author, reason)) from (select distinct author, reason
  from farthing.audit where table_name = 'packages' and audit_nr > version::bigint) a),
  '{key:olga a new season}', 'each changed row is audited with author and reason') from before;
select is(pg_temp.audits() - rows, 6::bigint, 'two new versions and four retirements leave six audit rows')
from before;
select is((select h -> 'fields' from jsonb_array_elements(
    settings_packages(tests.after('2 min')) -> 'history') h where h ->> 'name' = 'scale' limit 1),
  '[{"field": "active", "from": "true", "to": "false"}]'::jsonb, 'the history shows a retired package');
select is((select h ->> 'reason' || ' ' || (h -> 'fields')::text from jsonb_array_elements(
    settings_packages(tests.after('2 min')) -> 'history') h where h ->> 'name' = 'starter' limit 1),
  'a new season [{"to": "1099", "from": "999", "field": "amount"}, {"to": "2027-01-01T00:02:00+00:00", '
  || '"from": "2024-05-13T00:00:00+00:00", "field": "effective_from"}]',
  'the history compares a new version with the version before it');

-- The order keeps its terms: it is paid at the old price, and grants the old credits.
select is(pg_temp.buy('ann', 'starter', '3 min') #>> '{order,amount}', '1099',
  'a new checkout has the new price');
select is(inbox_receive(jsonb_build_object('id', 'evt_1', 'type', 'checkout.session.completed', 'livemode',
  false, 'created', 1, 'facts', jsonb_build_object('order_id', o ->> 'order_id', 'payment_id', 'pi_1',
    'session_id', 'cs_1', 'payment_status', 'paid', 'amount', 999, 'currency', 'usd')), tests.after('4 min')),
  '{"received": true}', 'the old order is paid at its old price') from open_order;
select is(credits_balance(tests.person('ann'), p_now => tests.after('5 min')) ->> 'balance', '9990',
  'and grants the credits that were sold');

-- A checkout accepts a package's id or slug, in each of its currencies.
select is(pg_temp.buy('bob', package, '3 min', currency) #>> '{order,amount}', amount,
  format('%s in %s costs %s', package, coalesce(currency, 'the first currency'), amount))
from (values ('mini', null, '459'), ('mini', 'usd', '499'), ('MINI', 'jpy', '75'), ('starter', 'usd', '1099'),
  ('b04eb8da-a595-4fbc-a8f4-708b219f705a', null, '1099')) c (package, currency, amount);
select isnt(pg_temp.buy('bob', 'mini', '4 min', 'usd') #>> '{order,order_id}',
  pg_temp.buy('bob', 'mini', '4 min', 'jpy') #>> '{order,order_id}', 'each currency has an order of its own');
select is(pg_temp.buy('bob', 'mini', '4 min', 'usd') #>> '{order,order_id}',
  pg_temp.buy('bob', 'mini', '5 min', 'usd') #>> '{order,order_id}',
  'a second click finds the order of its currency');
select tests.fails_with($$ select pg_temp.buy('bob', 'mini', '4 min', 'gbp') $$, 'invalid_request',
  'currency', 'a currency without a price is refused');
select tests.fails_with($$ select pg_temp.buy('bob', 'plus', '4 min') $$, 'unknown_package', 'package_id',
  'a retired package is not sold');

-- A change of the presentation makes no new version. Neither does putting a retired package back on
-- sale with the terms that it had.
select is(pg_temp.short(pg_temp.put(jsonb_build_array(pg_temp.item('starter', 1099, '9990', '{"sort": 3}'),
  pg_temp.item('plus', 2499, '24990', '{"bonus_credits": "1250", "description": "Back"}')), '6 min')),
  'starter changed 2 [sort:0>3]; plus restored 1 [active:false>true description:>Back]; '
  || 'mini retired 1 [active:true>false]',
  'presentation changes without a new version');
select is(pg_temp.on_sale('6 min'), 'plus starter', 'packages are listed by sort');
select is(pg_temp.buy('ann', 'starter', '6 min') #>> '{order,amount}', '1099',
  'the open order is still found');
select is(pg_temp.short(pg_temp.put(jsonb_build_array(pg_temp.item('starter', 1099, '9990', '{"sort": 3}'),
  pg_temp.item('mini', 399, '4990')), '7 min')), 'mini restored 2 [active:false>true '
  || 'credits:4990.000000000000000001>4990 description:To try it> first_currency:eur>usd '
  || 'highlight:true>false price_eur:459> '
  || 'price_jpy:75> price_usd:499>399 sort:2>0]; plus retired 1 [active:true>false]',
  'a package that is restored with other terms gets a new version');

-- A version that begins later does not put a retired package back on sale.
insert into farthing.packages (package_id, version, name, amount, currency, credits, effective_from)
select package_id, 9, name, 1, 'usd', 1, tests.after('1 day')
from farthing.packages where slug = 'mini' and version = 2;
select is(pg_temp.short(pg_temp.put(jsonb_build_array(pg_temp.item('starter', 1099, '9990',
  '{"sort": 3}')), '8 min')),
  'mini retired 2 [active:true>false]', 'a package is retired');
select is(pg_temp.on_sale('2 days'), 'starter', 'and stays retired when its next version is due');
select is(pg_temp.short(pg_temp.put(jsonb_build_array(pg_temp.item('starter', 1199, '9990', '{"sort": 3}'),
  pg_temp.item('mini', 399, '4990')), '9 min')),
  'starter changed 3 [price_usd:1099>1199]; mini restored 2 [active:false>true]', 'and can be restored');

-- Two operators change the packages. The second one has read an outdated version.
select tests.fails_with(format($$ select pg_temp.put(items, '10 min', %L, %L) from list $$, dry_run, version),
  'version_conflict', null, format('another version is refused, dry run %s', dry_run))
from before, unnest(array[true, false]) dry_run;
select is((tests.outcome(format($$ select pg_temp.put(items, '10 min', false, %L) from list $$, version))
  #>> '{details,version}') = settings_packages(tests.after()) ->> 'version', true,
  'the refusal has the current version')
from before;
select is(pg_temp.short(pg_temp.put(jsonb_build_array(pg_temp.item('starter', 1199, '9990',
  '{"sort": 3}')), '10 min', false, settings_packages(tests.after()) ->> 'version')),
  'mini retired 2 [active:true>false]',
  'the version that was read is accepted');

-- The error of a refused list names the field, and nothing changes.
create temporary table audited as select pg_temp.audits() as rows;
select tests.fails_with(format('select pg_temp.put(%L)', jsonb_build_array(pg_temp.item('ok', 1, '1'),
  pg_temp.item('bad', 1, '1') || bad)), 'invalid_request', 'packages[1].' || field,
  format('%s is refused', bad))
from (values ('slug', '{"slug": "Bad"}'::jsonb), ('slug', '{"slug": null}'),
  ('slug', format('{"slug": "%s"}', md5('x')::uuid)::jsonb), ('name', '{"name": ""}'),
  ('name', '{"name": 5}'),
  ('description', '{"description": ""}'), ('highlight', '{"highlight": "yes"}'), ('sort', '{"sort": -1}'),
  ('credits', '{"credits": "0"}'), ('credits', '{"credits": "1e3"}'), ('credits', '{"credits": null}'),
  ('bonus_credits', '{"bonus_credits": "-1"}'), ('prices', '{"prices": []}'),
  ('prices', '{"prices": {"usd": 1}}'),
  ('prices', '{"prices": [{"currency": "usd", "amount": 0}]}'),
  ('prices', '{"prices": [{"currency": "usd", "amount": "1"}]}'),
  ('prices', '{"prices": [{"currency": "usd", "amount": 1}, {"currency": "usd", "amount": 2}]}'))
  r (field, bad);
select tests.fails_with($$ select pg_temp.put(jsonb_build_array(pg_temp.item('two', 1, '1'),
  pg_temp.item('two', 2, '1'))) $$, 'invalid_request', 'packages[0].slug',
  'a slug in the list twice is refused');
select tests.fails_with(format('select pg_temp.put(%L)', bad), 'invalid_request', 'packages',
  format('%s is refused', bad))
from unnest(array['[]', '{}', 'null']::jsonb[]) bad;
select tests.fails_with($$ select pg_temp.put(items, '1 h', p_reason => ' ') from list $$,
  'invalid_request', 'reason',
  'a change without a reason is refused');
select is(pg_temp.audits(), rows, 'a refused list changes nothing') from audited;

-- Slugs are unique and do not change, even in rows that are written by SQL.
select tests.fails_with(format($$ insert into farthing.packages (package_id, version, slug, name, amount,
  currency, credits) values (%L, 7, %L, 'X', 1, 'usd', 1) $$, id, slug), '23001', null,
  format('%s cannot be the slug of another package', slug))
from (values (md5('x')::uuid, 'starter'), ('b04eb8da-a595-4fbc-a8f4-708b219f705a', 'begin')) s (id, slug);

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
