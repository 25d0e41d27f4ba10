-- Stripe's lists of the transactions in each payout. An incomplete list is not compared. A run
-- compares only some of the payouts that differ from our records, and later runs compare the
-- others. A list that never arrives is reported.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
select plan(26);
update farthing.paid_out_round set done_until = tests.after('-1 day');

-- A list that is still being fetched is not compared: its sum is not yet the amount of the payout.
select is(tests.pays_out('po_7', 30, '17 days'), 'processed', 'a payout of two charges is announced');
create function pg_temp.half(p_id text, p_after text) returns jsonb language sql as $$
  select payouts_record(c ->> 'payout_id', (c ->> 'claimed_at')::timestamptz,
    jsonb_build_array(tests.listed(p_id, 'charge', 15)), p_after, tests.after('17 days'))
  from payouts_claim(tests.after('17 days')) c
$$;
select is(pg_temp.half('h1', 'txn_h1'), '{"listed": false}', 'the first page of its list is stored');
select is(farthing.reconcile('po_7', tests.after('17 days')), 0, 'an incomplete list is not compared');
select is(farthing.open_mismatches(), 0::bigint, 'an incomplete list reports no difference');
select is((select reconciled_at from farthing.reconciliations where payout_id = 'po_7'), null,
  'an incomplete list is not marked as reconciled');
select is(payouts_record('po_7', tests.after('17 days'), jsonb_build_array(tests.listed('h2', 'charge', 15)),
  null, tests.after('17 days')), '{"listed": true, "mismatches": 0}',
  'the complete list is compared and agrees');

-- If more payouts differ from our records than one run can compare, each run compares the payouts
-- that have waited longest. Stripe's name for a type of transaction may be long.
select is(tests.pays_out(id, 1, passed), 'processed',
  format('payout %s is announced', id)) from (values ('po_9', '18 days'::interval),
  ('po_8', '17 days 23 hours')) p (id, passed);
select is(tests.lists('[]', '18 days'), '1', 'an empty list of a payout with an amount is a difference');
select is((select payout_id from farthing.reconciliations where listed_at = tests.after('18 days')), 'po_8',
  'the list that was due first is fetched first');
select is(tests.lists('[]', '18 days'), '1', 'the empty list of the second payout is a difference, too');
select is(farthing.retry_reconciliation(tests.after('18 days') + turn * interval '1 hour', 1), 1,
  'a run with a limit of one compares one payout') from generate_series(1, 2) turn;
select results_eq('select subject from farthing.mismatches where resolved_at is null order by seen_at',
  array['po_8', 'po_9'], 'each run compares the payout that has waited longest');
select is(tests.pays_out('po_l', 999, '18 days'), 'processed', 'a payout of 999 cents is announced');
select is(tests.lists(jsonb_build_array(tests.listed('l', 'charge', 999, jsonb_build_object(
  'type', repeat('x', 255), 'our_id', gen_random_uuid()))), '18 days'), '1',
  'a charge whose type has 255 characters is recorded');
delete from farthing.mismatches;

-- A payout whose list could not be fetched within three days is reported. The list may still arrive later.
select is(tests.pays_out('po_n', 940, '20 days'), 'processed', 'a payout is paid');
select is(tests.payout('po_q', 'failed', p_passed => '20 days'), 'processed',
  'a payout that failed on its way is recorded');
select is(farthing.retry_reconciliation(tests.after(passed)), found,
  format('%s payouts without a list are reported after %s', found, passed))
from (values ('20 days'::interval, 0), ('23 days', 0), ('23 days 1 s', 1), ('24 days', 1))
  p (passed, found);
select results_eq('select tests.mismatches()', array['never_listed po_n: -, 940 usd paid'],
  'the paid payout without a list is reported once, by its id');
select is(tests.lists(jsonb_build_array(tests.listed('n', 'charge', 940)), '24 days'), '0',
  'the list arrives and agrees');
select is(farthing.open_mismatches(), 0::bigint, 'the report of the missing list is resolved');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
