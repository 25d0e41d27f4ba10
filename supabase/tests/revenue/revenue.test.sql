-- The revenue report: payments, refunds, disputes and fees by day, product line and currency.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
select plan(44);

create function pg_temp.report(p_from text, p_to text, p_after text default null, p_limit int default 1000)
returns jsonb language sql as $$
  select report_revenue(p_from::date, p_to::date, p_after, p_limit, tests.after('9 days'))
$$;
-- Returns the days of the report, one line each, without the columns that are 0.
create function pg_temp.days(p_rows jsonb) returns setof text language sql as $$
  select concat_ws(' ', r ->> 'day', r ->> 'product_line', r ->> 'currency', (select string_agg(c || ' ' || v,
    ', ' order by nr) from unnest('{gross,refunds,disputes,dispute_fees,application_fees,
      application_fee_refunds,transfers,stripe_fees,stripe_fees_provisional,net,balance_change}'::text[])
      with ordinality u (c, nr), lateral (select r ->> c) w (v) where v <> '0'))
  from jsonb_array_elements(p_rows) with ordinality e (r, row_nr) order by row_nr
$$;

select is(pg_temp.report('2027-01-01', '2027-01-31') - '{as_of,formulas}'::text[],
  '{"from": "2027-01-01", "to": "2027-01-31", "time_zone": "UTC", "rows": [], "totals": [], "controls": [],
    "policies": [], "next_cursor": null}', 'a shop without a sale has an empty report');

select is(tests.buys(name), name, name || ' buys for 9.99') from unnest('{ann,bob,cyn}'::text[]) name;
select is(pg_temp.report('2027-01-01', '2027-01-31') -> 'rows', '[]', 'an unpaid order is no revenue');
select is(tests.pays('ann', '1 h'), '{"received": true}', 'ann pays on the first day');
select is(tests.pays('ann', '2 h'), '{"received": true}', 'a repeated event of the payment is accepted');
select is(tests.pays('bob', '23 h'), '{"received": true}', 'bob pays on the first day');
select is(tests.receive('checkout.session.completed', jsonb_build_object('order_id', (select order_id
    from tests.bought where name = 'cyn'), 'session_id', 'cs_cyn', 'payment_id', 'pi_cyn', 'payment_status',
    'paid', 'amount', 999, 'currency', 'usd'), '25 h', '23 h 59 min'), '{"received": true}',
  'cyn pays on the first day, and Stripe''s event arrives on the second');
select results_eq($$select * from pg_temp.days(pg_temp.report('2027-01-01', '2027-01-31') -> 'rows')$$,
  array['2027-01-01 credits usd gross 2997, net 2997, balance_change 2997'],
  'three payments of 999 on one day are revenue of 2997, on the day of the payments');
select is((select booked_at - effective_at from farthing.revenue_lines where source_id = 'pi_cyn'),
  interval '1 h 1 min', 'a line has the time of the fact and the time of booking');

select is(tests.refund('ann', 1, 250, 'pending', '26 h'), '{"received": true}', 'ann gets 250 back');
select is(tests.refund('ann', 1, 250, 'succeeded', '27 h'), '{"received": true}', 'the refund succeeds');
select is(tests.refund('ann', 2, 100, 'succeeded', '28 h'), '{"received": true}',
  'ann gets another 100 back');
select is(tests.refund('ann', 2, 100, 'failed', '50 h'), '{"received": true}',
  'this refund fails a day later');
select is(tests.refund('ann', 3, 5, 'failed', '51 h'), '{"received": true}',
  'a refund that had failed before its first event arrived moves no money');
select is(tests.dispute('bob', 'lost', 999, '29 h'), '{"received": true}',
  'bob''s bank withdraws 999, and Stripe takes a fee of 1500');
select is(tests.dispute('bob', 'won', 999, '74 h'), '{"received": true}',
  'the dispute is won after all, and both return');
select results_eq($$select * from pg_temp.days(pg_temp.report('2027-01-02', '2027-01-31') -> 'rows')$$,
  array['2027-01-02 credits usd refunds -350, disputes -999, dispute_fees -1500, net -2849, '
    'balance_change -2849', '2027-01-03 credits usd refunds 100, net 100, balance_change 100',
    '2027-01-04 credits usd disputes 999, dispute_fees 1500, net 2499, balance_change 2499'],
  'a refund and a dispute count on their days, and return on the days on which they fail');

select isnt(tests.booking('k', 20000, 'jpy'), null, 'ann books for 20000 yen');
select is(tests.payment_event('k', 'succeeded', '30 h'), 'processed', 'the booking is paid');
select is(tests.event('application_fee.created', '{"fee_id": "fee_k", "charge_id": "ch_k", "payment_id": null,
  "amount": 600, "amount_refunded": 0, "currency": "jpy"}', '30 h'), 'processed',
  'Stripe takes our fee of 600');
select is(tests.event('application_fee.refunded', '{"fee_id": "fee_k", "charge_id": "ch_k",
  "payment_id": null, "amount": 600, "amount_refunded": 150, "currency": "jpy"}', '31 h'), 'processed',
  'Stripe returns 150 of it');
select is(tests.event('application_fee.refunded', '{"fee_id": "fee_k", "charge_id": "ch_k",
  "payment_id": null, "amount": 600, "amount_refunded": 240, "currency": "jpy"}', '32 h'), 'processed',
  'Stripe returns 240 of it in all');
