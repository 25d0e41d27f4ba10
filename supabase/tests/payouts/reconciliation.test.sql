-- Reconciliation: a runner fetches Stripe's list of the transactions in a payout, and the list is
-- compared with our records. No two runners fetch the list of the same payout at the same time. A
-- difference is reported until the list and our records agree.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/payouts.psql
select plan(119);
update farthing.paid_out_round set done_until = tests.after('-1 day');

-- A list becomes due, and only one runner claims it.
select is(tests.payout('po_1', 'in_transit'), 'processed', 'a payout is on its way');
select is(payouts_claim(tests.after('9 days')), null, 'the list of a payout on its way is not due');
select is(tests.payout('po_1', 'paid'), 'processed', 'the payout is paid');
select is(farthing.payout_lists_are_due(tests.after('59 min')), false,
  'within an hour the runner waits for Stripe''s event');
select is(farthing.payout_lists_are_due(tests.after('60 min')), true,
  'after an hour the list is due without the event');
select is(tests.payout('po_1', 'paid', 'completed', p_passed => '2 min'), 'processed',
  'Stripe''s event says that the list is available');
select is(payouts_claim(tests.after('2 min')) - 'claimed_at', '{"payout_id": "po_1", "after": null}',
  'one runner claims the list');
select is(payouts_claim(tests.after('6 min')), null, 'a second runner gets nothing');
select is(payouts_claim(tests.after('7 min')) ->> 'payout_id', 'po_1',
  'after five minutes another runner takes the claim over');
select is(payouts_record('po_1', tests.after('2 min'), '[]', null, tests.after('7 min')), '{"taken": true}',
  'the first runner''s report is refused as taken');
select is(payouts_record('po_1', tests.after('7 min'), jsonb_build_array(tests.listed('a', 'charge', 900),
  tests.listed('b', 'charge', 30)), 'txn_b', tests.after('8 min')), '{"listed": false}',
  'a page of the list is stored');
select is(payouts_claim(tests.after('12 min')) ->> 'after', 'txn_b',
  'the next run continues after the stored page');
select is(payouts_record('po_1', tests.after('12 min'), jsonb_build_array(tests.listed('b', 'charge', 30),
  tests.listed('c', 'charge', 10), tests.listed('p', 'payout', -940, '{"source_id": "po_1"}')), null,
  tests.after('13 min')), '{"listed": true, "mismatches": 0}',
  'the last page ends the list without a difference');
select results_eq($$ select ours, not_ours, reconciled_at, due_at, claimed_at, attempts
  from farthing.reconciliations $$, $$ values (0, 3, tests.after('13 min'), null::timestamptz,
    null::timestamptz, 0) $$,
  'transactions without our mark are counted and not compared');
select is(tests.payout('po_1', 'failed', 'completed', p_passed => '1 hour'), 'processed',
  'the bank returns the payout');
select is(payouts_claim(tests.after('9 days')), null, 'a list that was stored is not due again');
select is(tests.payout('po_m', 'paid', 'not_applicable', '{"automatic": false}'), 'processed',
  'a manual payout is paid');
select is(payouts_claim(tests.after('9 days')), null, 'a manual payout has no list');
select is(tests.payout('po_2', 'failed', p_passed => '1 day'), 'processed', 'a payout fails on its way');
select is((select string_agg(to_char(t, 'DD HH24:MI'), ', ' order by t) from (
  select generate_series(tests.after('1 day'), tests.after('3 days'), '1 min') t) s
  where payouts_claim(t) is not null), '02 01:00, 02 01:05, 02 01:10, 02 01:15, 02 01:23, 02 01:39, '
  || '02 02:11, 02 03:15, 02 05:23, 02 09:39, 02 18:11, 03 11:15',
  'the list of a failed payout is requested at growing intervals');
delete from farthing.reconciliations where payout_id = 'po_2';

