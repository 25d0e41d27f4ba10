-- Operators list payouts and mismatches, and resolve a mismatch.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/payouts.psql
select plan(71);
update farthing.paid_out_round set done_until = tests.after('-1 day');

create function pg_temp.ids(p_page jsonb, p_list text, p_key text) returns text language sql as $$
  select string_agg(i ->> p_key, ' ' order by nr)
  from jsonb_array_elements(p_page -> p_list) with ordinality e (i, nr)
$$;
-- Returns a mismatch of this kind as one line.
create function pg_temp.line(p_kind text, p_state text default 'open') returns text language sql as $$
  select format('%s %s: ours %s, theirs %s %s, difference %s', m ->> 'subject', m ->> 'transaction_id',
    m ->> 'ours_amount', m ->> 'theirs_amount', m ->> 'currency', coalesce(m ->> 'difference', '-'))
  from jsonb_array_elements(mismatches_list(p_state, p_kind) -> 'mismatches') m
$$;

select is(payouts_list(), '{"payouts": [], "next_before": null}', 'on the first day there are no payouts');
select is(mismatches_list(), '{"mismatches": [], "next_before": null}', 'and no mismatches');
select tests.fails_with($$select payouts_read('po_1')$$, 'not_found', 'id', 'an unknown payout is not found');

-- A payout with one line that agrees with our records, and lines that differ.
select is(tests.buys(name), name, name || ' buys') from unnest(array['ann', 'bob', 'cid']) name;
select is(tests.pays(name), '{"received": true}', name || ' pays') from unnest(array['ann', 'bob',
  'cid']) name;
select isnt(tests.refund('ann', 1, 400), null, 'ann gets a part refunded');
select isnt(tests.dispute('cid', 'lost'), null, 'cid''s bank withdraws the payment');
select is(tests.pays_out('po_1', 1000, '2 days'), 'processed', 'a payout is made');
select is(p ->> 'reconciliation', 'in_progress', 'a payout whose list was not fetched is in progress')
from payouts_read('po_1') p;
create function pg_temp.list(p_bob bigint) returns jsonb language sql as $$
  select jsonb_build_array(tests.listed('ann', 'charge', 999), tests.listed('bob', 'charge', p_bob),
    tests.listed('cid', 'charge', 999), tests.listed('r', 'refund', -350,
      '{"source_id": "re_ann_1", "payment_id": "pi_ann"}'),
    tests.listed('d', 'dispute', -998, '{"source_id": "du_cid", "payment_id": "pi_cid"}'))
$$;
select is(tests.lists(pg_temp.list(900), '2 days'), '4', 'three lines and the sum differ');
select is(tests.payout('po_m', 'in_transit', 'not_applicable', '{"automatic": false}', '3 days'), 'processed',
  'a manual payout is made');

select is((select string_agg(m ->> 'subject', ' ') from jsonb_array_elements(mismatches_list(
  p_user_id => tests.person(name)) -> 'mismatches') m), subjects, 'mismatches are listed by user')
from (values ('bob', (select subject from farthing.mismatches where kind = 'charge_differs')),
  ('dan', null)) u (name, subjects);
set local enable_seqscan = off;
discard plans; -- a cached plan would ignore the new setting
select is(pg_temp.ids(payouts_list(), 'payouts', 'payout_id'), 'po_1 po_m',
  'payouts are listed newest first');
select is(pg_temp.ids(payouts_list(status), 'payouts', 'payout_id'), ids, 'payouts are listed by status')
from (values ('paid', 'po_1'), ('in_transit', 'po_m'), ('failed', null)) s (status, ids);
select is(payouts_list(p_limit => 1) ->> 'next_before', 'po_1', 'a page has the cursor of the next one');
select is(pg_temp.ids(payouts_list(p_before => 'po_1'), 'payouts', 'payout_id'), 'po_m',
  'the next page continues there');
