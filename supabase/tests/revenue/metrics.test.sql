-- The report of metrics. The expected figures were computed by hand.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/payouts.psql
select plan(27);
update farthing.balance_lists set done_until = tests.after();

create function pg_temp.report() returns jsonb language sql as $$
  select report_metrics('2027-01-01', '2027-01-31', p_now => tests.after('9 days'))
$$;
-- Returns the metrics, one line each: the value, and in brackets the figures from which it is computed.
create function pg_temp.metrics() returns setof text language sql as $$
  select concat_ws(' ', r ->> 'name', r ->> 'product_line', r ->> 'currency', coalesce(r ->> 'value', '-'),
    format('(%s)', concat_ws('/', r ->> 'numerator', r ->> 'denominator')))
  from jsonb_array_elements(pg_temp.report() -> 'rows') with ordinality e (r, nr) order by nr
$$;
create function pg_temp.controls() returns setof text language sql as $$
  select concat_ws(' ', substring(c ->> 'name' from 'in (...)'), c ->> 'report', c ->> 'source',
    c ->> 'difference')
  from jsonb_array_elements(pg_temp.report() -> 'controls') with ordinality e (c, nr) order by nr
$$;

select results_eq('select pg_temp.metrics()', array['conversion credits - (0/0)',
  'take_rate credits usd - (0/0)'],
  'a shop without a sale has no quotient');

select is(tests.buys(name), name, name || ' buys') from unnest('{ann,bob,cyn,dan}'::text[]) name;
select is(tests.pays(name), '{"received": true}', name || ' pays 999') from unnest('{ann,bob,cyn}'::text[])
  name;
select is(tests.refund('cyn', 1, 499), '{"received": true}', 'cyn gets 499 back');
select isnt(tests.booking('k', 10000), null, 'ann books for 10000');
select isnt(tests.booking('l', 2000, 'usd', 'bob'), null, 'bob books for 2000');
select is(tests.payment_event(label, 'succeeded', '1 h'), 'processed', label || ' is paid')
from unnest('{k,l}'::text[]) label;
select is(tests.fee_event('k', 'created', 0, '1 h'), 'processed', 'Stripe collects our fee of 300 for k');
select is(tests.fee_event('k', 'refunded', 30, '2 h'), 'processed', 'a tenth of it is refunded');
select isnt(usage_charge(tests.person('ann'), '{"event_id": "e1", "model": "gpt-4o", "input_tokens": 1000,
  "output_tokens": 500}', p_now => tests.after('3 h')), null, 'ann uses 50 credits,
    whose tokens cost 0.0125 dollars');
select isnt(farthing.seal(), 0, 'the entries are sealed');

select results_eq('select pg_temp.metrics()', array[
  'application_fee_capture bookings usd 0.833333 (300/360)',
  'application_fees_missing bookings usd 1 (1)',
  'application_fees_requested bookings usd 360 (360)',
  'arpu bookings usd 135 (270/2)',
  'arpu credits usd 832.666667 (2498/3)',
  'arpu usd 922.666667 (2768/3)',
  'conversion credits 0.75 (3/4)',
  'gmv bookings usd 12000 (12000)',
  'gmv credits usd 2997 (2997)',
  'gmv usd 14997 (14997)',
  'net_revenue bookings usd 270 (270)',
  'net_revenue credits usd 2498 (2498)',
  'net_revenue usd 2768 (2768)',
  'paying_accounts bookings usd 2 (2)',
  'paying_accounts credits usd 3 (3)',
  'paying_accounts usd 3 (3)',
  'take_rate bookings usd 0.0225 (270/12000)',
  'take_rate credits usd 0.75 (0.0375/0.05)'], 'each metric is that of a calculation by hand');
select results_eq('select pg_temp.controls()', array['usd 300 0 300'],
  'the collected fee is not in Stripe''s list yet');
select is(balance_record((balance_claim(tests.after('4 h')) ->> 'claimed_at')::timestamptz,
  jsonb_build_array(tests.listed('k2', 'fee', 300, '{"source_id": "fee_k", "fee_id": "fee_k",
    "charge_id": "ch_k"}')), null, tests.after('4 h')) ->> 'taken', 'false', 'Stripe lists the fee');
select results_eq('select pg_temp.controls()', array['usd 300 300 0'], 'the collected fees agree');
select is((select count(*)::int from jsonb_array_elements(pg_temp.report() -> 'rows') r
    where r ->> 'formula' is null), 0, 'each metric has its formula');
select is(pg_temp.report() -> 'rows' -> 0, report_metrics('2027-01-01', '2027-01-31', null, 1,
    tests.after('9 days')) -> 'rows' -> 0, 'a page has the first metrics');

select isnt(tests.booking('m', 5000, 'eur'), null, 'ann books for 5000 in euros');
select is(tests.payment_event('m', 'succeeded', '5 h'), 'processed', 'm is paid');
select results_eq($$select m from pg_temp.metrics() m where m like 'paying_accounts%eur%'$$,
  array['paying_accounts bookings eur 1 (1)', 'paying_accounts eur 1 (1)'],
  'a product line without a buyer in a currency has no line');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
