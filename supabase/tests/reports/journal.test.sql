-- The journal: double-entry bookkeeping of money and deferred revenue. All sums were computed by hand.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select no_plan();

create function pg_temp.report(p_after text default null, p_limit int default 1000)
returns jsonb language sql as $$
  select report_journal('2027-01-01', '2027-01-31', p_after, p_limit, tests.after())
$$;
create function pg_temp.lines(p_rows jsonb) returns text[] language sql as $$
  select coalesce(array_agg(concat_ws(' ', r ->> 'entry_id', r ->> 'account', r ->> 'account_code',
    r ->> 'debit', r ->> 'credit', r ->> 'source_id') order by nr), '{}')
  from jsonb_array_elements(p_rows) with ordinality e (r, nr)
$$;
create function pg_temp.differences() returns text[] language sql as $$
  select array(select distinct jsonb_array_elements(pg_temp.report() -> 'controls') ->> 'difference')
$$;

select is(pg_temp.report() -> 'rows', '[]', 'before the first payment the journal has no rows');

-- Ann and bob pay 999 cents each. Ann uses 5,000 of her 9,990 credits. The used credits are worth
-- 500 cents.
select is(tests.buys(name), name, name || ' buys Starter') from unnest(array['ann', 'bob']) name;
select is(tests.pays('ann'), '{"received": true}', 'ann pays');
select is(pg_temp.lines(pg_temp.report() -> 'rows'), array[
  '2027-01-01 usd credits charge stripe_balance 1010 999 0 pi_ann',
  '2027-01-01 usd credits charge unapplied_payments 2010 0 999 pi_ann'],
  'a payment is unapplied until its credits are sealed');
select is(tests.pays('bob', '1 d'), '{"received": true}', 'bob pays');
select is(tests.spends('ann', '5000', '1 d'), '4990', 'ann spends 5,000');
-- Ann gets a full refund: 999 cents, of which 499 were deferred. Bob's bank withdraws 999 cents and charges
-- 1500 cents of fees; all of bob's 999 cents were deferred.
select is(tests.refund('ann', 1, 999, p_passed => '2 d'), '{"received": true}', 'ann is refunded');
select is(tests.dispute('bob', 'lost', p_passed => '3 d'), '{"received": true}', 'bob''s bank takes 999');
select isnt(farthing.seal(), 0, 'the entries are sealed');
select is(pg_temp.lines(pg_temp.report() -> 'rows'), array[
  '2027-01-01 usd credits charge stripe_balance 1010 999 0 pi_ann',
  '2027-01-01 usd credits charge unapplied_payments 2010 0 999 pi_ann',
  '2027-01-01 usd credits granted unapplied_payments 2010 999 0',
  '2027-01-01 usd credits granted deferred_revenue 2020 0 999',
  '2027-01-02 usd credits charge stripe_balance 1010 999 0 pi_bob',
  '2027-01-02 usd credits charge unapplied_payments 2010 0 999 pi_bob',
  '2027-01-02 usd credits granted unapplied_payments 2010 999 0',
  '2027-01-02 usd credits granted deferred_revenue 2020 0 999',
  '2027-01-02 usd credits used deferred_revenue 2020 500 0',
  '2027-01-02 usd credits used credit_revenue 4010 0 500',
  '2027-01-03 usd credits refund refunds 4910 999 0 re_ann_1',
  '2027-01-03 usd credits refund stripe_balance 1010 0 999 re_ann_1',
  '2027-01-03 usd credits refunded deferred_revenue 2020 499 0',
  '2027-01-03 usd credits refunded refunds 4910 0 499',
  '2027-01-04 usd credits dispute disputes 4920 999 0 txn_bob_1',
  '2027-01-04 usd credits dispute stripe_balance 1010 0 999 txn_bob_1',
  '2027-01-04 usd credits dispute_fee stripe_fees 6010 1500 0 txn_bob_1',
  '2027-01-04 usd credits dispute_fee stripe_balance 1010 0 1500 txn_bob_1',
  '2027-01-04 usd credits disputed deferred_revenue 2020 999 0',
  '2027-01-04 usd credits disputed disputes 4920 0 999'],
  'each fact debits one account and credits another');
