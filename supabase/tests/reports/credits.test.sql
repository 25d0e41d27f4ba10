-- The report of credits: movements by day and by the source of their lot.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(34);

create function pg_temp.report(p_from int, p_to int, p_after text default null, p_limit int default 1000)
returns jsonb language sql as $$
  select report_credits(make_date(2027, 1, p_from), make_date(2027, 1, p_to), p_after, p_limit)
$$;
create function pg_temp.lines(p_rows jsonb) returns text[] language sql as $$
  select coalesce(array_agg(concat_ws(' ', r ->> 'day', r ->> 'source', r ->> 'opening', '+', r ->> 'granted',
    'used', r ->> 'used', 'debt', r ->> 'debt_paid', 'expired', r ->> 'expired',
    'clawed', r ->> 'clawed_back', '=', r ->> 'closing') order by nr), '{}')
  from jsonb_array_elements(p_rows) with ordinality e (r, nr)
$$;
create function pg_temp.differences() returns text[] language sql as $$
  select array_agg(c ->> 'difference' order by nr)
  from jsonb_array_elements(pg_temp.report(1, 31) -> 'controls') with ordinality e (c, nr)
$$;

select is(pg_temp.report(1, 31) -> 'rows', '[]', 'before the first entry the report has no rows');
select is(pg_temp.report(1, 31) ->> 'as_of', '1970-01-01T00:00:00+00:00',
  'before the first run of seal() no entry is in the report');
select is(pg_temp.differences(), '{0,0,0,0,0}', 'the controls of nothing are zero');

-- 1 January: ann buys 9,990 credits and gets 100 promotional credits. She spends 150: the 100 promotional
-- credits, and then 50 bought ones.
select is(tests.buys('ann'), 'ann', 'ann buys Starter');
select is(tests.pays('ann'), '{"received": true}', 'ann pays');
select isnt(tests.give('ann', '100'), null, 'ann is granted 100');
select is(tests.spends('ann', '150'), '9940', 'ann spends 150');
select is(pg_temp.report(1, 31) -> 'rows', '[]', 'entries that are not sealed are not in the report');
select is(pg_temp.differences(), '{0,0,0,0,0}', 'the controls allow for entries that are not sealed');
select is(farthing.seal(tests.after('1 h')), 4, 'the entries are sealed');
select is(pg_temp.report(1, 31) ->> 'as_of', '2027-01-01T00:59:00+00:00',
  'the report has every entry up to a minute before the last seal');
select is(pg_temp.lines(pg_temp.report(1, 31) -> 'rows'), array[
  '2027-01-01 paid 0 + 9990 used 50 debt 0 expired 0 clawed 0 = 9940',
  '2027-01-01 promotional 0 + 100 used 100 debt 0 expired 0 clawed 0 = 0'],
  'the report has a row for each day and source');

-- 2 January: the whole payment is refunded, so the 50 spent credits become debt. A grant pays 20 of this
-- debt.
select is(tests.refund('ann', 1, 999, p_passed => '1 d'), '{"received": true}', 'ann is refunded');
select is(farthing.seal(), 2, 'the clawback is sealed');
select isnt(tests.give('ann', '20', p_passed => '1 d 1 h'), null, 'ann is granted 20, which pay debt');
select is(farthing.seal(), 1, 'the grant is sealed');
select is(pg_temp.lines(pg_temp.report(2, 31) -> 'rows'), array[
  '2027-01-02 debt 0 + 0 used 0 debt -20 expired 0 clawed 50 = -30',
  '2027-01-02 paid 9940 + 0 used 0 debt 0 expired 0 clawed 9940 = 0',
  '2027-01-02 promotional 0 + 20 used 0 debt 20 expired 0 clawed 0 = 0'],
  'a clawback of spent credits is debt, which incoming credits pay');
select is(pg_temp.lines(pg_temp.report(2, 2) -> 'totals'), array[
  'debt 0 + 0 used 0 debt -20 expired 0 clawed 50 = -30',
  'paid 9940 + 0 used 0 debt 0 expired 0 clawed 9940 = 0',
  'promotional 0 + 20 used 0 debt 20 expired 0 clawed 0 = 0',
  '9940 + 20 used 0 debt 0 expired 0 clawed 9990 = -30'],
  'the totals are sums by source and over all sources, from opening to closing');
select is(pg_temp.differences(), '{0,0,0,0,0}', 'the sums equal those of the entries, lots and debts');

-- A hold that expired on 3 January is released on 5 January. Its credits pay debt as if they had
-- been released on 3 January.
select isnt(tests.give('bob', '10'), null, 'bob is granted 10');
create temporary table h as select tests.hold('bob', '4', 86400, '2 d') as hold_id;
select is(holds_settle(tests.hold('bob', '6', p_passed => '2 d'), '8', p_now => tests.after('2 d'))
  #>> '{data,shortfall}', '2', 'bob owes 2 while 4 are held');
select is(farthing.seal(tests.after('4 d')), 3, 'the entries are sealed on 5 January');
select is(farthing.expire_credits(tests.after('4 d 1 h')), 1, 'the hold is released late');
select is((select created_at from farthing.debt_payments order by payment_id desc limit 1),
  tests.after('3 d'), 'the hold''s credits pay the debt as of the expiry');
select is(pg_temp.differences(), '{0,0,0,0,0}', 'the controls allow for payments that are not summed');
select is(farthing.seal(tests.after('4 d 2 h')), 0, 'there is no entry to seal');
select is(pg_temp.lines(pg_temp.report(4, 31) -> 'rows'), array[
  '2027-01-04 debt -32 + 0 used 0 debt -2 expired 0 clawed 0 = -30',
  '2027-01-04 promotional 4 + 0 used 0 debt 2 expired 0 clawed 0 = 2'],
  'a late payment of debt is booked on a day that is not complete yet');

select is(pg_temp.report(1, 31, null, 1) ->> 'next_cursor', '2027-01-01 paid', 'a page has a cursor');
select is(pg_temp.report(1, 31, '2027-01-01 paid', 1) #>> '{rows,0,source}', 'promotional',
  'the cursor gives the next page');
select tests.fails_with($$select report_credits('2027-01-02', '2027-01-01')$$, 'invalid_request', 'from',
  'the report must not end before it begins');
select is(tests.code_for('authenticated', 'ann', 'select * from farthing.credit_days'), '42501',
  'a user must not read the view of the report');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
update farthing.lot_days set credits = credits + 1 where day = '2027-01-02' and movement = 'debt_paid';
select is((select count(*) from farthing.prove()), 3::bigint, 'the whole proof finds a changed sum');
update farthing.lot_days set credits = credits - 1 where day = '2027-01-02' and movement = 'debt_paid';
update farthing.lot_days set credits = credits + 1 where day = '2027-01-02' and source = 'paid';
select results_eq('select rule from farthing.prove_new()', array[14],
  'the incremental proof finds a changed sum of entries');

select * from finish();
rollback;
