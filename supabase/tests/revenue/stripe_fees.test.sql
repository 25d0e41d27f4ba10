-- Stripe's fees and transfers. A fee is provisional until a payout lists it. Fees are in the currency of
-- the balance, and are compared with Stripe's balance transactions.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/payouts.psql
select plan(51);
update farthing.balance_lists set done_until = tests.after();

create function pg_temp.day(p_columns text[], p_currency text default 'usd') returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', r ->> 'product_line', (select string_agg(r ->> c, ' ' order by nr)
    from unnest(p_columns) with ordinality u (c, nr))), ', ' order by r ->> 'product_line'), 'none')
  from jsonb_array_elements(report_revenue('2027-01-01', '2027-01-01', p_now => tests.after('9 days'))
    -> 'rows') r where r ->> 'currency' = p_currency
$$;
create function pg_temp.fees() returns text language sql as $$
  select pg_temp.day('{stripe_fees,stripe_fees_provisional}')
$$;
create function pg_temp.controls() returns setof text language sql as $$
  select concat_ws(' ', split_part(c ->> 'name', ':', 1), c ->> 'report', c ->> 'source', c ->> 'difference')
  from jsonb_array_elements(report_revenue('2027-01-01', '2027-01-01', p_now => tests.after('9 days'))
    -> 'controls') with ordinality e (c, nr) order by nr
$$;
create function pg_temp.records(p_claim timestamptz, p_transactions jsonb, p_after text, p_passed interval)
returns text language sql as $$
  select balance_record(p_claim, p_transactions, p_after, tests.after(p_passed)) ->> 'taken'
$$;

-- A runner fetches Stripe's transactions since the last list. No two runners do so at the same
-- time.
select is(balance_claim(tests.after('15 min' - interval '1 s')), null, 'no list is due within 15 minutes');
select is(balance_claim(tests.after('15 min')) - 'claimed_at', jsonb_build_object('after', null, 'since',
    extract(epoch from tests.after('-1 hour'))::bigint, 'until',
    extract(epoch from tests.after('15 min'))::bigint),
  'a list begins an hour before the last one, because Stripe may list a transaction late');
select is(balance_claim(tests.after('20 min' - interval '1 s')), null, 'a second runner gets nothing');
select is(tests.buys('ann'), 'ann', 'ann buys');
select is(tests.pays('ann'), '{"received": true}', 'ann pays 999');
select is(pg_temp.records(tests.after('15 min'), jsonb_build_array(tests.listed('ann', 'charge', 940,
  '{"amount": 999, "fee": 59}')), 'txn_ann', '16 min'), 'false', 'a page is stored');
select is((select done_until from farthing.balance_lists), tests.after(), 'the list is not complete');
select is(balance_claim(tests.after('20 min')) - 'claimed_at', jsonb_build_object('after', 'txn_ann', 'since',
    extract(epoch from tests.after('-1 hour'))::bigint, 'until',
    extract(epoch from tests.after('15 min'))::bigint),
  'after five minutes another runner continues the same period');
select is(pg_temp.records(tests.after('15 min'), '[]', null, '21 min'), 'true',
  'the first runner''s page is refused');
select is(pg_temp.records(tests.after('20 min'), '[]', null, '21 min'), 'false', 'the list ends');
select is((select done_until from farthing.balance_lists), tests.after('15 min'),
  'the next list begins at the end of this one');

-- A fee is provisional until a payout lists it. A newer list can change a provisional fee. If a
-- later list of the payout lacks the payment, the fee is provisional again.
select is(pg_temp.fees(), 'credits 0 -59', 'Stripe''s fee is provisional');
select results_eq('select * from pg_temp.controls()', array['money in usd 999 999 0',
  'Stripe''s fees in usd -59 -59 0'], 'lines and balance transactions agree');
create function pg_temp.lists_ann(p_fee int, p_passed interval) returns text language plpgsql as $$
begin
  update farthing.balance_lists set done_until = tests.after();
  return pg_temp.records((balance_claim(tests.after(p_passed)) ->> 'claimed_at')::timestamptz,
    jsonb_build_array(tests.listed('ann', 'charge', 999 - p_fee, jsonb_build_object('amount', 999, 'fee',
    p_fee))), null, p_passed);
