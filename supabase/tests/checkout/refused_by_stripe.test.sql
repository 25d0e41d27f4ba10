-- A checkout that Stripe refused, and a checkout for which Stripe did not answer.

begin;
\ir ../helpers/all_tests.psql
select plan(6);

create function pg_temp.begins(p_click text, p_passed interval) returns uuid language sql as $$
  select (checkout_begin(tests.person('fay'), 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test',
    'https://a.test', p_click, tests.sha256('fay'), tests.sha256('f'), tests.after(p_passed))
    #>> '{order,order_id}')::uuid
$$;
create temporary table fay as select pg_temp.begins('first', '0') as order_id;
select is(checkout_abandon(tests.sha256('fay')), '{}', 'Stripe does not answer');
select is(pg_temp.begins('again', '1 s'), order_id, 'a retry finds the same order') from fay;
select is(checkout_abandon(tests.sha256('fay'), order_id), '{}', 'Stripe refuses the session') from fay;
select isnt(pg_temp.begins('third', '2 s'), order_id, 'a click after a refusal gets another order')
from fay;

-- An order refers to the version of the package that was sold.
select ok((select count(*) > 0 from farthing.orders o where (o.package_id, o.package_version) =
  (select x.package_id, x.package_version from farthing.orders x limit 1)),
  'T15: orders are found by their package version');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
