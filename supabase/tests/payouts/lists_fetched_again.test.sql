-- If Stripe's list of the transactions in a payout differs from our records, it is requested again
-- once a day for 30 days.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
select plan(10);
update farthing.paid_out_round set done_until = tests.after('-1 day');

select is(tests.buys('ann'), 'ann', 'ann buys');
select is(tests.pays('ann'), '{"received": true}', 'ann pays');
select is(tests.pays_out('po_1', 1000, '4 days'), 'processed', 'her payment is paid out');
select is(tests.lists(jsonb_build_array(tests.listed('ann', 'charge', 1000)), '4 days'), '1',
  'the list has one cent more than our books');

-- Returns true if a run makes the list due again.
create function pg_temp.asks(p_passed interval) returns boolean language plpgsql as $$
begin
  perform farthing.retry_reconciliation(tests.after('4 days' + p_passed));
  return exists (select from farthing.reconciliations where due_at = tests.after('4 days' + p_passed));
end
$$;
select is(pg_temp.asks('1 day' - interval '1 s'), false, 'the list is not requested again within a day');
select is(pg_temp.asks('1 day'), true, 'the list is requested again after a day');
update farthing.reconciliations set due_at = null where payout_id = 'po_1';
select is(pg_temp.asks('30 days' - interval '1 s'), true,
  'the list is requested again until thirty days have passed');
update farthing.reconciliations set due_at = null where payout_id = 'po_1';
select is(pg_temp.asks('30 days'), false, 'the list is not requested any more after thirty days');
select is((select count(*)::int from farthing.mismatches where resolved_at is null), 1,
  'the difference stays open');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