select is(p ->> 'reconciliation', 'not_applicable', 'a manual payout is not compared')
from payouts_read('po_m') p;
select is(p - '{made_at,arrives_at,listed_at,reconciled_at,lines,mismatches}'::text[], '{"payout_id": "po_1",
  "status": "paid", "amount": 1000, "currency": "usd", "automatic": true, "failure_code": null,
  "reconciliation": "mismatched", "ours": 5, "not_ours": 0, "open_mismatches": 4}',
  'a payout has the state of its comparison') from payouts_read('po_1') p;
select is(p -> 'lines', '[{"kind": "charge", "count": 3, "amount": 2898, "fee": 0, "net": 2898},
  {"kind": "dispute", "count": 1, "amount": -998, "fee": 0, "net": -998},
  {"kind": "refund", "count": 1, "amount": -350, "fee": 0, "net": -350}]',
  'a payout has the sums of its lines') from payouts_read('po_1') p;
select is(jsonb_array_length(p -> 'mismatches'), 4, 'a payout has its open mismatches')
from payouts_read('po_1') p;

-- A mismatch names the line, our record and the difference.
select is(pg_temp.line(kind), line, format('a mismatch of kind %s has its amounts', kind)) from (values
  ('charge_differs', 'ch_bob txn_bob: ours 999, theirs 900 usd, difference -99'),
  ('refund_differs', 're_ann_1 txn_r: ours 400, theirs 350 usd, difference -50'),
  ('dispute_differs', 'du_cid txn_d: ours 999, theirs 998 usd, difference -1'),
  ('payout_sum', 'po_1 : ours 1550, theirs 1000 usd, difference -550')) m (kind, line);
create temporary table found as select m ->> 'kind' as kind, m from jsonb_array_elements(
  mismatches_list() -> 'mismatches') m;
select is(m ->> 'order_id', (select order_id::text from tests.bought where name = buyer),
  format('the mismatch of kind %s names the order', kind))
from found join (values ('charge_differs', 'bob'), ('refund_differs', 'ann'), ('dispute_differs', 'cid'))
  b (kind, buyer) using (kind);
select is(m ->> 'user_id', tests.person('bob')::text, 'a mismatch names the buyer')
from found where kind = 'charge_differs';
select is(m ->> 'refund_id', refund_id::text, 'a mismatch names our refund')
from found, farthing.refunds where kind = 'refund_differs';
select is(m ->> 'dispute_id', 'du_cid', 'a mismatch names our dispute') from found
where kind = 'dispute_differs';
select is(a.amount, null, 'a record without an amount has none') from farthing.amount_in('unknown') a;

-- Mismatches are listed page by page, and filtered by state.
select is(jsonb_array_length(mismatches_list(p_limit => 3) -> 'mismatches'), 3,
  'a page has three mismatches');
select is(jsonb_array_length(mismatches_list(p_limit => 3,
  p_before => (mismatches_list(p_limit => 3) ->> 'next_before')::uuid) -> 'mismatches'), 1,
  'the next page has one');
select is(jsonb_array_length(mismatches_list(null) -> 'mismatches'), 4,
  'without a state, open and resolved mismatches are listed');
select is(jsonb_array_length(mismatches_list(p_payout_id => payout) -> 'mismatches'), n,
  format('%s has %s mismatches', payout, n)) from (values ('po_1', 4), ('po_m', 0)) p (payout, n);

-- An operator resolves a mismatch. It stays resolved until our record or Stripe's record changes.
update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person('ops');
select tests.person('ops') as ops, m ->> 'mismatch_id' as bob from found where kind = 'charge_differs' \gset
update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = :'ops';
select tests.fails_with(format('select mismatches_resolve(%L, %L, p_author => %L)', :'bob', reason, author),
  code, field, format('a resolution with reason %s by %s is refused', left(reason, 3), split_part(author,
    ':', 1)))
