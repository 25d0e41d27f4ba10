-- The report of liabilities: the roll-forward of deferred revenue. All sums were computed by hand.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select farthing.set_policy('{"overdraft_floor": 10000}', 'the debts of this test');
select no_plan();

create function pg_temp.report(p_to date, p_after text default null, p_limit int default 1000)
returns jsonb language sql as $$
  select report_liabilities('2027-01-15', p_to, p_after, p_limit, tests.after())
$$;
create function pg_temp.lines(p_rows jsonb) returns text[] language sql as $$
  select coalesce(array_agg(concat_ws(' ', r ->> 'month', r ->> 'currency', r ->> 'opening',
    '+', r ->> 'purchases', 'used', r ->> 'used', 'breakage', r ->> 'breakage', 'refunded', r ->> 'refunded',
    'clawed', r ->> 'clawed_back', '=', r ->> 'closing', r ->> 'proof', r ->> 'difference')
    order by nr), '{}')
  from jsonb_array_elements(p_rows) with ordinality e (r, nr)
$$;
-- Seals the entries one after the other, so that the movements of a lot are summed in many batches.
create function pg_temp.seals_one_by_one() returns int language plpgsql as $$
declare
  v_count int := 0;
begin
  while farthing.seal(p_limit => 1) > 0 loop
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
-- A user buys a package and pays.
create function pg_temp.buys(p_name text, p_package text, p_passed interval) returns jsonb
language plpgsql as $$
declare
  v_order jsonb := checkout_begin(tests.person(p_name), (select package_id::text from farthing.packages
    where name = p_package), 'https://a.test', 'https://a.test', p_now => tests.after(p_passed)) -> 'order';
begin
  insert into tests.bought values (p_name, (v_order ->> 'order_id')::uuid);
  return tests.receive('checkout.session.completed', jsonb_build_object('order_id', v_order ->> 'order_id',
    'session_id', 'cs_' || p_name, 'payment_id', 'pi_' || p_name, 'payment_status', 'paid',
    'amount', v_order -> 'amount', 'currency', v_order ->> 'currency'), p_passed);
end
$$;

select is(pg_temp.report('2027-03-31') - 'as_of', '{"from": "2027-01-01", "to": "2027-03-31",
  "time_zone": "UTC", "rows": [], "totals": [], "controls": [], "next_cursor": null, "formulas":
  {"closing": "opening + purchases - used - breakage - refunded - clawed_back + adjustments", "proof":
  "sum of round(price * remaining / amount) over all lots, in the last month only", "difference":
  "closing - proof"}, "policies": [{"name": "bonus_allocation", "version": 1, "value": "pro_rata"},
  {"name": "breakage", "version": 1, "value": "at_expiry"}]}',
  'before the first sale there are no rows; a range has whole months');

-- January. Ann pays 9999 cents for 114,990 credits: 99,990 paid and 15,000 bonus credits. The price
-- of the bonus lot is 9999 * 15000 / 114990 = 1304.33, so 1304 cents. The price of the paid lot is
-- the other 8695.
select is(pg_temp.buys('ann', 'Business', '0'), '{"received": true}', 'ann buys Business');
select is((select array_agg(price order by source) from farthing.lots), '{1304,8695}',
  'the price is spread over paid and bonus credits');
-- The bonus credits are used first. After the first debit, 1304 * 13765.5 / 15000 = 1196.7 cents
-- remain in the bonus lot, so 107 are used. The next two debits use 0 and 1197. After the last
-- debit, 8695 * 66656.67 / 99990 = 5796.4 cents remain in the paid lot, so 2899 are used. In
-- January 4203 cents are used in all.
select isnt(tests.spends('ann', amount, '1 d'), null, 'ann spends ' || amount)
from unnest(array['1234.5', '0.000000000000000001', '13765.499999999999999999', '33333.333333333333333333'])
  amount;
