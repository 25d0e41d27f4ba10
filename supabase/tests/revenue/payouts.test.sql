-- The reports of payouts: automatic payouts with Stripe's lines, manual payouts with assigned lines, and
-- the record that matches each line.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/payouts.psql
select plan(36);
update farthing.balance_lists set done_until = tests.after();

create function pg_temp.payouts() returns setof text language sql as $$
  select concat_ws(' ', r ->> 'payout_id', r ->> 'amount', r ->> 'lines', r ->> 'sum',
    coalesce(r ->> 'difference', '-'), r ->> 'fees', coalesce(r ->> 'itemised', '-'), r ->> 'mismatches')
  from jsonb_array_elements(report_payouts('2027-01-01', '2027-01-31', p_now => tests.after('30 days'))
    -> 'rows') with ordinality e (r, nr) order by nr
$$;
-- Returns the lines of a payout. Each shows the kind of record that it matches, or the id of the dispute.
create function pg_temp.lines(p_id text) returns setof text language sql as $$
  select concat_ws(' ', r ->> 'balance_transaction_id', r ->> 'net',
    case when r ->> 'order_id' is not null then 'order' end,
    case when r ->> 'booking_id' is not null then 'booking' end,
    case when r ->> 'refund_id' is not null then 'refund' end, r ->> 'dispute_id',
    coalesce(r ->> 'matched', '-'), r ->> 'mismatch', coalesce(r ->> 'difference', '-'))
  from jsonb_array_elements(report_payout(p_id) -> 'rows') with ordinality e (r, nr) order by nr
$$;
create function pg_temp.controls(p_report jsonb) returns setof text language sql as $$
  select concat_ws(' ', c ->> 'name', c ->> 'report', c ->> 'source', c ->> 'difference')
  from jsonb_array_elements(p_report -> 'controls') with ordinality e (c, nr) order by nr
$$;
create function pg_temp.stripe_lists(p_transactions jsonb, p_passed interval) returns text language sql as $$
  select balance_record((balance_claim(tests.after(p_passed)) ->> 'claimed_at')::timestamptz, p_transactions,
    null, tests.after(p_passed)) ->> 'taken'
$$;
-- Returns a transaction that becomes available for payouts at p_available.
create function pg_temp.transaction(p_id text, p_kind text, p_amount bigint, p_fee bigint,
  p_available interval,
  p_changes jsonb default '{}') returns jsonb language sql as $$
  select tests.listed(p_id, p_kind, p_amount - p_fee, jsonb_build_object('amount', p_amount, 'fee', p_fee,
    'source_amount', abs(p_amount), 'available_on', extract(epoch from tests.after(p_available))::bigint)
    || p_changes)
$$;

select results_eq('select pg_temp.payouts()', array[]::text[], 'before the first payout the report is empty');
select is(report_payouts(p_now => tests.after()) ->> 'totals', '[]', 'and has no totals');
select tests.fails_with($$select report_payout('po_1')$$, 'not_found', 'id',
  'an unknown payout is not found');

-- An automatic payout whose list has two faults: a payment with an amount that is one cent too high, and a
-- payment that this project does not know.
select is(tests.buys(name), name, name || ' buys') from unnest('{ann,bob,cyn,dan,eve}'::text[]) name;
select is(tests.pays(name), '{"received": true}', name || ' pays') from unnest('{ann,bob,cyn}'::text[]) name;
select is(tests.refund('bob', 1, 400), '{"received": true}', 'bob gets 400 back');
select is(tests.dispute('cyn', 'lost'), '{"received": true}', 'cyn''s bank withdraws 999');
select isnt(tests.booking('k', 1000), null, 'ann books');
select is(tests.payment_event('k', 'succeeded', '1 h'), 'processed', 'the booking is paid');
select is(tests.fee_event('k', 'created', 0, '1 h'), 'processed', 'Stripe takes our fee');
select is(tests.pays_out('po_1', 4000, '1 h'), 'processed', 'a payout is on its way');
select results_eq('select pg_temp.payouts()', array['po_1 4000 0 0 - 0 - 0'],
  'a payout without a list has no difference yet');
