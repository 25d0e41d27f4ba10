-- Lists in their turn: half of one is none, each difference is compared again, and one that never arrives
-- is reported.

begin;
\ir ../helpers/story.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
select plan(26);
update farthing.paid_out_round set done_until = tests.after('-1 day');

-- A list that is being fetched anew is no list: half of it would differ.
select is(tests.pays_out('po_7', 30, '17 days'), 'processed', 'a payout of two');
create function pg_temp.half(p_id text, p_after text) returns jsonb language sql as $$
  select payouts_record(c ->> 'payout_id', (c ->> 'claimed_at')::timestamptz,
    jsonb_build_array(tests.listed(p_id, 'charge', 15)), p_after, tests.after('17 days'))
  from payouts_claim(tests.after('17 days')) c
$$;
select is(pg_temp.half('h1', 'txn_h1'), '{"listed": false}', 'the first of them is here');
select is(farthing.reconcile('po_7', tests.after('17 days')), 0, 'is not compared');
select is(farthing.open_mismatches(), 0::bigint, 'nor told');
select is((select reconciled_at from farthing.reconciliations where payout_id = 'po_7'), null, 'nor done');
select is(payouts_record('po_7', tests.after('17 days'), jsonb_build_array(tests.listed('h2', 'charge', 15)),
  null, tests.after('17 days')), '{"listed": true, "mismatches": 0}', 'until it is whole');

-- If more differ than one run compares, each has its turn; and Stripe's own states may be long.
select is(tests.pays_out(id, 1, passed), 'processed', id) from (values ('po_9', '18 days'::interval),
  ('po_8', '17 days 23 hours')) p (id, passed);
select is(tests.lists('[]', '18 days'), '1', 'an empty list of something');
select is((select payout_id from farthing.reconciliations where listed_at = tests.after('18 days')), 'po_8',
  'of the payout that was due first');
select is(tests.lists('[]', '18 days'), '1', 'and of the other');
select is(farthing.sweep_reconciliation(tests.after('18 days') + turn * interval '1 hour', 1), 1,
  'a run of one') from generate_series(1, 2) turn;
select results_eq('select subject from farthing.mismatches where resolved_at is null order by seen_at',
  array['po_8', 'po_9'], 'looks at the one that waited longest');
select is(tests.pays_out('po_l', 999, '18 days'), 'processed', 'a payout');
select is(tests.lists(jsonb_build_array(tests.listed('l', 'charge', 999, jsonb_build_object(
  'type', repeat('x', 255), 'our_id', gen_random_uuid()))), '18 days'), '1', 'reported in those words');
delete from farthing.mismatches;

-- A payout that nobody can list is reported: otherwise nothing would say that nobody looks any more.
select is(tests.pays_out('po_n', 940, '20 days'), 'processed', 'a payout is paid');
select is(tests.payout('po_q', 'failed', p_passed => '20 days'), 'processed', 'another failed on its way');
select is(farthing.sweep_reconciliation(tests.after(passed)), found, format('%s are open after %s', found,
  passed)) from (values ('20 days'::interval, 0), ('23 days', 0), ('23 days 1 s', 1), ('24 days', 1))
  p (passed, found);
select results_eq('select tests.mismatches()', array['never_listed po_n: -, 940 usd paid'], 'once, by id');
select is(tests.lists(jsonb_build_array(tests.listed('n', 'charge', 940)), '24 days'), '0', 'it is listed');
select is(farthing.open_mismatches(), 0::bigint, 'and that is all');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
