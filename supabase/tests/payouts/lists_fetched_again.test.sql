-- A payout whose list differs from our books: Stripe is asked for the list again once a day, for a month.

begin;
\ir ../helpers/story.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
select plan(10);
update farthing.paid_out_round set done_until = tests.after('-1 day');

select is(tests.buys('ann'), 'ann', 'ann buys');
select is(tests.pays('ann'), '{"received": true}', 'and pays');
select is(tests.pays_out('po_1', 1000, '4 days'), 'processed', 'it is paid out');
select is(tests.lists(jsonb_build_array(tests.listed('ann', 'charge', 1000)), '4 days'), '1',
  'with a cent that our books do not have');

-- Whether a run makes the list due again.
create function pg_temp.asks(p_passed interval) returns boolean language plpgsql as $$
begin
  perform farthing.sweep_reconciliation(tests.after('4 days' + p_passed));
  return exists (select from farthing.reconciliations where due_at = tests.after('4 days' + p_passed));
end
$$;
select is(pg_temp.asks('1 day' - interval '1 s'), false, 'within a day Stripe is not asked again');
select is(pg_temp.asks('1 day'), true, 'after a day it is');
update farthing.reconciliations set due_at = null where payout_id = 'po_1';
select is(pg_temp.asks('30 days' - interval '1 s'), true, 'and for thirty days');
update farthing.reconciliations set due_at = null where payout_id = 'po_1';
select is(pg_temp.asks('30 days'), false, 'and no longer');
select is((select count(*)::int from farthing.mismatches where resolved_at is null), 1,
  'though the difference is still there');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
