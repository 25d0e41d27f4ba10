-- Tax and discounts: Stripe's subtotal, discount, tax and total are accepted only if they add up and the
-- order allows them. Amounts are in grosze, the minor unit of PLN. All sums are computed by hand.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/paid_amounts.psql
select no_plan();

create function pg_temp.lots(p_name text) returns text language sql as $$
  select string_agg(format('%s %s for %s', l.source, trim_scale(l.amount), l.price), ', '
    order by l.source desc)
  from farthing.lots l join tests.bought b using (order_id) where b.name = p_name
$$;

select is(tests.begins('ann', 'exclusive', false), 'ann', 'ann begins a checkout with tax on top');
select is(tests.begins('bob', 'inclusive', false), 'bob', 'bob begins one with tax in the price');
select is(tests.begins('cyn', 'exclusive', true), 'cyn', 'cyn begins one with tax and promotion codes');
select is(tests.begins('dan', null, true), 'dan', 'dan begins one with promotion codes');
select is(tests.begins('eve', null, false), 'eve', 'eve begins one without both');

-- Amounts that do not add up, or that the order does not allow, are refused. The error names the field, the
-- expected amount and the difference.
select is(tests.session_event(name, amounts), 'failed: order x: ' || error, format('%s must not pay %s', name,
  amounts))
from (values
  ('eve', '{1000,0,0,999}'::bigint[], 'amount_total is 999, expected 1000, difference -1 (pln)'),
  ('eve', '{999,0,0,999}', 'amount_subtotal is 999, expected 1000, difference -1 (pln)'),
  ('eve', '{1000,100,0,900}', 'amount_discount is 100, expected 0, difference 100 (pln)'),
  ('eve', '{1000,0,230,1230}', 'amount_tax is 230, expected 0, difference 230 (pln)'),
  ('ann', '{1000,0,230,1000}', 'amount_total is 1000, expected 1230, difference -230 (pln)'),
  ('ann', '{1000,0,-1,999}', 'amount_tax is -1, expected 0, difference -1 (pln)'),
  ('ann', '{1000,100,207,1107}', 'amount_discount is 100, expected 0, difference 100 (pln)'),
  ('bob', '{1000,0,187,1187}', 'amount_total is 1187, expected 1000, difference 187 (pln)'),
  ('bob', '{1000,0,1001,1000}', 'amount_tax is 1001, expected 1000, difference 1 (pln)'),
  ('dan', '{1000,1001,0,-1}', 'amount_discount is 1001, expected 1000, difference 1 (pln)'),
  ('dan', '{1000,-1,0,1001}', 'amount_discount is -1, expected 0, difference -1 (pln)'),
  ('dan', '{1000,250,172,922}', 'amount_tax is 172, expected 0, difference 172 (pln)'),
  ('dan', '{1000,null,null,null}', 'amount_total is <NULL>, expected 1000, difference <NULL> (pln)')
) w (name, amounts, error);
select is(tests.session_event('eve', '{1000,0,0,1000}', p_changes => '{"currency": "isk"}'),
  'failed: order x: currency is isk, expected pln', 'another currency is refused');
select is(tests.session_event('dan', '{1000,0,0,1000}', '0', 'no_payment_required'),
  'failed: order x: amount_total is 1000, expected 0, because there was no payment',
  'credits are free only if nothing was to pay');
select is((select count(*) from farthing.lots), 0::bigint, 'nothing is granted');
select is(array_agg(distinct tests.paid(name)), '{"pending 1000"}', 'no order has changed')
from unnest('{ann,bob,cyn,dan,eve}'::text[]) name;

-- Tax is added to the price: 23 % of 1000 is 230. The 12000 credits of the order cost 1000. The
-- 2000 credits of the bonus lot cost 1000 * 2000 / 12000 = 167, and the paid lot costs the other
-- 833.
select is(tests.receive('payment_intent.succeeded', jsonb_build_object('order_id', (select order_id
    from tests.bought where name = 'ann'), 'session_id', null, 'payment_id', 'pi_ann', 'payment_status',
    'paid', 'amount', 1230, 'currency', 'pln'), '1 s'), '{"received": true, "deferred": true}',
  'the event of a payment waits, because it does not state the tax');
select is(tests.paid('ann'), 'pending 1000', 'nothing is granted before the event of the session');
select is(tests.session_event('ann', '{1000,0,230,1230}', '1 s', 'unpaid',
  p_changes => '{"has_tax_id": true}'), 'processed', 'ann pays by a delayed method');
select is(tests.paid('ann'), 'processing 1000', 'nothing is granted before the payment');
select is(tests.session_event('ann', '{1000,0,230,1230}', '1 d', 'paid', 'async_payment_succeeded',
  '{"invoice_id": "in_ann"}'), 'processed', 'the payment succeeds');
select is(tests.paid('ann'), 'paid 1000 0 230 1230', 'the order has what was paid');
select is(pg_temp.lots('ann'), 'paid 10000 for 833, bonus 2000 for 167',
  'tax is no part of the price of credits');
