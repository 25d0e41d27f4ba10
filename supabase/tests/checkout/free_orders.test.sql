-- Free orders: a promotion code of 100 % leaves nothing to pay. The buyer of a free order gets the
-- credits, but no figure counts a free order as a payment. Amounts are in grosze, the minor unit of
-- PLN. All sums were computed by hand.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/paid_amounts.psql
\ir ../helpers/payouts.psql
select no_plan();

create function pg_temp.order_of(p_name text) returns farthing.orders language sql as $$
  select o.* from farthing.orders o join tests.bought b using (order_id) where b.name = p_name
$$;
-- Returns the report's row with this name, as text.
create function pg_temp.figure(p_report jsonb, p_name text, p_currency text default null) returns text
language sql as $$
  select concat_ws(' ', coalesce(r ->> 'value', '-'), r ->> 'samples',
    '(' || (r ->> 'numerator') || coalesce('/' || (r ->> 'denominator'), '') || ')')
  from jsonb_array_elements(p_report -> 'rows') r
  where r ->> 'name' = p_name and r ->> 'currency' is not distinct from p_currency
    and coalesce(r ->> 'product_line', 'credits') = 'credits'
$$;
create function pg_temp.funnel(p_rows jsonb) returns text[] language sql as $$
  select array_agg(concat_ws(' ', r ->> 'day', r ->> 'checkouts', r ->> 'buyers', r ->> 'paid', r ->> 'free',
    r ->> 'paid_share', '|', r ->> 'refused_accounts', r ->> 'purchases_after_refusal',
    r ->> 'first_purchases_after_refusal') order by nr)
  from jsonb_array_elements(p_rows) with ordinality e (r, nr)
$$;
create function pg_temp.differences(p_report jsonb) returns text[] language sql as $$
  select array_agg(distinct c ->> 'difference') from jsonb_array_elements(p_report -> 'controls') c
$$;

select is(idempotency_store(tests.sha256(name), tests.sha256('body'), 402,
  '{"code": "insufficient_credits"}', tests.person(name), tests.after()), '{}', name || ' lacks credits')
from unnest('{ann,dan,gus}'::text[]) name;
select is(tests.begins(name, null, true, '1 h'), name, name || ' begins a checkout with promotion codes')
from unnest('{ann,dan,eve,fay,gus}'::text[]) name;

-- If there was no payment, only a completed session with a total of 0 grants credits.
select is(tests.session_event('dan', amounts, '1 h', status, p_changes => '{"payment_id": null}'),
  format('failed: order x: amount_total is %s, expected 0, because there was no payment', amounts[4]),
  format('%s without a payment grants nothing for %s', status, amounts[4]))
from unnest('{paid,no_payment_required}'::text[]) status,
  (values ('{1000,0,0,1000}'::bigint[]), ('{1000,999,0,1}')) a (amounts);
select is(tests.session_event('eve', '{1000,1000,0,0}', '1 h', 'paid', type, '{"payment_id": null}'),
  'processed', format('a session of 0 that is %s is no purchase', type))
from unnest('{expired,async_payment_succeeded}'::text[]) type;
select is((select count(*) from farthing.lots), 0::bigint, 'nothing is granted');

-- Ann pays after 10 s. Dan's session needs no payment. Eve's session has an amount of 0 and counts as paid.
-- Gus's first order is free, and he pays for the second. Fay leaves the page.
select is(tests.session_event('ann', '{1000,250,0,750}', '1 h 10 s'), 'processed', 'ann pays 750');
select is(tests.session_event('dan', '{1000,1000,0,0}', '2 h', 'no_payment_required'), 'processed',
  'dan has a code of 100 %');
select is(tests.session_event('eve', '{1000,1000,0,0}', '2 h', 'paid', p_changes => '{"payment_id": null}'),
  'processed', 'so has eve');
select is(tests.session_event('gus', '{1000,1000,0,0}', '2 h', 'no_payment_required'), 'processed',
  'so has gus');
select is((select concat_ws(' ', o.status, o.payment_ref, o.amount_total, o.paid_at - o.created_at)
  from pg_temp.order_of(name) o), format('paid cs_%s 0 01:00:00', name),
  format('the payment of %s is the session', name))
from unnest('{dan,eve,gus}'::text[]) name;
select is(tests.balance(name, '2 h'), 'balance 12000, held 0, available 12000, debt 0',
  name || ' has the credits') from unnest('{ann,dan,eve,gus}'::text[]) name;
update tests.bought set name = 'gus before' where name = 'gus';
select is(tests.begins('gus', null, true, '25 h'), 'gus', 'gus begins another checkout');
select is(tests.session_event('gus', '{1000,0,0,1000}', '25 h 20 s', p_changes => '{"session_id": "cs_2"}'),
  'processed', 'gus pays 1000');

-- Revenue: the prices of five orders, less the discounts. A free order has no revenue.
select is(array(select concat_ws(' ', r ->> 'day', r ->> 'gross', r ->> 'discounts', r ->> 'net')
  from jsonb_array_elements(report_revenue('2027-01-01', '2027-01-31') -> 'rows') r),
  '{2027-01-01 4000 -3250 750,2027-01-02 1000 0 1000}', 'a free order is a price and its discount');