from (values ('', 'key:default', 'invalid_request', 'reason'), (null, 'key:default', 'invalid_request',
  'reason'),
  (repeat('x', 501), 'key:default', 'invalid_request', 'reason'),
  ('x', 'operator:' || tests.person('bob'), 'forbidden', null)) r (reason, author, code, field);
select tests.fails_with('select mismatches_resolve(gen_random_uuid(), ''x'')', 'not_found', 'id',
  'an unknown mismatch is not resolved');
select is((mismatches_resolve(:'bob', 'Refunded 99 by bank.', p_author => 'operator:' || :'ops',
    p_now => tests.after('3 days')) -> 'data') - '{found_at,seen_at,order_id,user_id,mismatch_id}'::text[],
  (select m - '{found_at,seen_at,order_id,user_id,mismatch_id}'::text[] from found where kind =
    'charge_differs')
  || jsonb_build_object('state', 'resolved', 'resolved_at', tests.after('3 days'),
    'resolved_by', 'operator:' || :'ops', 'reason', 'Refunded 99 by bank.'),
  'an operator resolves a mismatch with a reason');
select is(concat_ws(' ', author, reason, after ->> 'resolved_by'),
  format('operator:%s Refunded 99 by bank. operator:%s', :'ops', :'ops'), 'the resolution is audited')
from farthing.audit where table_name = 'mismatches';
select is(mismatches_resolve(:'bob', 'Again.', p_author => 'key:default') #>> '{data,reason}',
  'Refunded 99 by bank.', 'a resolved mismatch stays as it is');
select is(farthing.open_mismatches(), 3::bigint, 'the alert counts it no more');
select is(farthing.reconcile('po_1', tests.after('4 days')), 3, 'a comparison finds the difference again');
select is(pg_temp.line('charge_differs'), null, 'it stays resolved');
select is(farthing.record_payout_page(r, pg_temp.list(901), null, tests.after('5 days'))::text, '',
  'Stripe''s record changes') from farthing.reconciliations r where payout_id = 'po_1';
select is(farthing.reconcile('po_1', tests.after('5 days')), 4, 'the changed difference is found');
select is(pg_temp.line('charge_differs'), 'ch_bob txn_bob: ours 999, theirs 901 usd, difference -98',
  'a changed difference is open');
select is(pg_temp.line('charge_differs', 'resolved'),
  'ch_bob txn_bob: ours 999, theirs 900 usd, difference -99',
  'and the resolved one is listed as resolved');

-- A mismatch is found before the event of its payment arrives. The next comparison stores the
-- payment's account in the mismatch.
create function pg_temp.of_eve(p_state text) returns text language sql as $$
  select pg_temp.ids(mismatches_list(p_state, p_user_id => tests.person('eve')), 'mismatches', 'subject')
$$;
select is(tests.buys('eve'), 'eve', 'eve begins a purchase');
select is(tests.pays_out('po_e', 999, '6 days'), 'processed', 'a payout is made');
select is(tests.lists(jsonb_build_array(tests.listed('eve', 'charge', 999,
  '{"our_id": "00000000-0000-4000-8000-0000000000e5"}')), '6 days'), '1', 'it lists a charge that we lack');
select is(pg_temp.of_eve('open'), null, 'nothing says that the charge is eve''s');
select is(tests.pays('eve', '7 days'), '{"received": true}', 'the event of her payment arrives late');
select is(farthing.reconcile('po_e', tests.after('7 days')), 0, 'both sides agree');
select is(pg_temp.of_eve('resolved'), 'ch_eve', 'the mismatch is listed as one of eve''s');
select set_config('farthing.change', '', true) \gset
select is(tests.outcome(format('update farthing.mismatches set resolve_reason = ''x'' where mismatch_id = %L',
  :'bob')) ->> 'code', '23001', 'the resolution does not change without a reason');
select is(tests.code_for(role, 'ann', 'select ' || call), '42501', format('%s may not call %s', role, call))
from unnest(array['anon', 'authenticated']) role, unnest(array['payouts_list()', 'mismatches_list()']) call;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
