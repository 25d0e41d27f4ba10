-- Revenue with tax and discounts: the lines, reports and journal of orders, refunds and disputes. All sums
-- were computed by hand, in the minor units of PLN (grosze) and ISK (aurar).

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/payouts.psql
\ir ../helpers/paid_amounts.psql
\ir ../helpers/orders.psql
select no_plan();

-- Returns the lines of an order, or the lines of one source of the order.
create function pg_temp.lines(p_name text, p_source text default null) returns text language sql as $$
  select string_agg(concat_ws(' ', l.kind, l.amount), ', ' order by l.line_nr)
  from farthing.revenue_lines l join tests.bought b using (order_id)
  where b.name = p_name and l.source_id = coalesce(p_source, l.source_id)
$$;
create function pg_temp.days(p_from date default '2027-01-01', p_to date default '2027-01-31')
returns setof text language sql as $$
  select concat_ws(' ', r ->> 'day', r ->> 'currency', (select string_agg(c || ' ' || v, ', ' order by nr)
    from unnest('{gross,discounts,tax,refunds,disputes,dispute_fees,stripe_fees_provisional,net,
      balance_change}'::text[]) with ordinality u (c, nr), lateral (select r ->> c) w (v) where v <> '0'))
  from jsonb_array_elements(report_revenue(p_from, p_to, p_now => tests.after()) -> 'rows')
    with ordinality e (r, row_nr) order by row_nr
$$;

select is(tests.begins('ann', 'exclusive', false), 'ann', 'ann begins a checkout with tax on top');
select is(tests.begins('bob', 'inclusive', false), 'bob', 'bob begins one with tax in the price');
select is(tests.begins('cyn', 'exclusive', true), 'cyn', 'cyn begins one with tax and promotion codes');
select is(tests.begins('dan', null, true), 'dan', 'dan begins one with promotion codes');
select is(tests.begins('eve', 'inclusive', true, p_currency => 'isk'), 'eve', 'eve begins one in krónur');
select is(tests.session_event('ann', '{1000,0,230,1230}'), 'processed', 'ann pays 23 % on top');
select is(tests.session_event('bob', '{1000,0,187,1000}'), 'processed',
  'bob pays 1000, of which 187 are tax');
select is(tests.session_event('cyn', '{1000,250,173,923}'), 'processed', 'cyn pays with a code');
select is(tests.session_event('dan', '{1000,1000,0,0}', p_status => 'no_payment_required'), 'processed',
  'dan has a code of 100 %');
-- Of 3000 aurar, a discount takes off 600. The remaining 2400 include a tax of 24 %: 2400 * 24 /
-- 124 = 464.5, so 465.
select is(tests.session_event('eve', '{3000,600,465,2400}'), 'processed', 'eve pays with a code and tax');

select is(pg_temp.lines(name), lines, format('the lines of %s add up to what was paid', name))
from (values ('ann', 'charge 1000, tax 230'), ('bob', 'charge 813, tax 187'),
  ('cyn', 'charge 1000, discount -250, tax 173'), ('dan', 'charge 1000, discount -1000'),
  ('eve', 'charge 2535, discount -600, tax 465')) l (name, lines);
-- In grosze, gross is 1000 + 813 + 1000 + 1000. The discounts are 250 + 1000, and the tax is 230 +
-- 187 + 173. The balance grows by the payments: 1230 + 1000 + 923.
select results_eq('select * from pg_temp.days()', array[
  '2027-01-01 isk gross 2535, discounts -600, tax 465, net 1935, balance_change 2400',
  '2027-01-01 pln gross 3813, discounts -1250, tax 590, net 2563, balance_change 3153'],
  'tax is no revenue, and the balance at Stripe grows by all that was paid');
select is((select array_agg(concat_ws(' ', t ->> 'gross', t ->> 'discounts', t ->> 'tax')
    order by t ->> 'currency')
  from jsonb_array_elements(report_revenue('2027-01-01', '2027-01-31') -> 'totals') t),
  '{2535 -600 465,3813 -1250 590}', 'the totals have them, too');

-- Ann gets a third of her payment back three times: 410 of 1230. The tax in all refunds so far is
-- 76.7 after the first refund, 153.3 after the second, and 230 after the third.
select is(tests.returns_money('ann', nr, 410, nr * interval '1 h'), '{"received": true}',
  format('ann gets 410 back, time %s', nr)) from generate_series(1, 3) nr;
select is(array(select pg_temp.lines('ann', 're_ann_' || nr) from generate_series(1, 3) nr),
  '{"refund -333, tax_returned -77","refund -334, tax_returned -76","refund -333, tax_returned -77"}',
  'the tax of the parts adds up to the tax');
select is((select sum(amount) from farthing.revenue_lines join tests.bought b using (order_id)
  where b.name = 'ann'), 0::numeric, 'nothing is left of the payment');
select is(tests.bought_by('ann'), 'refunded, 12000 clawed back; balance 0, held 0, available 0, debt 0',
  'and nothing of the credits');

-- Eve gets 700 back and then 900, and then the first refund fails. The tax in all refunds so far:
-- after the first refund, 465 * 700 / 2400 = 135.6; after the second, 465 * 1600 / 2400 = 310;
-- after the failure, 465 * 900 / 2400 = 174.4.
select is(tests.returns_money('eve', 1, 700, '1 h'), '{"received": true}', 'eve gets 700 back');
select is(tests.returns_money('eve', 2, 900, '2 h'), '{"received": true}', 'eve gets 900 back');
select is(tests.returns_money('eve', 1, 700, '3 h', 'failed'), '{"received": true}',
  'the first refund fails');
select is(pg_temp.lines('eve'), 'charge 2535, discount -600, tax 465, refund -564, tax_returned -136, '
  'refund -726, tax_returned -174, refund_failure 564, tax_returned 136',
  'the tax of a failed refund is owed again');

-- Bob has paid 1000 grosze, of which 187 are tax. His bank withdraws 400 grosze, of which 74.8 are
-- tax. Then 600 are refunded, and the dispute is won.
select is(tests.receive('charge.dispute.updated', jsonb_build_object('dispute_id', 'du_bob', 'payment_id',
  'pi_bob', 'charge_id', 'ch_bob', 'amount', 400, 'currency', 'pln', 'status', status, 'reason', 'fraudulent',
  'case_type', 'chargeback', 'movements', moved), made), '{"received": true}', 'bob''s dispute is ' || status)
from (values ('needs_response', '1 h'::interval, '[{"id": "txn_1", "amount": -400, "fee": 1500,
  "currency": "pln", "exchange_rate": null}]'::jsonb)) d (status, made, moved);
select is(tests.returns_money('bob', 1, 600, '2 h'), '{"received": true}', 'bob gets the other 600 back');
select is(pg_temp.lines('bob'), 'charge 813, tax 187, dispute -325, tax_returned -75, dispute_fee -1500, '
  'refund -488, tax_returned -112', 'a dispute and a refund return the whole tax together');
select is((select string_agg(state || coalesce(': ' || last_error, ''), ', ') from farthing.inbox
  where state not in ('processed', 'ignored')), null, 'all events are applied');

-- Stripe's balance transactions contain the tax, so the sum of the lines equals the sum of the balance
-- transactions.
select is(tests.payout('po_1', 'paid', 'completed', jsonb_build_object('currency', 'pln', 'amount',
  1230 + 1000 + 923 - 1230 - 400 - 1500 - 600), '4 h'), 'processed', 'Stripe pays out');
select is(tests.lists(jsonb_build_array(
  tests.listed('ann', 'charge', 1230, c), tests.listed('bob', 'charge', 1000, c),
  tests.listed('cyn', 'charge', 923, c),
  tests.listed('ann1', 'refund', -410, c || '{"source_id": "re_ann_1", "payment_id": "pi_ann"}'),
  tests.listed('ann2', 'refund', -410, c || '{"source_id": "re_ann_2", "payment_id": "pi_ann"}'),
  tests.listed('ann3', 'refund', -410, c || '{"source_id": "re_ann_3", "payment_id": "pi_ann"}'),
  tests.listed('bob1', 'refund', -600, c || '{"source_id": "re_bob_1", "payment_id": "pi_bob"}'),
  tests.listed('1', 'dispute', -400, c || '{"source_id": "du_bob", "payment_id": "pi_bob", "fee": 1500,
    "net": -1900}')), '4 h'), '0', 'the list has no mismatch')
from (select '{"currency": "pln", "source_currency": "pln"}'::jsonb) x (c);
select is((select array_agg(distinct concat_ws(' ', r ->> 'matched', r ->> 'difference', r ->> 'mismatch'))
  from jsonb_array_elements(report_payout('po_1') -> 'rows') r), '{"true 0"}',
  'each line of the payout equals ours');
select is((select string_agg(c ->> 'difference', ' ' order by c ->> 'name')
  from jsonb_array_elements(report_revenue('2027-01-01', '2027-01-31') -> 'controls') c
  where c ->> 'name' like '%pln%'), '0 0', 'the lines equal Stripe''s balance transactions');

-- Deferred revenue is the paid amount without tax. Credits were sold for 1000 + 813 + 750 grosze,
-- and cyn's 750 remain deferred.
select isnt(farthing.seal(), 0, 'the entries are sealed');
select is((select concat_ws(' ', r ->> 'purchases', r ->> 'used', r ->> 'refunded', r ->> 'clawed_back',
    r ->> 'closing', r ->> 'difference')
  from jsonb_array_elements(report_liabilities('2027-01-01', '2027-01-31') -> 'rows') r
  where r ->> 'currency' = currency), row_of, 'deferred revenue in ' || currency)
-- 900 / 2400 of eve's payment are refunded: 12000 * 0.375 = 4500 credits. They are taken from the paid lot of
-- 10,000 credits, which is worth 1612.5 of eve's 1935 aurar.
from (values ('pln', '2563 0 1488 325 750 0'), ('isk', '1935 0 725 0 1210 0')) d (currency, row_of);

-- The journal: tax is a liability, and a discount lowers the payment.
select is(array(select concat_ws(' ', t ->> 'account', t ->> 'debit', t ->> 'credit')
  from jsonb_array_elements(report_journal('2027-01-01', '2027-01-31') -> 'totals') t
  where t ->> 'currency' = 'pln' order by 1), array['deferred_revenue 1813 2563', 'discounts 1250 1250',
    'disputes 325 325', 'refunds 1488 1488', 'stripe_balance 4403 4980', 'stripe_fees 1500 0',
    'tax_payable 417 590', 'unapplied_payments 3813 3813'],
  'of 590 of tax 417 returned, and payments and discounts are applied');
select is((select array_agg(distinct c ->> 'difference') from jsonb_array_elements(
  report_journal('2027-01-01', '2027-01-31') -> 'controls') c), '{0}', 'the controls of the journal hold');
-- Metrics: dan paid nothing, so only three accounts count as paying.
select is((select array_agg(concat_ws(' ', r ->> 'name', r ->> 'value') order by r ->> 'name')
  from jsonb_array_elements(report_metrics('2027-01-01', '2027-01-31') -> 'rows') r
  where r ->> 'currency' = 'pln' and r ->> 'product_line' = 'credits'
    and r ->> 'name' in ('gmv', 'paying_accounts')), '{"gmv 3813","paying_accounts 3"}',
  'an order with a discount of 100 % is no payment');

-- A closed month does not change: a refund that arrives later counts in the open month.
create temporary table january as select array(select * from pg_temp.days()) as days;
select is(farthing.close_months(tests.after('35 d')), 1, 'January closes');
select is(tests.returns_money('cyn', 1, 923, '36 d'), '{"received": true}', 'cyn is refunded in February');
select is(array(select * from pg_temp.days()), days, 'January is the same') from january;
select results_eq($$select * from pg_temp.days('2027-02-01', '2027-02-28')$$,
  array['2027-02-06 pln tax -173, refunds -750, net -750, balance_change -923'],
  'February returns the tax and the money');

select is(farthing.roll_up_revenue(), (select count(*)::int from farthing.revenue_lines), 'days are summed');
select is(array(select * from pg_temp.days()), days, 'the report of the sums is the same') from january;
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

-- A refund fails while a dispute has withdrawn the money, and then the dispute is won. In the end nothing
-- was returned, so refunds, disputes and their tax are all 0, in every order of the events.
create function pg_temp.disputed(p_name text, p_amount bigint, p_words text[], p_passed interval)
returns jsonb language sql as $$
  select tests.receive('charge.dispute.updated', jsonb_build_object('dispute_id', 'du_' || p_name,
    'payment_id', 'pi_' || p_name, 'charge_id', 'ch_' || p_name, 'amount', p_amount, 'currency', 'pln',
    'status', case when 'in' = any (p_words) then 'won' else 'needs_response' end, 'reason', 'fraudulent',
    'case_type', 'chargeback', 'movements', (select jsonb_agg(m || '{"currency": "pln", "fee": 0}')
      from jsonb_array_elements(tests.moved(p_name, p_amount, p_words)) m)), p_passed)
$$;
-- Events: 1 makes a refund, 2 reports its failure, 3 withdraws money by a dispute, 4 wins the dispute, 5
-- refunds a part, 6 reports the failure of that refund.
create function pg_temp.happens(p_name text, p_events int[], p_amount bigint default 1230)
returns text language plpgsql as $$
declare
  v_event int;
  v_at interval := '41 d';
begin
  perform tests.begins(p_name, 'exclusive', false, '40 d');
  perform tests.session_event(p_name, '{1000,0,230,1230}', '40 d');
  foreach v_event in array p_events loop
    v_at := v_at + interval '1 h';
    perform case v_event
      when 1 then tests.returns_money(p_name, 1, 600, v_at, 'pending')
      when 2 then tests.returns_money(p_name, 1, 600, v_at, 'failed')
      when 3 then pg_temp.disputed(p_name, p_amount, '{out}', v_at)
      when 4 then pg_temp.disputed(p_name, p_amount, '{out,in}', v_at)
      when 5 then tests.returns_money(p_name, 2, 257, v_at, 'pending')
      when 6 then tests.returns_money(p_name, 2, 257, v_at, 'failed') end;
  end loop;
  return (select concat_ws(', ',
      'refunds ' || sum(amount) filter (where kind in ('refund', 'refund_failure')),
      'disputes ' || sum(amount) filter (where kind in ('dispute', 'dispute_reversal')),
      'tax ' || sum(amount) filter (where kind = 'tax_returned'))
    from farthing.revenue_lines join tests.bought b using (order_id) where b.name = p_name);
end
$$;
select is(pg_temp.happens('fay', '{1,3,2,4}'), 'refunds 0, disputes 0, tax 0',
  'a refund that fails during a dispute that is won leaves nothing');
-- The tax in the returned money is 230 * 600 / 1230 = 112.2 after the refund, and 230 * 1830 / 1230
-- = 342.2 after the dispute. The second amount exceeds the whole tax, because the money is returned
-- twice for a while.
select is(pg_temp.lines('fay'), 'charge 1000, tax 230, refund -488, tax_returned -112, dispute -1000, '
  'tax_returned -230, refund_failure 488, tax_returned 112, dispute_reversal 1000, tax_returned 230',
  'each return has its own tax, and each reversal reinstates it');
select is(pg_temp.happens(array_to_string(nrs, ''), nrs), 'refunds 0, disputes 0, tax 0',
  format('nothing remains of the events %s', nrs))
from tests.orders_of('{1,2,3,4,5,6}') nrs
where nrs[1] = 1 and array_position(nrs, 3) < array_position(nrs, 4)
  and array_position(nrs, 5) < array_position(nrs, 6);
select is(farthing.returned_tax(230, 1230, returned), tax, format('the tax of %s is %s', returned, tax))
-- For example, 3 * 230 / 1230 = 0.56, so the tax of 3 is 1. 615 is half of the payment, so its tax
-- is half of 230. 630 * 230 / 1230 = 117.8, so the tax of -630 is -118.
from (values (0, 0::bigint), (3, 1), (2, 0), (-2, 0), (-3, -1), (615, 115), (-615, -115), (1230, 230),
  (1830, 342), (-630, -118)) r (returned, tax);
select is(array(select farthing.returned_tax(1, 2, returned) from unnest('{-1,1,3}'::int[]) returned),
  '{0,1,2}', 'a half rounds up below nothing and above the whole, too');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

-- The proof reads the facts of an order from its refunds and disputes. It reads revenue lines only for a
-- movement in a different currency.
create function pg_temp.line_scans() returns bigint language sql as $$
  select seq_scan + idx_scan from pg_stat_xact_user_tables where relid = 'farthing.revenue_lines'::regclass
$$;
create temporary table scanned as select pg_temp.line_scans() as scans;
select cmp_ok((select count(*) from farthing.revenue_facts() where fact = 'dispute'), '>=', 60::bigint,
  'many orders are disputed');
select is(pg_temp.line_scans(), scans, 'none of them makes the proof scan the lines') from scanned;

-- A bank withdraws euros for a payment that was made in PLN.
select is(tests.begins('gus', 'exclusive', false, '40 d'), 'gus', 'gus begins a checkout with tax');
select is(tests.session_event('gus', '{1000,0,230,1230}', '40 d'), 'processed', 'gus pays');
select is(tests.receive('charge.dispute.updated', '{"dispute_id": "du_gus", "payment_id": "pi_gus",
  "charge_id": "ch_gus", "amount": 1230, "currency": "pln", "status": "needs_response",
  "reason": "fraudulent", "case_type": "chargeback", "movements": [{"id": "txn_gus", "amount": -290, "fee": 0,
  "currency": "eur", "exchange_rate": 0.236}]}', '41 d'), '{"received": true}', 'the bank withdraws euros');
select is(pg_temp.lines('gus'), 'charge 1000, tax 230, dispute -1000, tax_returned -230',
  'the lines are in the currency of the payment');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

-- The proof names wrong lines. After the first change, gus's dispute line and tax_returned line say
-- that 1107 of 1230 was returned. That amount includes 207 of tax, but the tax_returned line says
-- 230.
select tests.unguarded('revenue_lines', $$update farthing.revenue_lines set amount = amount + 123
  where kind = 'dispute' and order_id = (select order_id from tests.bought where name = 'gus')$$);
select tests.unguarded('revenue_lines', $$update farthing.revenue_lines set amount = amount + 1
  where kind in ('discount', 'tax', 'tax_returned')
    and order_id = (select order_id from tests.bought where name = 'eve')$$);
select is(array(select regexp_replace(detail, '(order|refund) [-0-9a-f]{36}', '\1')
    from farthing.prove_revenue() where detail not like 'revenue of%' order by 1),
  array['order: discount of -600 isk, its revenue lines say -599',
    'order: tax of 23 pln, its revenue lines say 0',
    'order: tax of 291 isk, its revenue lines say 295',
    'refund: refund of -900 isk, its revenue lines say -899',
    'refund: refund of 0 isk, its revenue lines say 2'],
  'the proof names the discount, the taxes and the refunds whose lines are wrong');
select * from finish();
rollback;