select is(tests.lists((select jsonb_agg(t) from (values
    (pg_temp.transaction('ann', 'charge', 1000, 59, '2 days')),
    (pg_temp.transaction('bob', 'charge', 999, 59, '2 days')),
    (pg_temp.transaction('bob1', 'refund', -400, 0, '2 days', '{"source_id": "re_bob_1",
      "payment_id": "pi_bob"}')),
    (pg_temp.transaction('cyn', 'charge', 999, 59, '2 days')),
    (pg_temp.transaction('cyn_1', 'dispute', -999, 1500, '2 days', '{"source_id": "du_cyn",
      "payment_id": "pi_cyn"}')),
    (pg_temp.transaction('dan', 'charge', 999, 59, '2 days', jsonb_build_object('our_id', (select order_id
      from tests.bought where name = 'dan')))),
    (pg_temp.transaction('k', 'charge', 1000, 59, '2 days')),
    (pg_temp.transaction('k1', 'transfer', -1000, 0, '2 days', '{"charge_id": "ch_k", "source_id": "tr_k"}')),
    (pg_temp.transaction('k2', 'fee', 30, 0, '2 days', '{"fee_id": "fee_k", "source_id": "fee_k",
      "charge_id": "ch_k"}')),
    (pg_temp.transaction('x', 'charge', 500, 30, '2 days', '{"mark": null}')),
    (pg_temp.transaction('z_po_1', 'payout', -4000, 0, '1 h', '{"source_id": "po_1"}'))) l (t)), '2 h'), '3',
  'Stripe''s list has three differences');
select results_eq('select pg_temp.payouts()', array['po_1 4000 10 1303 2697 -1825 listed 3'],
  'the report has the sum of ten lines, and its difference to the amount');
select results_eq($$select pg_temp.lines('po_1')$$, array[
  'txn_ann 941 order false differs 1', 'txn_bob 940 order true 0', 'txn_bob1 -400 order refund true 0',
  'txn_cyn 940 order true 0', 'txn_cyn_1 -2499 order du_cyn true 0', 'txn_dan 940 false unknown 999',
  'txn_k 941 booking true 0', 'txn_k1 -1000 booking true -', 'txn_k2 30 booking true 0', 'txn_x 470 - -',
  'txn_z_po_1 -4000 - -'],
  'each line names the record that it matches, and the difference');
select results_eq($$select pg_temp.controls(report_payout('po_1'))$$,
  array['lines of po_1 in usd, and its amount 1303 4000 -2697'], 'the control total shows the difference');
select is((select array_agg(m ->> 'kind' order by m ->> 'kind') from jsonb_array_elements(
    report_payout('po_1') -> 'mismatches') m), array['charge_differs', 'charge_unknown', 'payout_sum'],
  'the mismatches of the payout are named');
select is((select array_agg(concat_ws(' ', t ->> 'reporting_category', t ->> 'gross', t ->> 'fee',
  t ->> 'net'))
    from jsonb_array_elements(report_payout('po_1') -> 'totals') t), array['charge 5497 325 5172',
    'dispute -999 1500 -2499', 'fee 30 0 30', 'payout -4000 0 -4000', 'refund -400 0 -400',
    'transfer -1000 0 -1000'], 'the totals are by reporting category');
select is(report_payout('po_1', null, 2) ->> 'next_cursor', 'txn_bob', 'the lines have pages');
select is(jsonb_array_length(report_payout('po_1', 'txn_k2', 5) -> 'rows'), 2,
  'the cursor gives the next page');

-- A manual payout: the oldest available transactions are assigned to it.
select is(tests.pays(name, '3 days'), '{"received": true}', name || ' pays')
from unnest('{dan,eve}'::text[]) name;
select is(tests.payout('po_2', 'paid', 'not_applicable', jsonb_build_object('automatic', false, 'amount', 940,
  'made_at', extract(epoch from tests.after('6 days'))::bigint), '6 days'), 'processed',
  'a manual payout of 940 is made');
select is(pg_temp.stripe_lists(jsonb_build_array(
  pg_temp.transaction('eve', 'charge', 999, 59, '5 days'),
  pg_temp.transaction('late', 'charge', 700, 0, '7 days', '{"mark": null}'),
  pg_temp.transaction('po_2', 'payout', -940, 0, '6 days', '{"source_id": "po_2"}')), '7 days'), 'false',
  'Stripe lists its transactions by time');
select results_eq('select pg_temp.payouts() offset 1', array['po_2 940 1 940 0 -59 assigned 0'],
  'the available transaction is assigned to the payout, and adds up to it');
select is(tests.payout('po_3', 'paid', 'not_applicable', jsonb_build_object('automatic', false, 'amount', 900,
  'made_at', extract(epoch from tests.after('8 days'))::bigint), '8 days'), 'processed',
  'a manual payout of 900 is made from 700 and money of before the installation');
select is(pg_temp.stripe_lists('[]', '9 days'), 'false', 'Stripe lists nothing new');
select results_eq('select pg_temp.payouts() offset 2', array['po_3 900 1 700 200 0 assigned 0'],
  'the missing 200 are its difference');
select results_eq($$select pg_temp.controls(report_payouts('2027-01-01', '2027-01-31',
    p_now => tests.after('30 days')))$$,
  array['itemised payouts in usd: lines, and amounts 2943 5840 -2897'],
  'the control total is over all itemised payouts');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