select is(tests.session_event('ann', '{1000,0,230,1230}', '1 d'), 'processed',
  'a repeated event is accepted');
select isnt(farthing.retry_events(tests.after('1 d')), 0, 'the event of the payment is applied again');
select is((select array_agg(state) from farthing.inbox where facts ->> 'payment_id' = 'pi_ann'
    and type like 'payment%'), '{processed}', 'and changes nothing');
select is(tests.balance('ann', '1 d'), 'balance 12000, held 0, available 12000, debt 0',
  'the credits were granted once');

-- Tax is included in the price: 1000 * 23 / 123 = 187. The credits cost 813, of which the bonus lot has 813
-- * 2000 / 12000 = 135.5, so 136.
select is(tests.session_event('bob', '{1000,0,187,1000}', '2 s'), 'processed', 'bob pays by card');
select is(tests.paid('bob'), 'paid 1000 0 187 1000', 'the tax is in the price');
select is(pg_temp.lots('bob'), 'paid 10000 for 677, bonus 2000 for 136',
  'the credits cost the price less its tax');

-- The price less a quarter is 750. 23 % of 750 is 172.5, so 173.
select is(tests.session_event('cyn', '{1000,250,173,923}', '3 s'), 'processed', 'cyn uses a code');
select is(pg_temp.lots('cyn'), 'paid 10000 for 625, bonus 2000 for 125',
  'a discount lowers the price of credits');

-- With a promotion code of 100 % nothing is left to pay, and there is no payment.
select is(tests.session_event('dan', '{1000,1000,0,0}', '4 s', 'no_payment_required', 'expired'), 'processed',
  'a session of 0 may expire');
select is(tests.paid('dan'), 'expired 1000', 'an expired session of 0 grants nothing');
select is(tests.session_event('dan', '{1000,1000,0,0}', '5 s', 'no_payment_required'), 'processed',
  'dan completes it after all');
select is(tests.paid('dan'), 'paid 1000 1000 0 0', 'dan''s order is paid with 0');
select is(pg_temp.lots('dan'), 'paid 10000 for 0, bonus 2000 for 0', 'the credits cost nothing');
select is(tests.session_event('dan', '{1000,1000,0,0}', '6 s', 'no_payment_required'), 'processed',
  'a repeated event is accepted');
select is(tests.balance('dan', '6 s'), 'balance 12000, held 0, available 12000, debt 0',
  'the credits were granted once');
select tests.fails_with(format('select refunds_begin(%L, p_amount => %L, p_idempotency_key => %L,
  p_fingerprint => %L, p_author => %L)', (select order_id from tests.bought where name = 'dan'), '1',
  repeat('a', 64),  repeat('b', 64),
  'key:a'), 'refund_too_large', 'amount',
  'nothing can be refunded');

-- Users and operators see what was paid.
select is(checkout_order(null, order_id) - '{order_id,checkout_session_id,checkout_url,expires_at,package_id,
    package_slug,package_name,kind,client_temp_id,paid_at,created_at,credits,bonus_credits,total_credits,
    amount_refunded,amount_disputed,credits_taken_back}'::text[], seen,
  name || '''s order states what was paid')
from tests.bought join (values
  ('ann', '{"status": "paid", "amount": 1000, "currency": "pln", "amount_subtotal": 1000,
    "amount_discount": 0, "amount_tax": 230, "amount_total": 1230, "invoice_id": "in_ann",
    "has_tax_id": true}'::jsonb),
  ('eve', '{"status": "pending", "amount": 1000, "currency": "pln", "amount_subtotal": 1000,
    "amount_discount": null, "amount_tax": null, "amount_total": null, "invoice_id": null,
    "has_tax_id": null}')
) s (name, seen) using (name);

select is(tests.seen_by('authenticated', name, 'select * from orders'), jsonb_build_array(
    jsonb_build_object('id', order_id) || checkout_order(null, order_id)
      - '{order_id,checkout_session_id,checkout_url,package_slug}'::text[]),
  name || ' sees the same in the data API, and no other order')
from tests.bought;

-- The checkout settings and the paid amounts of an order can't be changed.
select is(tests.outcome(format('update farthing.orders set %s where order_id = %L', change, order_id))
  ->> 'code', '23001', change || ' is refused')
from tests.bought join (values ('dan', 'tax_behavior = ''inclusive'''), ('ann', 'promotion_codes = true'),
  ('ann', 'amount_tax = 0, amount_total = 1000'), ('dan', 'amount_discount = 0, amount_total = 1000'),
  ('ann', 'invoice_id = ''in_x'''), ('ann', 'has_tax_id = false')) c (name, change) using (name);
select is(tests.code_for('none', null, format($$select tests.unguarded('orders',
  'update farthing.orders set %s where order_id = ''%s''')$$, change, order_id)), '23514',
  change || ' does not add up')
from tests.bought, unnest(array['amount_tax = 231', 'amount_total = 1000', 'amount_discount = 1',
  'tax_behavior = null', 'amount_total = null']) change
where name = 'ann';

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
