-- Each currency of the balance has its own payouts. A payout in dollars does not show that yen or
-- euros were paid out: yen are paid out by hand, and euros each month.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
select plan(18);
update farthing.paid_out_round set done_until = tests.after('-1 day');
update farthing.balance_lists set done_until = tests.after('-1 day');

-- Returns the charge of a payment as Stripe lists it. p_currency is the currency of the balance.
create function pg_temp.listed_in(p_name text, p_currency text) returns jsonb language sql as $$
  select tests.listed(p_name, 'charge', 900, jsonb_build_object('currency', p_currency,
    'source_amount', 999, 'available_on', extract(epoch from tests.after('2 days'))::bigint))
$$;
create function pg_temp.pays_out_in(p_id text, p_currency text, p_passed interval) returns text
language sql as $$
  select tests.payout(p_id, 'paid', 'completed', jsonb_build_object('amount', 900, 'currency', p_currency,
    'made_at', extract(epoch from tests.after(p_passed))::bigint), p_passed)
$$;
-- Runs the task until it has checked all payments that a listed payout should contain.
create function pg_temp.looks(p_passed interval) returns int language sql as $$
  select sum(farthing.retry_reconciliation(tests.after(p_passed)))::int from generate_series(1, 20)
$$;

select is(tests.buys(name), name, name || ' buys') from unnest('{dollar,euro,yen,lost}'::text[]) name;
select is(tests.pays(name), '{"received": true}', name || ' pays')
from unnest('{dollar,euro,yen,lost}'::text[]) name;
select is(balance_record((balance_claim(tests.after('1 day')) ->> 'claimed_at')::timestamptz,
  jsonb_build_array(pg_temp.listed_in('dollar', 'usd'), pg_temp.listed_in('euro', 'eur'),
    pg_temp.listed_in('yen', 'jpy')), null, tests.after('1 day')) ->> 'taken', 'false',
  'Stripe has three of the payments, in three currencies of the balance');

select is(pg_temp.pays_out_in('po_usd', 'usd', '20 days'), 'processed', 'the dollars are paid out');
select is(tests.lists(jsonb_build_array(pg_temp.listed_in('dollar', 'usd')), '20 days'), '0', 'and listed');
select is(pg_temp.looks('20 days'), 1, 'one payment was never paid out');
select results_eq('select tests.mismatches()', array['never_paid_out pi_lost: 999 usd paid, -'],
  'the one that Stripe does not have; euros and yen wait for payouts of their own');

select is(pg_temp.pays_out_in('po_eur', 'eur', '30 days'), 'processed', 'euros are paid out');
select is(tests.lists(jsonb_build_array(tests.listed('other', 'other', 900, '{"currency": "eur"}')),
  '30 days'), '0', 'without the payment');
select is(pg_temp.looks('30 days'), 1, 'the euros are now reported, once');
select results_eq('select tests.mismatches()', array['never_paid_out pi_euro: 999 usd paid, -',
  'never_paid_out pi_lost: 999 usd paid, -'], 'and yen are not, without an automatic payout of yen');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