-- A list that agrees with our records has no mismatch.
select is(tests.buys(name), name, name || ' buys') from unnest(array['ann', 'bob', 'cid', 'dan', 'eve']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays')
from unnest(array['ann', 'bob', 'cid', 'dan']) name;
select isnt(tests.refund('bob', 1, 400), null, 'bob gets a part refunded');
select isnt(tests.refund('bob', 2, 100, 'failed'), null, 'another refund of bob''s fails');
select isnt(tests.dispute('cid', 'lost'), null, 'cid''s bank withdraws the whole payment');
select isnt(tests.booking('k', 1000), null, 'a user books');
select is(tests.payment_event('k', 'succeeded', '0'), 'processed', 'the booking is paid');
select is(tests.fee_event('k', 'created', 0, '0'), 'processed', 'Stripe takes our fee for the booking');
select is(tests.refund_event('k', 'k1', 400, 'succeeded', '1 s'), 'processed',
  'a part of the booking is refunded');
select is(tests.fee_event('k', 'refunded', 12, '1 s'), 'processed', 'a part of the fee is refunded');
select isnt(tests.booking('z', 700), null, 'a user books again');
select is(tests.payment_event('z', 'succeeded', '0'), 'processed', 'the second booking is paid');
create temporary table list (nr int generated always as identity, id text, tx jsonb);
insert into list (id, tx) select id, tests.listed(id, kind, net, changes) from (values
  ('ann', 'charge', 999::bigint, jsonb_build_object('our_id', (select order_id from tests.bought
    where name = 'ann'), 'fee', 59, 'net', 940)),
  ('bob', 'charge', 999, '{}'), ('cid', 'charge', 999, '{}'),
  ('bob1', 'refund', -400, '{"source_id": "re_bob_1", "payment_id": "pi_bob"}'),
  ('bob2', 'refund', -100, '{"source_id": "re_bob_2", "payment_id": "pi_bob"}'),
  ('bob3', 'refund', 100, '{"source_id": "re_bob_2", "payment_id": "pi_bob", "type": "refund_failure"}'),
  ('cid1', 'dispute', -999, '{"source_id": "du_cid", "payment_id": "pi_cid", "fee": 1500, "net": -2499}'),
  -- The buyer paid in a currency that differs from the currency of our balance.
  ('k', 'charge', 920, jsonb_build_object('our_id', tests.booking_id('k'), 'source_amount', 1000)),
  ('k1', 'other', -920, '{"type": "transfer", "source_id": "tr_k"}'),
  ('k2', 'fee', 30, '{"source_id": "fee_k", "fee_id": "fee_k", "charge_id": "ch_k"}'),
  ('k3', 'fee_refund', -12, '{"source_id": "fr_k", "fee_id": "fee_k"}'),
  ('k4', 'refund', -400, '{"source_id": "re_k1", "payment_id": "pi_k"}'),
  ('x', 'charge', 700, '{"our_id": "order 7 of another shop"}'),
  ('y', 'charge', 10, jsonb_build_object('our_id', gen_random_uuid(), 'mark', null)),
  ('y1', 'refund', -10, jsonb_build_object('our_id', gen_random_uuid(), 'mark', gen_random_uuid())),
  ('x1', 'refund', -700, '{"source_id": "re_x"}'),
  ('x2', 'dispute', -700, '{"source_id": "du_x"}'), ('x3', 'fee', 700, '{"fee_id": "fee_x"}'),
  ('po', 'payout', 343, '{"source_id": "po_3"}')) l (id, kind, net, changes);
create function pg_temp.list() returns jsonb language sql as $$ select jsonb_agg(tx order by nr) from list $$;
select is(tests.pays_out('po_3', (select sum((tx ->> 'net')::bigint) filter (where id <> 'po') from list)
  ::bigint, '4 days'), 'processed', 'all transactions are paid out');
select is(tests.lists(pg_temp.list(), '4 days'), '0', 'the list agrees with our books');
select is_empty('select tests.mismatches()', 'no mismatch is stored');
select results_eq($$ select ours, not_ours from farthing.reconciliations where payout_id = 'po_3' $$,
  'values (11, 6)', 'another app''s transactions are counted apart, even with ids like ours');

-- Every possible difference: our records are changed, the difference is reported twice, and the records are
-- corrected.
create function pg_temp.tamper(p_sql text) returns void language plpgsql as $$
begin
  set local session_replication_role = replica;
  perform tests.unguarded(substring(p_sql from 'farthing\.(\w+)'), p_sql);
  set local session_replication_role = origin;
end
$$;
create function pg_temp.found(p_tamper text, p_mend text) returns text language plpgsql as $$
declare
  v_first text;
  v_second text;
begin
  perform pg_temp.tamper(p_tamper);
  perform farthing.reconcile('po_3', tests.after('5 days'));
  v_first := (select string_agg(m, '; ' order by m) from tests.mismatches() m);
  perform farthing.retry_reconciliation(tests.after('6 days'));
  v_second := (select concat(count(*), ' seen after ', max(seen_at - found_at)) from farthing.mismatches
    where resolved_at is null);
  perform pg_temp.tamper(p_mend);
  perform farthing.retry_reconciliation(tests.after('7 days'));
  return concat_ws('; ', v_first, v_second, (select count(*) || ' left' from farthing.mismatches
    where resolved_at is null));
end
$$;
select is(pg_temp.found(tamper, mend), mismatch || '; 1 seen after 1 day; 0 left', mismatch)
from (values
  ('update farthing.orders set amount = 998, amount_total = 998 where payment_ref = ''pi_ann''',
    'update farthing.orders set amount = 999, amount_total = 999 where payment_ref = ''pi_ann''',
    'charge_differs ch_ann: 998 usd paid, 999 usd charge'),
  ('update farthing.orders set currency = ''eur'' where payment_ref = ''pi_ann''',
    'update farthing.orders set currency = ''usd'' where payment_ref = ''pi_ann''',
    'charge_differs ch_ann: 999 eur paid, 999 usd charge'),
  ('update farthing.orders set status = ''pending'', payment_ref = null, paid_at = null,
    amount_discount = null, amount_tax = null, amount_total = null
    where payment_ref = ''pi_ann''', format('update farthing.orders set status = ''paid'',
    payment_ref = ''pi_ann'', paid_at = %L, amount_discount = 0, amount_tax = 0,
    amount_total = 999 where order_id = %L', tests.after(), (select order_id
    from tests.bought where name = 'ann')),
    'charge_unknown ch_ann: 999 usd pending, 999 usd charge'),
  ('update farthing.bookings set amount = 999 where payment_intent_id = ''pi_k''',
    'update farthing.bookings set amount = 1000 where payment_intent_id = ''pi_k''',
    'charge_differs ch_k: 999 usd paid, 1000 usd charge'),
  ('update farthing.refunds set amount = 399 where stripe_refund_id = ''re_bob_1''',
    'update farthing.refunds set amount = 400 where stripe_refund_id = ''re_bob_1''',
    'refund_differs re_bob_1: 399 usd succeeded, 400 usd refund'),
  ('update farthing.refunds set stripe_refund_id = ''re_q'' where stripe_refund_id = ''re_bob_1''',
    'update farthing.refunds set stripe_refund_id = ''re_bob_1'' where stripe_refund_id = ''re_q''',
    'refund_unknown re_bob_1: -, 400 usd refund'),
  ('update farthing.refunds set status = ''succeeded'' where stripe_refund_id = ''re_bob_2''',
    'update farthing.refunds set status = ''failed'' where stripe_refund_id = ''re_bob_2''',
    'refund_differs re_bob_2: 100 usd succeeded, 100 usd refund_failure'),
  ('update farthing.refunds set amount = 99 where stripe_refund_id = ''re_bob_2''',
    'update farthing.refunds set amount = 100 where stripe_refund_id = ''re_bob_2''',
    'refund_differs re_bob_2: 99 usd failed, 100 usd refund'),
  ('update farthing.refunds set stripe_refund_id = ''re_q'' where stripe_refund_id = ''re_k1''',
    'update farthing.refunds set stripe_refund_id = ''re_k1'' where stripe_refund_id = ''re_q''',
    'refund_unknown re_k1: -, 400 usd refund'),
  ('update farthing.bookings set fee_id = null, fee_collected = null, fee_refunded = 0
    where payment_intent_id = ''pi_k''', 'update farthing.bookings set fee_id = ''fee_k'', fee_collected = 30,
    fee_refunded = 12 where payment_intent_id = ''pi_k''',
    'fee_unknown fee_k: -, 30 usd fee'),
  ('update farthing.bookings set status = ''processing'', paid_at = null where payment_intent_id = ''pi_k''',
    format('update farthing.bookings set status = ''paid'', paid_at = %L where payment_intent_id = ''pi_k''',
    tests.after()), 'charge_unknown ch_k: 1000 usd processing, 1000 usd charge'),
  ('update farthing.disputes set amount = 1 where dispute_id = ''du_cid''',
    'update farthing.disputes set amount = 999 where dispute_id = ''du_cid''',
    'dispute_differs du_cid: 1 usd lost, 999 usd dispute'),
  ('update farthing.disputes set dispute_id = ''du_q'' where dispute_id = ''du_cid''',
    'update farthing.disputes set dispute_id = ''du_cid'' where dispute_id = ''du_q''',
    'dispute_unknown du_cid: -, 999 usd dispute'),
  ('update farthing.bookings set fee_collected = 31 where fee_id = ''fee_k''',
    'update farthing.bookings set fee_collected = 30 where fee_id = ''fee_k''',
    'fee_differs fee_k: 31 usd, 30 usd fee'),
  ('update farthing.bookings set fee_refunded = 11 where fee_id = ''fee_k''',
    'update farthing.bookings set fee_refunded = 12 where fee_id = ''fee_k''',
    'fee_differs fr_k: 11 usd, 12 usd fee_refund'),
  ('update farthing.balance_transactions set source_currency = ''eur'' where transaction_id = ''txn_k2''',
    'update farthing.balance_transactions set source_currency = ''usd'' where transaction_id = ''txn_k2''',
    'fee_differs fee_k: 30 usd, 30 eur fee'),
  ('update farthing.balance_transactions set source_currency = ''eur'' where transaction_id = ''txn_k3''',
    'update farthing.balance_transactions set source_currency = ''usd'' where transaction_id = ''txn_k3''',
    'fee_differs fr_k: 12 usd, 12 eur fee_refund'),
  ('update farthing.payouts set amount = amount + 1 where payout_id = ''po_3''',
    'update farthing.payouts set amount = amount - 1 where payout_id = ''po_3''',
    'payout_sum po_3: -343 usd, -342 usd'),
  ('update farthing.balance_transactions set currency = ''eur'' where transaction_id = ''txn_x''',
    'update farthing.balance_transactions set currency = ''usd'' where transaction_id = ''txn_x''',
    'payout_sum po_3: -343 usd, -343 usd'),
  ('update farthing.balance_transactions set source_id = ''po_1'' where transaction_id = ''txn_po''',
    'update farthing.balance_transactions set source_id = ''po_3'' where transaction_id = ''txn_po''',
    'payout_sum po_3: 0 usd, -343 usd')) w (tamper, mend, mismatch);
select is((select count(*)::int from farthing.mismatches where resolved_at = tests.after('7 days')), 20,
  'each difference is stored with the time of its correction');
select is(farthing.open_mismatches(), 0::bigint, 'no difference is open');

select is(pg_temp.tamper($$ update farthing.refunds set status = 'canceled'
  where stripe_refund_id = 're_bob_2' $$) is null, false, 'a failed refund is changed to canceled');
select is(farthing.reconcile('po_3', tests.after('8 days')), 0,
  'a canceled refund agrees with Stripe''s failed refund');
select is(pg_temp.tamper($$ update farthing.refunds set status = 'failed'
  where stripe_refund_id = 're_bob_2' $$) is null, false, 'the refund is changed back to failed');

-- A list that differed is requested again once a day.
select is(farthing.reconcile('po_3', tests.after('8 days')), 0, 'the stored list agrees');
select is(pg_temp.tamper($$ insert into farthing.balance_transactions (transaction_id, payout_id, kind, type,
  amount, fee, net, currency, occurred_at) select 'txn_stray', payout_id, 'other', 'adjustment', 1, 0, 1,
  currency, occurred_at from farthing.balance_transactions where transaction_id = 'txn_ann' $$) is null,
    false,
  'Stripe''s list has a transaction that is not in the payout');
select is(farthing.reconcile('po_3', tests.after('8 days')), 1, 'the extra transaction is found');
select is(farthing.open_mismatches(), 1::bigint, 'the difference is open');
select is(farthing.retry_reconciliation(tests.after('8 days')), 1, 'a run finds the same difference');
select is(payouts_claim(tests.after('8 days 1 hour')) ->> 'payout_id', 'po_3', 'the list is due again');
select is((select listed_at from farthing.reconciliations where payout_id = 'po_3'), tests.after('4 days'),
  'the old list stays until the new list is complete');
select is(payouts_record('po_3', tests.after('8 days 1 hour'), pg_temp.list(), null,
  tests.after('8 days 1 hour')), '{"listed": true, "mismatches": 0}', 'the new list agrees');
select is(farthing.open_mismatches(), 0::bigint, 'the difference is resolved');

-- A bank debit is booked as a charge and then fails, so the next payout lists the return of the
-- money.
select is(tests.pays_out('po_d', 999, '9 days'), 'processed', 'a payout is announced');
create function pg_temp.debit() returns jsonb language sql as $$
  select tests.listed('eve', 'charge', 999, jsonb_build_object('type', 'payment', 'our_id', order_id))
  from tests.bought where name = 'eve'
$$;
select is(tests.lists(jsonb_build_array(pg_temp.debit()), '9 days'), '1',
  'its list has a debit of an unpaid order');
select results_eq('select tests.mismatches()', array[
  'charge_unknown ch_eve: 999 usd pending, 999 usd payment'], 'the debit is reported as unknown');
select is(tests.pays_out('po_e', -999, '10 days'), 'processed', 'the next payout is announced');
select is(tests.lists(jsonb_build_array(tests.listed('back', 'other', -999, '{"source_id": "ch_eve",
  "charge_id": "ch_eve", "type": "payment_failure_refund"}'), tests.listed('s', 'charge', 50,
  '{"type": "payment"}'), tests.listed('s9', 'other', -50, '{"source_id": "ch_s", "charge_id": "ch_s",
  "type": "payment_failure_refund"}')), '10 days'), '0',
  'its list returns this debit and another app''s debit');
select results_eq($$ select ours, not_ours from farthing.reconciliations where payout_id = 'po_e' $$,
  'values (0, 1)', 'the returned debit of another app does not count as ours');
select is(farthing.retry_reconciliation(tests.after('10 days')), 0,
  'the returned debit is no longer a difference');

-- Payments that were never paid out, such as dan's. eve has not paid, so no payment of hers is
-- reported as missing.
select is(farthing.known_paid_out_until(tests.after('10 days')), tests.after('-4 days'),
  'the last two weeks are not checked for missing payments');
select is(farthing.retry_reconciliation(tests.after('10 days')), 0, 'no missing payment is looked for');
select is(tests.pays_out('po_4', 0, '15 days'), 'processed', 'a later payout is announced');
select is(tests.lists(jsonb_build_array(tests.listed('o', 'other', 0, '{"payment_id": "pi_dan"}')),
  '15 days'), '0', 'its list has a transaction that names a payment and is not its charge');
select is(tests.payout('po_5', 'in_transit', p_passed => '14 days 1 hour', p_changes => jsonb_build_object(
  'made_at', extract(epoch from tests.after('13 days'))::bigint)), 'processed',
  'an earlier payout is on its way');
select is(farthing.retry_reconciliation(tests.after('15 days')), 0,
  'a payment may be in the earlier payout and is not reported');
select is(tests.payout('po_5', 'paid', 'completed', p_passed => '15 days', p_changes => jsonb_build_object(
  'made_at', extract(epoch from tests.after('13 days'))::bigint)), 'processed', 'the earlier payout is paid');
select is(tests.lists(jsonb_build_array(tests.listed('y', 'charge', 940)), '15 days'), '0',
  'its list does not contain the payments');
select is(farthing.retry_reconciliation(tests.after('15 days')), 2, 'two missing payments are reported');
select results_eq('select tests.mismatches()', array['never_paid_out pi_dan: 999 usd paid, -',
  'never_paid_out pi_z: 700 usd paid, -'], 'only the missing payments are reported');
select is(farthing.retry_reconciliation(tests.after('15 days 1 hour')), 0,
  'the missing payments are reported once');
select is(farthing.open_mismatches(), 2::bigint, 'the missing payments stay open');
select is(tests.pays_out('po_6', 1699, '16 days'), 'processed', 'a late payout is announced');
select is(tests.lists(jsonb_build_array(tests.listed('dan', 'charge', 999), tests.listed('z', 'charge', 700)),
  '16 days'), '0', 'its list contains both payments');
update farthing.paid_out_round set done_until = tests.after('-9 days');
select is(farthing.retry_reconciliation(tests.after('16 days')), 0, 'a run finds nothing more');
select is((select done_until from farthing.paid_out_round), tests.after('-8 days'),
  'each run checks one day');
select is(farthing.open_mismatches(), 0::bigint, 'the missing payments are resolved');

-- Two mismatches. First, the refunds of a fee exceed the recorded amount: an earlier payout listed
-- all 12 recorded cents, and this payout lists 1 more. Second, the metadata of a refund names
-- a refund of Farthing, but Farthing has no refund with this id.
select is(tests.pays_out('po_f', -11, '25 days'), 'processed', 'a payout debits the bank');
select is(tests.lists(jsonb_build_array(tests.listed('f', 'fee_refund', -1, '{"source_id": "fr_f",
  "fee_id": "fee_k"}'), tests.listed('g', 'refund', -10, jsonb_build_object('source_id', 're_g', 'our_id',
  gen_random_uuid()))), '25 days'), '2',
  'its list has a fee refund and a refund of ours that our books lack');
select results_eq('select tests.mismatches()', array['fee_differs fr_f: 12 usd, 1 usd fee_refund',
  'refund_unknown re_g: -, 10 usd refund'], 'both differences are reported');
select is(farthing.retry_reconciliation(tests.after('56 days')), 2,
  'a month later both differences are reported again');
select is(payouts_claim(tests.after('56 days')), null, 'the list is not requested any more after a month');

-- Other roles have no access.
select is(tests.code_for(role, 'ann', sql), '42501', format('%s is denied to %s', left(sql, 40), role))
from unnest(array['service_role', 'authenticated', 'anon']) role, unnest(array[
  'select farthing.retry_reconciliation()', 'select * from farthing.payouts',
  'select * from farthing.mismatches', 'select * from farthing.balance_transactions']) sql;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