select is(tests.event('application_fee.refunded', '{"fee_id": "fee_k", "charge_id": "ch_k",
  "payment_id": null, "amount": 600, "amount_refunded": 150, "currency": "jpy"}', '31 h', '33 h'),
  'processed', 'an older event is repeated');
select results_eq($$select * from pg_temp.days(pg_temp.report('2027-01-02', '2027-01-02') -> 'rows')$$,
  array['2027-01-02 bookings jpy gross 20000, application_fees 600, application_fee_refunds -240, net 360, '
    'balance_change 20360',
    '2027-01-02 credits usd refunds -350, disputes -999, dispute_fees -1500, net -2849, '
    'balance_change -2849'],
  'the revenue of a booking is our fee, and yen are not added to dollars');
select is((select array_agg(concat_ws(' ', t ->> 'product_line', t ->> 'currency', t ->> 'gross',
  t ->> 'net'))
    from jsonb_array_elements(pg_temp.report('2027-01-01', '2027-01-31') -> 'totals') t),
  array['bookings jpy 20000 360', 'credits usd 2997 2747'], 'the totals are by product line and currency');
select is((select array_agg(concat_ws(' ', c ->> 'name', c ->> 'report', c ->> 'source', c ->> 'difference'))
    from jsonb_array_elements(pg_temp.report('2027-01-01', '2027-01-31') -> 'controls') c),
  array['money in jpy: lines, and balance transactions at Stripe 20360 0 20360',
    'money in usd: lines, and balance transactions at Stripe 2747 0 2747'],
  'the lines differ from Stripe''s balance transactions before Stripe has listed any');
select is(pg_temp.report('2027-01-01', '2027-01-31', null, 1) ->> 'next_cursor', '2027-01-01 credits usd',
  'a page has a cursor');
select results_eq($$select * from pg_temp.days(pg_temp.report('2027-01-01', '2027-01-03',
    '2027-01-02 bookings jpy', 1) -> 'rows')$$, array['2027-01-02 credits usd refunds -350, disputes -999, '
    'dispute_fees -1500, net -2849, balance_change -2849'], 'the cursor gives the next page');
select tests.fails_with($$select report_revenue('2027-01-02', '2027-01-01')$$, 'invalid_request', 'from',
  'a report must not end before it begins');

select is(tests.code_for('authenticated', 'ann', 'select * from farthing.revenue_lines'), '42501',
  'a user must not read revenue lines');
select is(tests.code_for('authenticated', 'ann', 'select farthing_public.report_revenue()'), '42501',
  'a user must not read the report');
select is(tests.outcome('update farthing.revenue_lines set amount = 1 where line_nr > 0') ->> 'code', '23001',
  'a line never changes');
select is(tests.outcome('delete from farthing.revenue_lines where line_nr > 0') ->> 'code', '23001',
  'a line is never deleted');

-- The report is the same, however many lines have already been added to the daily sums.
create temporary table before as select pg_temp.report('2027-01-01', '2027-01-31') - 'as_of' as report;
select is(farthing.roll_up_revenue(p_limit => 5), 5, 'some lines are added to the sums of their days');
select is(pg_temp.report('2027-01-01', '2027-01-31') - 'as_of', report, 'the report is the same') from before;
select is(farthing.roll_up_revenue(), (select count(*)::int - 5 from farthing.revenue_lines),
  'the next run adds the other lines');
select is(pg_temp.report('2027-01-01', '2027-01-31') - 'as_of', report, 'the report is the same') from before;
select is(farthing.roll_up_revenue(), 0, 'no line is added twice');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
update farthing.revenue_day_sums set amount = amount + 1 where kind = 'charge' and currency = 'jpy';
select is((select string_agg(detail, ', ') from farthing.prove_revenue()),
  'revenue of 2027-01-02, bookings, jpy, charge: 1 lines of 20000 in all, its sums say 1 of 20001',
  'the proof finds a wrong sum');
update farthing.revenue_day_sums set amount = amount - 1 where kind = 'charge' and currency = 'jpy';
update farthing.books set rolled_to = 0 where one_row;
delete from farthing.revenue_day_sums where lines > 0;

-- The proof finds a wrong line, a missing line and an extra line.
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select tests.unguarded('revenue_lines', $$update farthing.revenue_lines set amount = amount + 1
  where kind in ('charge', 'refund', 'dispute', 'dispute_fee', 'application_fee')$$);
select results_eq($$select rule, regexp_replace(detail, '(order|booking|refund) [-0-9a-f]{36}', '\1')
    from farthing.prove_revenue() order by 1, 2$$,
  $$values (9, 'booking: application_fee of 360 jpy, its revenue lines say 361'),
    (9, 'booking: charge of 20000 jpy, its revenue lines say 20001'),
    (9, 'order: charge of 999 usd, its revenue lines say 1000'),
    (9, 'order: charge of 999 usd, its revenue lines say 1000'),
    (9, 'order: charge of 999 usd, its revenue lines say 1000'),
    (10, 'dispute du_bob: dispute of 0 usd, its revenue lines say 1'),
    (10, 'dispute du_bob: dispute_fee of 0 usd, its revenue lines say 2'),
    (10, 'refund: refund of -250 usd, its revenue lines say -249'),
    (10, 'refund: refund of 0 usd, its revenue lines say 1')$$,
  'the proof names each payment, refund, dispute and fee whose lines are wrong');
select * from finish();
rollback;
