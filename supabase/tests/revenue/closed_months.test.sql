-- Closed months: a fact that arrives late counts in the oldest open month, and the figures of a closed
-- month do not change.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
select plan(34);

create function pg_temp.month(p_nr int) returns jsonb language sql as $$
  select report_revenue(make_date(2027, p_nr, 1), (make_date(2027, p_nr, 1) + interval '1 month')::date - 1,
    p_now => tests.after('200 days')) - '{as_of,controls}'::text[]
$$;
-- Returns the days of a report, one line each.
create function pg_temp.days(p_report jsonb) returns setof text language sql as $$
  select concat_ws(' ', r ->> 'day', r ->> 'gross', r ->> 'refunds', r ->> 'disputes', r ->> 'dispute_fees',
    r ->> 'stripe_fees', r ->> 'stripe_fees_provisional', r ->> 'net', case r ->> 'closed' when 'true' then
    'closed' else 'open' end)
  from jsonb_array_elements(p_report -> 'rows') with ordinality e (r, nr) order by nr
$$;
-- Records Stripe's list of balance transactions, as a runner does.
create function pg_temp.stripe_lists(p_transactions jsonb, p_passed interval) returns jsonb language sql as $$
  select balance_record((balance_claim(tests.after(p_passed)) ->> 'claimed_at')::timestamptz, p_transactions,
    null, tests.after(p_passed))
$$;
create function pg_temp.charge(p_name text, p_passed interval, p_fee bigint) returns jsonb language sql as $$
  select tests.listed(p_name, 'charge', 999, jsonb_build_object('fee', p_fee, 'net', 999 - p_fee,
    'occurred_at', extract(epoch from tests.after(p_passed))::bigint))
$$;
update farthing.balance_lists set done_until = tests.after('-1 day');

select is(farthing.day_to_book(tests.after(effective::interval), tests.after(booked::interval), '2027-02-01'),
  expected::date, name)
from (values
  ('31 days', '31 days', '2027-02-01', 'a fact of the open month counts on its day'),
  ('70 days', '71 days', '2027-03-12', 'a fact of a later month counts on its day'),
  ('30 days 23:59:59', '40 days', '2027-02-10', 'a fact of a closed month counts on the day of booking'),
  ('30 days', '60 days', '2027-02-28',
    'a fact that arrives after the open month''s end counts on the month''s last day'),
  ('0 days', '30 days', '2027-02-01',
    'a fact that arrives before the open month begins counts on its first day')) d (effective, booked,
      expected,
    name);

select is(farthing.close_months(tests.after('33 days 23:59:59')), 1,
  'the first run closes all months before the current one');
select is((select open_from from farthing.books), '2027-01-01',
  'January is open until three days after its end');

select is(tests.buys(name), name, name || ' buys') from unnest('{ann,bob,cyn}'::text[]) name;
select is(tests.pays('ann', '20 days'), '{"received": true}', 'ann pays in January');
select is(tests.pays('bob', '20 days'), '{"received": true}', 'bob pays in January');
select is(tests.refund('ann', 1, 99, p_passed => '33 days'), '{"received": true}',
  'a refund in February counts in February, while January is open');
select is(pg_temp.stripe_lists(jsonb_build_array(pg_temp.charge('ann', '20 days', 59),
  pg_temp.charge('bob', '20 days', 60)), '32 days'), '{"taken": false}', 'Stripe lists fees of 59 and 60');
create temporary table january as select pg_temp.month(1) as report;
select results_eq('select pg_temp.days(report) from january',
  array['2027-01-21 1998 0 0 0 0 -119 1879 open'], 'January has two payments and provisional fees');

select is(farthing.close_months(tests.after('34 days')), 1, 'January closes three days after its end');
select is(farthing.close_months(tests.after('34 days')), 0, 'a closed month is not closed again');
select is((select closed_at from farthing.books), tests.after('34 days'), 'the time of closing is stored');
select results_eq('select pg_temp.days(pg_temp.month(1))',
  array['2027-01-21 1998 0 0 0 0 -119 1879 closed'], 'January is closed');

-- Facts about payments of January that arrive in February and March.
select is(tests.receive('checkout.session.completed', jsonb_build_object('order_id', (select order_id
    from tests.bought where name = 'cyn'), 'session_id', 'cs_cyn', 'payment_id', 'pi_cyn', 'payment_status',
    'paid', 'amount', 999, 'currency', 'usd'), '35 days', '30 days'), '{"received": true}',
  'a payment of January arrives on 5 February');
select is(tests.dispute('bob', 'lost', 999, '36 days', '29 days'), '{"received": true}',
  'a dispute of January arrives on 6 February');
select is(tests.refund('ann', 2, 900, 'succeeded', '40 days'), '{"received": true}',
  'a payment of January is refunded on 10 February');
select is(tests.pays_out('po_1', 1838, '41 days'), 'processed', 'both payments are paid out in February');
select is(tests.lists(jsonb_build_array(pg_temp.charge('ann', '20 days', 59),
  pg_temp.charge('bob', '20 days', 101)), '41 days'), '0',
  'the payout lists both fees, one of them with another amount');
select is(pg_temp.stripe_lists(jsonb_build_array(pg_temp.charge('cyn', '30 days', 7)), '60 days'),
  '{"taken": false}', 'a fee of January is listed in March, before February closes');

select results_eq('select pg_temp.days(pg_temp.month(1))',
  array['2027-01-21 1998 0 0 0 0 -119 1879 closed'], 'the figures of January are the same');
select is((select pg_temp.month(1) -> 'totals'), (select report -> 'totals' from january),
  'the totals of January are the same');
select results_eq('select pg_temp.days(pg_temp.month(2))', array[
  '2027-02-03 0 -99 0 0 0 0 -99 open',
  '2027-02-05 999 0 0 0 0 -7 992 open',
  '2027-02-06 0 0 -999 -1500 0 0 -2499 open',
  '2027-02-10 0 -900 0 0 0 0 -900 open',
  '2027-02-11 0 0 0 0 -160 119 -41 open'],
  'February has the late facts: the provisional fees are reversed, and the final ones are booked');
select is((select array_agg(c ->> 'difference') from jsonb_array_elements(report_revenue('2027-01-01',
    '2027-02-28',
      p_now => tests.after('200 days')) -> 'controls') c where c ->> 'name' like 'Stripe''s fees%'),
  array['-1500'], 'the fees of both months differ from Stripe''s list by the fee of the unlisted dispute');

select is(farthing.close_months(tests.after('100 days')), 1, 'several months close at once');
select is((select open_from from farthing.books), '2027-04-01', 'the oldest open month is April');
select is(tests.outcome('delete from farthing.books where one_row') ->> 'code', '23001',
  'the row of closed months is never deleted');
select farthing.set_policy('{"months_close_after": "0"}', 'no delay', p_now => tests.after('120 days'));
select is(farthing.close_months(tests.after('120 days')), 1, 'without a delay a month closes at its end');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
