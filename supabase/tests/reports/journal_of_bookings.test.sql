-- The journal of bookings and fees: the provider's share, our fee, and Stripe's fees, provisional and
-- final. All sums were computed by hand.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/payouts.psql
select plan(21);
update farthing.balance_lists set done_until = tests.after();

create function pg_temp.lines(p_from int, p_to int) returns text[] language sql as $$
  select coalesce(array_agg(concat_ws(' ', r ->> 'entry_id', r ->> 'account', r ->> 'account_code',
    r ->> 'debit', r ->> 'credit') order by nr), '{}')
  from jsonb_array_elements(report_journal(make_date(2027, 1, p_from), make_date(2027, 1, p_to),
    p_now => tests.after('9 d')) -> 'rows') with ordinality e (r, nr)
$$;

-- A booking of 20,000 with a fee of 600. A day later, 240 of the fee are refunded.
select isnt(tests.booking('k', 20000, 'ron'), null, 'ann books for 200 lei');
select is(tests.payment_event('k', 'succeeded', '1 h'), 'processed', 'the booking is paid');
select is(tests.fee_event('k', 'created', 0, '1 h'), 'processed', 'Stripe takes our fee');
select is(tests.fee_event('k', 'refunded', 240, '26 h'), 'processed', 'Stripe returns 240 of it a day later');
select is(pg_temp.lines(1, 1), array[
  '2027-01-01 ron bookings application_fee stripe_balance 1010 600 0',
  '2027-01-01 ron bookings application_fee application_fees 4030 0 600',
  '2027-01-01 ron bookings charge stripe_balance 1010 20000 0',
  '2027-01-01 ron bookings charge provider_payable 2030 0 20000'],
  'a booking is owed to the provider, and our fee is revenue');
select is(pg_temp.lines(2, 2), array[
  '2027-01-02 ron bookings application_fee_refund application_fees 4030 240 0',
  '2027-01-02 ron bookings application_fee_refund stripe_balance 1010 0 240'],
  'a returned fee lowers that revenue on its own day');

-- Stripe's fee of a purchase. The provisional fee is 59. The payout two days later lists a fee of 61.
select is(tests.buys('bob', '2 d'), 'bob', 'bob buys');
select is(tests.pays('bob', '2 d'), '{"received": true}', 'bob pays 999');
update farthing.balance_lists set done_until = tests.after('2 d');
select is(balance_record((balance_claim(tests.after('2 d 1 h')) ->> 'claimed_at')::timestamptz,
  jsonb_build_array(tests.listed('bob', 'charge', 940, '{"amount": 999, "fee": 59}')), null,
  tests.after('2 d 1 h')) ->> 'taken', 'false', 'Stripe lists the payment');
select is((pg_temp.lines(3, 5))[3:], array[
  '2027-01-03 usd credits stripe_fee_provisional stripe_fees 6010 59 0',
  '2027-01-03 usd credits stripe_fee_provisional stripe_balance 1010 0 59'],
  'the fee is an expense at once, although no payout has it');
select is(tests.pays_out('po_1', 938, '4 d'), 'processed', 'a payout is made');
select is(tests.lists(jsonb_build_array(tests.listed('bob', 'charge', 938,
  '{"amount": 999, "fee": 61, "source_amount": 999}')), '4 d'), '0', 'the payout lists the payment');
select isnt(farthing.seal(tests.after('4 d')), 0, 'the purchase is sealed');
select is(pg_temp.lines(3, 5), array['2027-01-03 usd credits charge stripe_balance 1010 999 0',
  '2027-01-03 usd credits charge unapplied_payments 2010 0 999',
  '2027-01-03 usd credits granted unapplied_payments 2010 999 0',
  '2027-01-03 usd credits granted deferred_revenue 2020 0 999',
  '2027-01-03 usd credits stripe_fee stripe_fees 6010 61 0',
  '2027-01-03 usd credits stripe_fee stripe_balance 1010 0 61'],
  'the final fee replaces the provisional one on the day of the payment');

-- The shop's own account codes apply from the day in effective_from.
select is(settings_journal_codes_set('[{"account": "provider_payable", "code": "401",
  "effective_from": "2027-01-01"}]', null, 'our books', false, p_now => tests.after('5 d')) ->> 'status',
  '200', 'the shop sets a code');
select is((pg_temp.lines(1, 1))[4], '2027-01-01 ron bookings charge provider_payable 401 0 20000',
  'the journal has the shop''s code');

-- Debits equal credits in each currency and in each entry.
select results_eq($$select currency, sum(debit)::int, sum(credit)::int
  from farthing.journal_rows(('2027-01-01', '2027-01-31')) group by currency order by currency$$,
  $$values ('ron', 20840, 20840), ('usd', 2059, 2059)$$, 'debits equal credits in each currency');
select is_empty($$select entry_id from farthing.journal_rows(('2027-01-01', '2027-01-31'))
  group by entry_id, currency having sum(debit) <> sum(credit)$$, 'debits equal credits in each entry');
select is((select array_agg(distinct c ->> 'difference') from jsonb_array_elements(
  report_journal('2027-01-01', '2027-01-31', p_now => tests.after('9 d')) -> 'controls') c),
  array['0'], 'the controls hold');
select is((select array_agg(concat_ws(' ', t ->> 'account', t ->> 'currency', t ->> 'debit', t ->> 'credit')
    order by nr) from jsonb_array_elements(report_journal('2027-01-01', '2027-01-31',
    p_now => tests.after('9 d')) -> 'totals') with ordinality e (t, nr) where t ->> 'currency' = 'ron'),
  array['stripe_balance ron 20600 240', 'provider_payable ron 0 20000', 'application_fees ron 240 600'],
  'the provider is owed 20,000, and 360 of fees are ours');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