select is(pg_temp.lines(pg_temp.report() -> 'totals'), array['stripe_balance 1010 1998 3498',
  'unapplied_payments 2010 1998 1998', 'deferred_revenue 2020 1998 1998', 'credit_revenue 4010 0 500',
  'refunds 4910 999 499', 'disputes 4920 999 999', 'stripe_fees 6010 1500 0'],
  'the totals are sums by account: only the refund of used credits lowers revenue');
select is(pg_temp.differences(), '{0}', 'debits equal credits, and the accounts equal their sources');

-- Two payments on one day share one journal entry, which names neither payment. When a dispute is
-- won, its entry is reversed. The credits of a deleted user become breakage.
select is(tests.buys(name), name, name || ' buys Starter') from unnest(array['cyn', 'dan']) name;
select is(tests.pays(name, '5 d'), '{"received": true}', name || ' pays')
from unnest(array['cyn', 'dan']) name;
delete from auth.users where email = 'dan@example.com';
select is(tests.dispute('bob', 'won', p_passed => '6 d'), '{"received": true}', 'bob''s dispute is won');
select isnt(farthing.seal(), 0, 'the entries are sealed');
select is(pg_temp.lines(report_journal('2027-01-06', '2027-01-31') -> 'rows'), array[
  '2027-01-06 usd credits charge stripe_balance 1010 1998 0',
  '2027-01-06 usd credits charge unapplied_payments 2010 0 1998',
  '2027-01-06 usd credits expired deferred_revenue 2020 999 0',
  '2027-01-06 usd credits expired breakage_revenue 4020 0 999',
  '2027-01-06 usd credits granted unapplied_payments 2010 1998 0',
  '2027-01-06 usd credits granted deferred_revenue 2020 0 1998',
  '2027-01-07 usd credits dispute_fee stripe_balance 1010 1500 0 txn_bob_2',
  '2027-01-07 usd credits dispute_fee stripe_fees 6010 0 1500 txn_bob_2',
  '2027-01-07 usd credits dispute_reversal stripe_balance 1010 999 0 txn_bob_2',
  '2027-01-07 usd credits dispute_reversal disputes 4920 0 999 txn_bob_2',
  '2027-01-07 usd credits disputed disputes 4920 999 0',
  '2027-01-07 usd credits disputed deferred_revenue 2020 0 999'], 'facts of one day are summed');
select is(report_journal('2027-01-06', '2027-01-31') #>> '{rows,0,memo}', '2 x charge of credits',
  'the memo counts the facts');
select is(pg_temp.differences(), '{0}', 'the controls hold');

-- New codes of accounts appear in the journal, and are audited.
select is(jsonb_array_length(settings_journal_codes_set('[{"account": "credit_revenue", "code": "40-100",
  "effective_from": "2027-01-01"}, {"account": "stripe_fees", "code": "6820"}]', null, 'our books', false,
  p_now => tests.after('8 d')) #> '{data,changes}'), 2,
  'two accounts get other codes');
select is(pg_temp.report() #>> '{totals,3,account_code}', '40-100', 'the journal has the new code');
select is((select count(*) from farthing.audit
  where table_name = 'journal_accounts' and reason = 'our books'), 2::bigint,
  'each change of a code is audited');

select is(pg_temp.report(null, 1) ->> 'next_cursor', '2027-01-01 usd credits charge 1',
  'a page has a cursor');
select is(pg_temp.lines(pg_temp.report('2027-01-01 usd credits charge 1', 1) -> 'rows'),
  array['2027-01-01 usd credits charge unapplied_payments 2010 0 999 pi_ann'],
  'the cursor gives the next page');
select tests.fails_with($$select report_journal('2027-02-01', '2027-01-31')$$, 'invalid_request', 'from',
  'the report must not end before it begins');
select is(tests.code_for('authenticated', 'ann', 'select * from farthing.journal_accounts'), '42501',
  'a user must not read the accounts of the journal');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');

select * from finish();
rollback;
