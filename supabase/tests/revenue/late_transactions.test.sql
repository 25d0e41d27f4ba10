-- The month of a transaction closes before Stripe lists the transaction. The transaction's fee then
-- counts in the open month, and the control totals of both months show the difference.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
select plan(15);
update farthing.balance_lists set done_until = tests.after('-1 day');

create function pg_temp.controls(p_from date, p_to date) returns setof text language sql as $$
  select concat_ws(' ', c ->> 'name', c ->> 'report', c ->> 'source', c ->> 'difference')
  from jsonb_array_elements(report_revenue(p_from, p_to, p_now => tests.after('60 days')) -> 'controls')
    with ordinality e (c, nr) order by nr
$$;
create function pg_temp.fees(p_month text) returns text language sql as $$
  select string_agg(r ->> 'stripe_fees_provisional', ' ') from jsonb_array_elements(report_revenue(
    (p_month || '-01')::date, (p_month || '-28')::date, p_now => tests.after('60 days')) -> 'rows') r
$$;

select is(tests.buys('ann'), 'ann', 'ann buys');
select is(tests.pays('ann', '20 days'), '{"received": true}', 'ann pays in January');
select isnt(farthing.close_months(tests.after('34 days')), 0,
  'January closes before Stripe lists the payment');
create temporary table january as
select report_revenue('2027-01-01', '2027-01-31', p_now => tests.after('60 days')) -> 'totals' as totals;
select results_eq($$ select * from pg_temp.controls('2027-01-01', '2027-01-31') $$,
  array['money in usd: lines, and balance transactions at Stripe 999 0 999'],
  'the control of January names the payment that Stripe has not listed');

select is(balance_record((balance_claim(tests.after('40 days')) ->> 'claimed_at')::timestamptz,
  jsonb_build_array(tests.listed('ann', 'charge', 940, jsonb_build_object('amount', 999, 'fee', 59,
    'occurred_at', extract(epoch from tests.after('20 days'))::bigint))), null,
  tests.after('40 days')) ->> 'taken', 'false', 'Stripe lists it in February, with a fee of 59');
select is((select booked_on from farthing.balance_transactions), '2027-01-21',
  'the transaction counts on the day of its payment');
select is(report_revenue('2027-01-01', '2027-01-31', p_now => tests.after('60 days')) -> 'totals', totals,
  'the figures of January stay') from january;
select is(array[pg_temp.fees('2027-01'), pg_temp.fees('2027-02')], '{0,-59}', 'the fee is in February');
select results_eq($$ select * from pg_temp.controls('2027-01-01', '2027-01-31') $$,
  array['money in usd: lines, and balance transactions at Stripe 999 999 0',
    'Stripe''s fees in usd: lines, and balance transactions at Stripe 0 -59 59'],
  'the control of January names the late fee');
select results_eq($$ select * from pg_temp.controls('2027-02-01', '2027-02-28') $$,
  array['Stripe''s fees in usd: lines, and balance transactions at Stripe -59 0 -59'],
  'the control of February names it with the other sign');
select results_eq($$ select * from pg_temp.controls('2027-01-01', '2027-02-28') $$,
  array['money in usd: lines, and balance transactions at Stripe 999 999 0',
    'Stripe''s fees in usd: lines, and balance transactions at Stripe -59 -59 0'],
  'a range over both months has no difference');

select is(tests.buys('bob'), 'bob', 'bob buys');
select is(tests.pays('bob', '45 days'), '{"received": true}', 'bob pays in February');
select is((select booked_on from farthing.revenue_lines where source_id = 'pi_bob'), '2027-02-15',
  'a payment of the open month counts on its day');
select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
