-- Instant payouts: manual payouts of an account that also has automatic payouts. Stripe lists an
-- instant payout as a line of the next automatic payout.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
select plan(25);
update farthing.balance_lists set done_until = tests.after();

create function pg_temp.payouts() returns setof text language sql as $$
  select concat_ws(' ', r ->> 'payout_id', r ->> 'amount', r ->> 'lines', r ->> 'sum',
    coalesce(r ->> 'difference', '-'), coalesce(r ->> 'itemised', '-'), r ->> 'mismatches')
  from jsonb_array_elements(report_payouts('2027-01-01', '2027-01-31', p_now => tests.after('30 days'))
    -> 'rows') with ordinality e (r, nr) order by nr
$$;
create function pg_temp.stripe_lists(p_transactions jsonb, p_passed interval) returns text language sql as $$
  select balance_record((balance_claim(tests.after(p_passed)) ->> 'claimed_at')::timestamptz, p_transactions,
    null, tests.after(p_passed)) ->> 'taken'
$$;
create function pg_temp.transaction(p_id text, p_kind text, p_net bigint, p_available interval,
  p_changes jsonb default '{}') returns jsonb language sql as $$
  select tests.listed(p_id, p_kind, p_net, jsonb_build_object('available_on',
    extract(epoch from tests.after(p_available))::bigint) || p_changes)
$$;
create function pg_temp.by_hand(p_id text, p_amount bigint, p_passed interval) returns text
language sql as $$
  select tests.payout(p_id, 'paid', 'not_applicable', jsonb_build_object('automatic', false, 'amount',
    p_amount, 'made_at', extract(epoch from tests.after(p_passed))::bigint), p_passed)
$$;
create function pg_temp.fees() returns setof text language sql as $$
  select concat_ws(' ', kind, sum(amount)) from farthing.revenue_lines where kind like 'stripe_fee%'
  group by kind having sum(amount) <> 0 order by kind
$$;

select is(tests.buys(name), name, name || ' buys') from unnest('{ann,bob,cyn}'::text[]) name;
select is(tests.pays(name), '{"received": true}', name || ' pays') from unnest('{ann,bob,cyn}'::text[]) name;

-- An automatic payout of ann's payment is on its way. Bob's payment is paid out by an instant
-- payout.
select is(tests.payout('po_1', 'in_transit', p_passed => '2 days', p_changes => jsonb_build_object('amount',
  940, 'made_at', extract(epoch from tests.after('2 days'))::bigint)), 'processed',
  'an automatic payout is on its way');
select is(pg_temp.by_hand('po_2', 900, '3 days'), 'processed', 'a manual payout is made');
create temporary table listed as select pg_temp.stripe_lists(jsonb_build_array(
  pg_temp.transaction('ann', 'charge', 940, '1 day', '{"amount": 999, "fee": 59, "source_amount": 999}'),
  pg_temp.transaction('bob', 'charge', 940, '3 days', '{"amount": 999, "fee": 59, "source_amount": 999}'),
  pg_temp.transaction('cyn', 'charge', 940, '4 days', '{"amount": 999, "fee": 59, "source_amount": 999}'),
  pg_temp.transaction('po_2', 'payout', -900, '3 days', '{"source_id": "po_2"}')), '4 days');
select results_eq('select pg_temp.payouts()', array['po_1 940 0 0 - - 0', 'po_2 900 0 0 - - 0'],
  'the manual payout takes no transaction of the automatic one, whose list is not known yet');
select results_eq('select pg_temp.fees()', array['stripe_fee_provisional -177'],
  'and its fees stay provisional');
select is(report_payout('po_2') -> 'controls', '[]', 'without known lines there is no control total');

select is(tests.pays_out('po_1', 940, '5 days'), 'processed', 'the automatic payout is paid');
select is(tests.lists(jsonb_build_array(
  pg_temp.transaction('ann', 'charge', 940, '1 day', '{"amount": 999, "fee": 59, "source_amount": 999}')),
  '5 days'), '0', 'and listed, without a difference');
select is(pg_temp.stripe_lists('[]', '5 days 1 hour'), 'false', 'the next list of the balance is complete');
select results_eq('select pg_temp.payouts()',
  array['po_1 940 1 940 0 listed 0', 'po_2 900 0 0 900 assigned 0'],
  'the manual payout gets what the automatic one left: less than its amount is available');

-- A manual payout of the whole available balance.
select is(pg_temp.by_hand('po_3', 980, '6 days'), 'processed', 'the rest is paid out by hand, too');
select is(pg_temp.stripe_lists(jsonb_build_array(
  pg_temp.transaction('po_3', 'payout', -980, '6 days', '{"source_id": "po_3"}')), '7 days'), 'false',
  'Stripe lists it');
select results_eq('select pg_temp.payouts() offset 2', array['po_3 980 1 940 40 assigned 0'],
  'the oldest transaction is assigned to it');

-- The next automatic payout lists both manual payouts, together with the transactions that they paid out.
create function pg_temp.next_list() returns jsonb language sql as $$
  select jsonb_build_array(
    pg_temp.transaction('bob', 'charge', 940, '3 days', '{"amount": 999, "fee": 59, "source_amount": 999}'),
    pg_temp.transaction('cyn', 'charge', 940, '4 days', '{"amount": 999, "fee": 59, "source_amount": 999}'),
    pg_temp.transaction('other', 'other', 40, '4 days'),
    pg_temp.transaction('po_2', 'payout', -900, '3 days', '{"source_id": "po_2"}'),
    pg_temp.transaction('po_3', 'payout', -980, '6 days', '{"source_id": "po_3"}'),
    pg_temp.transaction('po_4', 'payout', -40, '8 days', '{"source_id": "po_4"}'))
$$;
select is(tests.pays_out('po_4', 40, '8 days'), 'processed', 'the next automatic payout is paid');
select is(tests.lists(pg_temp.next_list(), '8 days'), '0', 'its list adds up to its amount');
create temporary table reported as select p from pg_temp.payouts() p;
select results_eq('select p from reported offset 1', array['po_2 900 0 0 - advance 0',
  'po_3 980 0 0 - advance 0', 'po_4 40 5 40 0 listed 0'],
  'the manual payouts were advances on it, and have no transactions of their own');
select is(pg_temp.stripe_lists(pg_temp.next_list(), '9 days'), 'false', 'a later list by time');
select results_eq('select pg_temp.payouts()', 'select p from reported', 'changes nothing');
select results_eq('select pg_temp.fees()', array['stripe_fee -177'], 'each fee is booked once');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
