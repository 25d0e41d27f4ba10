-- Trap T27: payments that Stripe never paid out. The scenario begins before Stripe's first payout, which
-- takes weeks for a new account.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
\ir ../helpers/alerts.psql
select plan(22);

-- The project was installed on the first day of the scenario.
update farthing.paid_out_round set done_until = tests.after();

-- Makes one payment each day, and compares the payments with the payouts every 15 minutes, until an
-- alert is open. Returns the number of differences and the open alerts.
create function pg_temp.sells(p_first_day int, p_last_day int) returns text language plpgsql as $$
declare
  v_found int := 0;
  v_alerts text := 'nothing';
  v_now interval;
begin
  for v_day in p_first_day..p_last_day loop
    v_now := v_day * interval '1 day';
    perform tests.buys('buyer' || v_day, v_now);
    perform tests.pays('buyer' || v_day, v_now);
    for v_nr in 1..96 loop
      v_found := v_found + farthing.retry_reconciliation(tests.after(v_now + v_nr * interval '15 minutes'));
    end loop;
    v_alerts := tests.alerts(v_now + interval '1 day');
    exit when v_alerts <> 'nothing';
  end loop;
  return format('%s found, %s', v_found, v_alerts);
end
$$;

-- On each day one buyer pays. Returns the charges of these days, as Stripe lists them.
create function pg_temp.charges(p_days int[]) returns jsonb language sql as $$
  select jsonb_agg(tests.listed('buyer' || d, 'charge', 999)) from unnest(p_days) d
$$;

select is(farthing.known_paid_out_until(tests.after()), null,
  'before the first payout no payment is known to be paid out');
update farthing.alert_rules set enabled = rule = 'reconciliation_mismatch';
select is(pg_temp.sells(0, 20), '0 found, nothing', 'three weeks of sales without a payout raise no alert');
select is((select count(*)::int from farthing.orders where status = 'paid'), 21, '21 payments were made');
select is((select done_until from farthing.paid_out_round), tests.after(), 'no payment counts as checked');

-- The first payout is announced, and the list of its balance transactions arrives a day later.
select is(tests.payout('po_1', 'in_transit', p_passed => '21 days', p_changes => jsonb_build_object('amount',
  13 * 999, 'made_at', extract(epoch from tests.after('21 days'))::bigint)), 'processed',
  'the first payout is announced');
select is(farthing.known_paid_out_until(tests.after('21 days')), null,
  'a payout says nothing before it is listed');
select is(pg_temp.sells(21, 21), '0 found, nothing', 'a payout without a list raises no alert');
select is(tests.payout('po_1', 'paid', 'completed', jsonb_build_object('amount', 13 * 999, 'made_at',
  extract(epoch from tests.after('21 days'))::bigint), '22 days'), 'processed', 'the first payout is paid');
select is(tests.lists(pg_temp.charges(array[0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]), '22 days'), '0',
  'its list contains the payments of two weeks, except the one of day 3');
select is(farthing.known_paid_out_until(tests.after('22 days')), tests.after('7 days'),
  'payments that are two weeks older than the payout are known to be paid out');
select is(farthing.retry_reconciliation(tests.after('22 days') + n * interval '15 minutes'), 0,
  'the first two days lack no payment') from generate_series(1, 2) n;
select is(farthing.retry_reconciliation(tests.after('22 days 45 minutes')), 1,
  'a payment of day 3 was never paid out');
select results_eq('select tests.mismatches()', array['never_paid_out pi_buyer3: 999 usd paid, -'],
  'only that payment is reported');
select is(tests.alerts('22 days 45 minutes'), 'reconciliation_mismatch open',
  'the missing payment raises the alert');
select is((select summary from farthing.incidents where state = 'open'),
  (select format('Our records and Stripe''s differ in 1 place (amounts in minor units): never_paid_out of '
    || 'pi_buyer3, order %s, 999 usd.', order_id) from farthing.orders where payment_ref = 'pi_buyer3'),
  'the alert names the payment, its order and the amount');

-- The check never covers the last two weeks, even if a payout has a date in the future.
select is(pg_temp.sells(22, 22), '0 found, reconciliation_mismatch open', 'a later run finds nothing more');
select is((select done_until from farthing.paid_out_round), tests.after('7 days'),
  'the check stops at the last known moment');
select is(tests.payout('po_2', 'paid', 'completed', jsonb_build_object('amount', 999, 'made_at',
  extract(epoch from tests.after('60 days'))::bigint), '23 days'), 'processed',
  'a payout has a date in the future');
select is(tests.lists(pg_temp.charges(array[3]), '23 days'), '0', 'its list contains the missing payment');
select is(farthing.known_paid_out_until(tests.after('23 days')), tests.after('9 days'),
  'the check never passes the moment two weeks ago');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