end
$$;
select is(pg_temp.lists_ann(59, '1 hour'), 'false', 'Stripe lists the transaction again');
select is(pg_temp.fees(), 'credits 0 -59', 'a fee is booked once');
select is(pg_temp.lists_ann(61, '2 hours'), 'false', 'Stripe lists it with another fee');
select is(pg_temp.fees(), 'credits 0 -61', 'the difference is booked');
select is(tests.pays_out('po_1', 938, '3 hours'), 'processed', 'a payout is made');
select is(tests.lists(jsonb_build_array(tests.listed('ann', 'charge', 938,
  '{"amount": 999, "fee": 61, "source_amount": 999}')),
  '3 hours'), '0', 'the payout lists the payment');
select is(pg_temp.fees(), 'credits -61 0', 'the fee is final');
select is(pg_temp.lists_ann(61, '4 hours'), 'false', 'the list by time has the transaction again');
select is(pg_temp.fees(), 'credits -61 0', 'the fee stays final');
select is((select payout_id from farthing.balance_transactions), 'po_1', 'the payment stays in its payout');
update farthing.reconciliations set due_at = tests.after('5 hours');
select is(tests.lists('[]', '5 hours'), '1', 'the payout is listed again, without the payment');
select is(pg_temp.fees(), 'credits 0 -61', 'the fee is provisional again');

-- A transaction may be listed before its event arrives.
select is(tests.buys('bob'), 'bob', 'bob buys');
select is(pg_temp.records((balance_claim(tests.after('6 hours')) ->> 'claimed_at')::timestamptz,
  jsonb_build_array(tests.listed('bob', 'charge', 939, '{"amount": 999, "fee": 60}'),
    tests.listed('x', 'charge', 500, '{"mark": null, "fee": 30}')), null, '6 hours'), 'false',
  'Stripe lists bob''s payment, and one of another app');
select is(pg_temp.fees(), 'credits 0 -61', 'without the payment''s event the fee is not booked');
select is(tests.pays('bob', '6 hours'), '{"received": true}', 'the event arrives');
select is(pg_temp.fees(), 'credits 0 -121', 'the fee is booked with the payment, and none of the other app');