-- Bob uses 5,000 of the 9,990 credits that he bought for 999 cents: 500 cents are used. Eve owes
-- 100 credits before she buys, so 100 credits are used at once: 10 cents. Dan uses 90 credits: 9
-- cents. His other 990 cents are breakage.
select is(pg_temp.buys(name, 'Starter', '2 d'), '{"received": true}', name || ' buys Starter')
from unnest(array['bob', 'dan', 'fay']) name;
select is(tests.spends('bob', '5000', '3 d'), '4990', 'bob spends 5,000');
select is(tests.spends('dan', '90', '3 d'), '9900', 'dan spends 90');
delete from auth.users where email = 'dan@example.com';
select isnt(tests.give('eve', '10', p_passed => '3 d'), null, 'eve is granted 10');
select is(holds_settle(tests.hold('eve', '10', p_passed => '4 d'), '110', p_now => tests.after('4 d'))
  #>> '{data,shortfall}', '100', 'eve owes 100');
select is(pg_temp.buys('eve', 'Starter', '5 d'), '{"received": true}', 'eve buys Starter');
select is(pg_temp.seals_one_by_one(), 16, 'all entries are sealed, one in each run');
select is(pg_temp.lines(pg_temp.report('2027-01-31') -> 'rows'), array[
  '2027-01 usd 0 + 13995 used 4722 breakage 990 refunded 0 clawed 0 = 8283 8283 0'],
  'January: 9999 + 4 * 999 are sold, 4203 + 500 + 9 + 10 are used');
create temporary table january as select pg_temp.report('2027-01-31') #- '{rows,0,proof}'
  #- '{rows,0,difference}' #> '{rows,0}' as r;

-- February. Ann uses credits worth 2898 cents. A third of bob's payment is refunded: 3,330 credits,
-- 333 cents. Fay's bank withdraws her payment: 999 cents. Gus pays in euros.
insert into farthing.packages (package_id, version, name, amount, currency, credits, active, effective_from)
values (md5('euro')::uuid, 1, 'Euro', 1000, 'eur', 9000, true, tests.after());
select is(tests.spends('ann', '33333.333333333333333333', '31 d'), '33323.333333333333333334',
  'ann spends a third');
select is(tests.refund('bob', 1, 333, p_passed => '32 d'), '{"received": true}', 'bob is refunded in part');
select is(tests.dispute('fay', 'lost', p_passed => '33 d'), '{"received": true}', 'fay''s bank takes 999');
select is(pg_temp.buys('gus', 'Euro', '34 d'), '{"received": true}', 'gus buys Euro');
select is(farthing.seal(), 4, 'all entries are sealed in one run');
select is(pg_temp.lines(pg_temp.report('2027-02-28') -> 'rows'), array[
  '2027-01 usd 0 + 13995 used 4722 breakage 990 refunded 0 clawed 0 = 8283',
  '2027-02 eur 0 + 1000 used 0 breakage 0 refunded 0 clawed 0 = 1000 1000 0',
  '2027-02 usd 8283 + 0 used 2898 breakage 0 refunded 333 clawed 999 = 4053 4053 0'],
  'February: a refund and a dispute take what remains');

-- March. More facts about January's payments arrive. The rest of bob's payment is refunded: his
-- remaining 1,660 credits, worth 166 cents, are clawed back. Fay's dispute is won. Ann uses credits
-- worth 966 + 1932 cents.
select is(tests.refund('bob', 2, 666, p_passed => '60 d'), '{"received": true}', 'bob is refunded');
select is(tests.dispute('fay', 'won', p_passed => '61 d'), '{"received": true}', 'fay''s dispute is won');
select isnt(tests.spends('ann', amount, '62 d'), null, 'ann spends ' || amount)
from unnest(array['11111.1', '22212.233333333333333334']) amount;
select is(settings_accounting_set('[{"name": "bonus_allocation", "value": "zero"}]', null, 'a test', false,
  p_now => tests.after('62 d')) #> '{data,changes,0,version}', '2',
  'bonus credits have no price from now on');
select is(pg_temp.buys('hal', 'Business', '63 d'), '{"received": true}', 'hal buys Business');
select is((select array_agg(price order by source) from farthing.lots
  join farthing.accounts using (account_id) where owner_id = tests.person('hal')), '{0,9999}',
  'the paid credits have the whole price');
select is(tests.spends('hal', '15000', '64 d'), '99990', 'hal spends the bonus credits, which have no price');
select is(farthing.seal(), 8, 'all entries are sealed in one run');
select is(pg_temp.lines(pg_temp.report('2027-03-31') -> 'rows'), array[
  '2027-01 usd 0 + 13995 used 4722 breakage 990 refunded 0 clawed 0 = 8283',
  '2027-02 eur 0 + 1000 used 0 breakage 0 refunded 0 clawed 0 = 1000',
  '2027-02 usd 8283 + 0 used 2898 breakage 0 refunded 333 clawed 999 = 4053',
  '2027-03 eur 1000 + 0 used 0 breakage 0 refunded 0 clawed 0 = 1000 1000 0',
  '2027-03 usd 4053 + 9999 used 2898 breakage 0 refunded 166 clawed -999 = 11987 11987 0'],
  'March: late facts are booked in the open month, and a new policy changes no old figure');
select is(pg_temp.report('2027-03-31') #- '{rows,0,proof}' #- '{rows,0,difference}' #> '{rows,0}', r,
  'the closed month is the same as before the late facts') from january;
select is(pg_temp.lines(pg_temp.report('2027-03-31') -> 'totals'), array[
  'eur 0 + 1000 used 0 breakage 0 refunded 0 clawed 0 = 1000',
  'usd 0 + 23994 used 10518 breakage 990 refunded 499 clawed 0 = 11987'],
  'the totals go from the first opening to the last closing');
select is((select sum(value) from farthing.lot_days where source in ('bonus', 'paid') and movement = 'used'
    and day in (select tests.after(p)::date from unnest(array['1 d', '31 d', '62 d']::interval[]) p)),
  9999::numeric, 'ann''s seven odd steps used exactly her 9999 cents');
select is(pg_temp.report('2027-03-31') -> 'policies', '[
  {"name": "bonus_allocation", "version": 1, "value": "pro_rata"},
  {"name": "bonus_allocation", "version": 2, "value": "zero"},
  {"name": "breakage", "version": 1, "value": "at_expiry"}]', 'the answer has all versions of the policies');
select is(array(select jsonb_array_elements(pg_temp.report('2027-03-31') -> 'controls') ->> 'difference'),
  '{0,0}', 'each currency has a control');
select is(pg_temp.report('2027-03-31', null, 1) ->> 'next_cursor', '2027-01 usd', 'a page has a cursor');
select is(pg_temp.lines(pg_temp.report('2027-03-31', '2027-01 usd', 1) -> 'rows'), array[
  '2027-02 eur 0 + 1000 used 0 breakage 0 refunded 0 clawed 0 = 1000'], 'the cursor gives the next page');

-- Hal spends credits worth half a cent. 9999 * 99985 / 99990 = 9998.5 cents remain, which is
-- rounded up to 9999. So no cent counts as used yet.
select is(tests.spends('hal', '5', '65 d'), '99985', 'hal spends 5');
select is(pg_temp.lines(pg_temp.report('2027-03-31') -> 'totals'), array[
  'eur 0 + 1000 used 0 breakage 0 refunded 0 clawed 0 = 1000',
  'usd 0 + 23994 used 10518 breakage 990 refunded 499 clawed 0 = 11987'],
  'an entry that is not sealed is not in the report');
select is(array(select jsonb_array_elements(pg_temp.report('2027-03-31') -> 'controls') ->> 'difference'),
  '{0,0}', 'the controls are of the sealed entries');

-- April. Ian spends 4 credits three times. After the first debit, a refund claws back 3,330
-- credits. After the second debit the refund fails, and the credits are reinstated. The values of
-- the five movements are 0, 333, 1, -333 and 0 cents. A debit's value is the lot's value before the
-- debit, less the rounded value after it. After the debits the lot is worth 998.6, 665.2 and 997.8
-- cents. So the values of the debits are 999 - 999 = 0, 666 - 665 = 1 and 998 - 998 = 0.
select is(pg_temp.buys('ian', 'Starter', '90 d'), '{"received": true}', 'ian buys Starter');
select is(tests.spends('ian', '4', '91 d'), '9986', 'ian spends 4');
select is(tests.refund('ian', 1, 333, p_passed => '91 d'), '{"received": true}', 'ian is refunded in part');
select is(tests.spends('ian', '4', '91 d'), '6652', 'ian spends 4 again');
select is(tests.refund('ian', 1, 333, 'failed', '91 d'), '{"received": true}', 'the refund fails');
select is(tests.spends('ian', '4', '91 d'), '9978', 'ian spends 4 once more');
select is(farthing.seal(), 7, 'all entries are sealed in one run');
select is((pg_temp.lines(report_liabilities('2027-04-01', '2027-04-30') -> 'rows'))[2],
  '2027-04 usd 11987 + 999 used 1 breakage 0 refunded 0 clawed 0 = 12985 12985 0',
  'April: movements of several kinds in turn are valued in their order');
select results_eq($$select movement, sum(value)::int from farthing.lot_days where day = '2027-04-02'
  group by movement order by movement$$, $$values ('refunded', 0), ('used', 1)$$,
  'a refund that failed leaves no value');

select tests.fails_with($$select report_liabilities('2027-02-01', '2027-01-31')$$, 'invalid_request', 'from',
  'the report must not end before it begins');
select is(tests.code_for('none', null, $$update farthing.accounting_policies set value = 'zero'
  where version = 1 and name = 'bonus_allocation'$$), '23001', 'a version of a policy does not change');
select is(tests.code_for('authenticated', 'ann', format('select * from farthing.%I', name)), '42501',
  'a user must not read ' || name)
from unnest(array['lot_days', 'deferred_lots', 'accounting_policies']) name;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select is_empty('select * from farthing.prove_new()', 'the incremental proof finds no violation');

-- The sums are changed one after the other, and the proof finds each change.
create function pg_temp.found(p_sql text, p_proof text) returns text language plpgsql as $$
begin
  execute p_sql;
  raise exception using errcode = 'UNDO1', message = (select coalesce(string_agg(distinct rule::text, ','),
    'nothing') from farthing.prove() where p_proof = 'whole')
    || (select coalesce(string_agg(distinct rule::text, ','), 'nothing') from farthing.prove_new()
      where p_proof = 'new');
exception when sqlstate 'UNDO1' then
  return replace(sqlerrm, 'nothing', '');
end
$$;
select is(pg_temp.found(sql, proof), '14', name || ' is found by the proof: ' || proof)
from (values
  ('a use that was made breakage', 'whole', $$update farthing.lot_days set value = value + case movement
    when 'used' then -9 else 9 end where day = '2027-01-04' and movement in ('used', 'expired')
      and currency = 'usd'$$),
  ('a larger sale', 'new', $$update farthing.lot_days set value = value + 1 where movement = 'granted'
    and currency = 'eur'$$),
  ('a lot that is worth more', 'new', $$update farthing.deferred_lots set value = value + 1
    where currency = 'eur'$$),
  ('a lot with more credits', 'new', $$update farthing.deferred_lots set remaining = remaining - 9
    where currency = 'eur'$$),
  ('a lot that is gone', 'new', $$delete from farthing.deferred_lots where currency = 'eur'$$)
  ) t (name, proof, sql);

select * from finish();
rollback;