create temporary table metrics as select report_metrics('2027-01-01', '2027-01-31') as report;
select is(pg_temp.figure(report, name, currency), figure, format('%s is %s', name, figure))
from metrics, (values ('gmv', 'pln', '5000 (5000)'), ('net_revenue', 'pln', '1750 (1750)'),
  ('paying_accounts', 'pln', '2 (2)'), ('arpu', 'pln', '875 (1750/2)'),
  -- Two of the five buyers, ann and gus, have paid.
  ('conversion', null, '0.4 (2/5)')) f (name, currency, figure);
-- There were six checkouts: ann and gus paid for one each, three were free, and one was abandoned.
-- Dan was refused for lack of credits, and has paid nothing since.
select is(pg_temp.funnel(report -> 'rows'), '{2027-01-01 5 1 1 3 0.2 | 3 2 2,2027-01-02 1 1 1 0 1 | 0 0 0}',
  'buyers are those who paid')
from report_funnel('2027-01-01', '2027-01-31') report;
select is(pg_temp.funnel(report -> 'totals'), '{6 2 2 3 0.333333 | 3 2 2}', 'so are those of all days')
from report_funnel('2027-01-01', '2027-01-31') report;

-- Key figures: the two payments came 10 s and 20 s after the beginning of their checkouts, and the
-- evidence of all five orders is complete.
select is(farthing.seal(tests.after('48 h')), 10, 'the entries are sealed');
select is(pg_temp.figure(report, name), figure, format('%s is %s', name, figure))
from report_kpis('2027-01-01', '2027-01-31') report,
  (values ('time_to_first_dollar_p50', '10 2'), ('time_to_first_dollar_p95', '20 2'),
    ('evidence_completeness', '1 5'), ('orders_without_evidence', '0 5'), ('purchased_credits', '50000 5'))
  f (name, figure);
select is((select concat_ws(' ', r ->> 'purchases', r ->> 'closing', r ->> 'difference')
  from jsonb_array_elements(report_liabilities('2027-01-01', '2027-01-31') -> 'rows') r), '1750 1750 0',
  'the credits of a free order are worth nothing');

-- Stripe makes no balance transaction for a free order, and no check expects one.
update farthing.balance_lists set done_until = tests.after();
select is(tests.payout('po_1', 'paid', 'completed', jsonb_build_object('currency', 'pln', 'amount', 1750,
  'made_at', extract(epoch from tests.after('30 d'))::bigint), '30 d'), 'processed', 'Stripe pays out 1750');
select is(tests.lists(jsonb_build_array(tests.listed('ann', 'charge', 750, c),
  tests.listed('gus', 'charge', 1000, c)), '30 d'), '0', 'the list has both payments')
from (select '{"currency": "pln", "source_currency": "pln"}'::jsonb) x (c);
update farthing.paid_out_round set done_until = tests.after();
select is(sum(farthing.find_never_paid_out(tests.after('30 d') + nr * interval '15 min')), 0::bigint,
  'no free order counts as never paid out') from generate_series(1, 9) nr;
select cmp_ok(done_until, '>', tests.after('48 h'), 'all orders were looked at') from farthing.paid_out_round;
select is_empty('select * from tests.mismatches()', 'nothing differs from Stripe');
select is(pg_temp.differences(report), '{0}', format('the controls of %s hold', name))
from (values ('revenue', report_revenue('2027-01-01', '2027-01-31')),
  ('funnel', report_funnel('2027-01-01', '2027-01-31')), ('kpis', report_kpis('2027-01-01', '2027-01-31')),
  ('liabilities', report_liabilities('2027-01-01', '2027-01-31')),
  ('journal', report_journal('2027-01-01', '2027-01-31'))) r (name, report);

-- Nothing can be refunded.
select is(tests.outcome(format('select refunds_begin(%L, p_amount => %L, p_idempotency_key => %L,
  p_fingerprint => %L, p_author => %L)', (pg_temp.order_of('dan')).order_id, amount,
  tests.sha256(coalesce(amount, 'all')), tests.sha256('body'), 'key:a')) - 'status',
  '{"code": "refund_too_large", "field": "amount", "details": {"refundable": 0, "currency": "pln"}}',
  format('refund of %s: nothing was paid', coalesce(amount, 'everything')))
from (values (null), ('1')) a (amount);

-- The buyer and the operators see what was paid.
select is((select string_agg(concat_ws(' ', o ->> 'amount', o ->> 'amount_discount', o ->> 'amount_total'),
    ', ' order by nr)
  from jsonb_array_elements(checkout_orders(tests.person('gus')) -> 'orders') with ordinality e (o, nr)),
  '1000 0 1000, 1000 1000 0', 'the list of orders has 0 of 1000');
select is((select array_agg((n.data ->> 'amount')::int order by n.created_at) from farthing.notifications n
  join farthing.accounts a using (account_id)
  where a.owner_id = tests.person('gus') and n.template = 'receipt'), '{0,1000}',
  'the receipts have what was paid');
select is(array(select matched_by from farthing.find_by_stripe_id(id)), matched, id || ' is found')
from (values ('cs_dan', '{checkout_session_id}'::text[]), ('pi_ann', '{payment_id}')) f (id, matched);

-- The revenue lines can be written again, with the same result.
select tests.unguarded('revenue_lines', 'delete from farthing.revenue_lines where order_id is not null');
select is(farthing.book_missing_orders(tests.after('60 d')), 5::bigint, 'lines that are missing are booked');
select is((select string_agg(concat_ws(' ', kind, amount), ', ' order by kind) from farthing.revenue_lines
  where source_id = 'cs_dan'), 'charge 1000, discount -1000', 'those of a free order, too');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