-- A booking: the buyer pays in yen, and the balance is in dollars.
select isnt(tests.booking('k', 1000, 'jpy'), null, 'ann books for 1000 yen');
select is(tests.payment_event('k', 'succeeded', '7 hours'), 'processed', 'the booking is paid');
select is(tests.fee_event('k', 'created', 0, '7 hours'), 'processed', 'Stripe takes our fee of 30 yen');
select is(pg_temp.records((balance_claim(tests.after('8 hours')) ->> 'claimed_at')::timestamptz, (
  select jsonb_agg(tests.listed(id, kind, net, changes)) from (values
    ('k', 'charge', 629::bigint, '{"amount": 650, "fee": 21, "source_amount": 1000, "source_currency": "jpy"}'
      ::jsonb),
    ('k1', 'transfer', -650, '{"source_id": "tr_k", "charge_id": "ch_k", "source_amount": null,
      "source_currency": null}'),
    ('k2', 'fee', 20, '{"source_id": "fee_k", "fee_id": "fee_k", "charge_id": "ch_k", "source_amount": 30,
      "source_currency": "jpy"}'),
    ('k3', 'transfer_reversal', 65, '{"source_id": "trr_k", "transfer_id": "tr_k", "source_amount": null,
      "source_currency": null}')) l (id, kind, net, changes)), null, '8 hours'), 'false',
  'Stripe lists the booking''s transactions');
select is(pg_temp.day('{gross,application_fees,transfers,stripe_fees_provisional,net}', 'jpy'),
  'bookings 1000 30 0 0 30', 'the payment and our fee are in yen');
select is(pg_temp.day('{gross,application_fees,transfers,stripe_fees_provisional,net}'),
  'bookings 0 0 -585 -21 -21, credits 1998 0 0 -121 1877', 'the transfer and Stripe''s fee are in dollars');
select results_eq('select * from pg_temp.controls()', array['money in jpy 1030 1030 0',
  'money in usd 1413 1413 0', 'Stripe''s fees in usd -142 -142 0'],
  'lines and balance transactions agree in each currency');

-- A dispute of a payment in dollars is settled in euros. The dispute counts in dollars, and its fee in
-- euros.
create function pg_temp.disputes(p_status text, p_movements jsonb, p_passed interval) returns jsonb
language sql as $$
  select tests.receive('charge.dispute.updated', jsonb_build_object('dispute_id', 'du_eur', 'payment_id',
    'pi_ann', 'charge_id', 'ch_ann', 'amount', 999, 'currency', 'usd', 'status', p_status, 'reason',
    'fraudulent', 'case_type', 'chargeback', 'movements', p_movements), p_passed)
$$;
select is(pg_temp.disputes('lost', '[{"id": "txn_out", "amount": -920, "fee": 1500, "currency": "eur",
  "exchange_rate": 0.92}]', '9 hours'), '{"received": true}', 'the bank withdraws 920 euro cents for 999');
select is(concat_ws('; ', pg_temp.day('{disputes,dispute_fees}'), pg_temp.day('{disputes,dispute_fees}',
  'eur')),
  'bookings 0 0, credits -999 0; credits 0 -1500', 'the dispute counts in dollars, and its fee in euros');
select is(pg_temp.disputes('won', '[{"id": "txn_out", "amount": -920, "fee": 1500, "currency": "eur",
  "exchange_rate": 0.92}, {"id": "txn_in", "amount": 900, "fee": -1500, "currency": "eur",
    "exchange_rate": 0.9}]',
  '10 hours'), '{"received": true}', 'the money returns at another rate');
select is(concat_ws('; ', pg_temp.day('{disputes,dispute_fees}'), pg_temp.day('{disputes,dispute_fees}',
  'eur')),
  'bookings 0 0, credits 0 0; credits 0 0', 'nothing of a dispute that was won remains');

-- Stripe's transaction was made before midnight, and the event of the payment after midnight.
select is(tests.buys('cat'), 'cat', 'cat buys');
select is(tests.pays('cat', '24 hours 1 second'), '{"received": true}', 'the event is from the next day');
select is(pg_temp.records((balance_claim(tests.after('25 hours')) ->> 'claimed_at')::timestamptz,
  jsonb_build_array(tests.listed('cat', 'charge', 940, jsonb_build_object('amount', 999, 'fee', 59,
    'occurred_at', extract(epoch from tests.after('24 hours' - interval '1 s'))::bigint))), null,
  '25 hours'), 'false',
  'Stripe lists the payment with the day before');
select is((select string_agg(concat_ws(' ', kind, booked_on), ', ' order by line_nr)
  from farthing.revenue_lines where source_id in ('pi_cat', 'txn_cat')),
  'charge 2027-01-02, stripe_fee_provisional 2027-01-02', 'the fee counts in the day of its payment');
select results_eq('select * from pg_temp.controls()', array['money in jpy 1030 1030 0',
  'money in usd 1413 1413 0', 'Stripe''s fees in usd -142 -142 0'],
  'lines and transactions agree in each day');

-- A transfer that failed at Stripe has two balance transactions.
select is(pg_temp.records((balance_claim(tests.after('26 hours')) ->> 'claimed_at')::timestamptz, (
  select jsonb_agg(tests.listed(id, kind, net, changes || '{"source_amount": null, "source_currency": null}'))
  from (values
    ('f1', 'transfer', -500::bigint, '{"source_id": "tr_f", "charge_id": "ch_f"}'::jsonb),
    ('f2', 'transfer', 500, '{"source_id": "tr_f", "charge_id": "ch_f", "type": "transfer_failure"}'),
    ('f3', 'transfer_reversal', 500, '{"source_id": "trr_f", "transfer_id": "tr_f"}'))
    l (id, kind, net, changes)), null, '26 hours'), 'false', 'its reversal is stored');

-- Storing a transaction never scans all revenue lines. So one request has enough time to store a
-- page of Stripe's list, however many lines already exist.
create function pg_temp.scans() returns bigint language sql as $$
  select seq_scan from pg_stat_xact_user_tables where relid = 'farthing.revenue_lines'::regclass
$$;
create function pg_temp.scanned(p_sql text) returns bigint language plpgsql as $$
declare
  v_before bigint := pg_temp.scans();
begin
  execute p_sql;
  return pg_temp.scans() - v_before;
end
$$;
set local enable_seqscan = off;
discard plans; -- a cached plan would ignore the new setting
select is(pg_temp.scanned($$ select farthing.book_transaction(t, tests.after('26 hours'))
  from farthing.balance_transactions t $$), 0::bigint, 'a transaction finds its lines by an index');
select is(pg_temp.scanned($$ select report_payout('po_1') $$), 0::bigint,
  'and so do the lines of a payout');
select is(pg_temp.scanned('select from farthing.revenue_lines where effective_at < ''2000-01-01'''),
  1::bigint, 'the check counts a scan');
set local enable_seqscan = on;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
