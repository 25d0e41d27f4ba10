-- The proof names credits without an order, charges without a usage event, and holds that were
-- charged twice.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/breaking.psql
select plan(17);

-- ann has paid an order, used a model and settled a hold. bob has a grant.
select isnt(checkout_begin(tests.person('ann'), 'da11a803-9576-4108-9c21-42b8c220cca6', 'https://a.test',
  'https://a.test', p_now => tests.after()), null, 'ann begins a checkout');
select is(inbox_receive(jsonb_build_object('id', 'evt', 'type', 'payment_intent.succeeded', 'livemode', false,
  'created', 1, 'facts', jsonb_build_object('order_id', order_id, 'payment_id', 'pi', 'payment_status',
  'paid', 'amount', 2499, 'currency', 'usd')), tests.after('1 s')), '{"received": true}', 'ann pays')
from farthing.orders;
select isnt(usage_charge(tests.person('ann'), '{"event_id": "e", "model": "gpt-4o", "input_tokens": 1000}',
  p_now => tests.after('2 s')), null, 'ann''s usage is charged');
create temporary table h as select tests.hold('ann', '50', 600, '2 s') as hold_id;
select is(holds_settle(hold_id, '40', p_now => tests.after('3 s')) #>> '{data,released}', '10',
  'ann settles a hold')
from h;
select isnt(tests.give('bob', '10'), null, 'bob is granted 10');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

create temporary table who as
select (select account_id from farthing.accounts where owner_id = tests.person('ann')) as ann,
  (select account_id from farthing.accounts where owner_id = tests.person('bob')) as bob,
  (select order_id from farthing.orders) as bought;
create function pg_temp.received(
  p_account text, p_source text, p_kind text, p_counterparty text, p_reference text)
returns text language sql as $$
  select format('select farthing.receive(%s, %L, 5000, %L, %L, null, %L, %L, null, null, ''sql:x'', %L)',
    case p_account when 'ann' then ann else bob end, p_source, p_kind, p_counterparty,
    case when p_reference is not null then 'order' end, case p_reference when 'bought' then bought::text
    else p_reference end, tests.after('4 s')) from who
$$;

select is(tests.named(sql), rules, name)
from (values
  ('9 19', 'a purchase of an unknown order is named',
    pg_temp.received('ann', 'paid', 'purchase', 'purchases', gen_random_uuid()::text)),
  ('9', 'a purchase without an order is named',
    pg_temp.received('ann', 'paid', 'purchase', 'purchases', null)),
  ('9 19', 'a purchase granted to another account is named',
    pg_temp.received('bob', 'paid', 'purchase', 'purchases', 'bought')),
  ('1', 'a promotion booked as a sale is named',
    pg_temp.received('ann', 'promotional', 'promotion', 'purchases', null)),
  ('1 19', 'usage that brings credits in is named',
    pg_temp.received('ann', 'paid', 'usage', 'usage', null)),
  ('1', 'a lot that is larger than its entry is named', 'update farthing.lots set amount = amount * 2'),
  ('9', 'a charge without its usage event is named', 'delete from farthing.usage_events'),
  ('7', 'a hold with a wrong settled amount is named', 'update farthing.holds set settled = 10'),
  ('7', 'a hold that was charged twice is named', (select format($sql$
    update farthing.holds set status = 'open', resolved_at = null, settled = null, shortfall = null
    where hold_id = %L;
    update farthing.lots l set reserved = reserved + k.amount from farthing.hold_lots k
    where k.hold_id = %L and k.lot_id = l.lot_id;
    update farthing.accounts set held = held + 50 where account_id = %s;
    select holds_settle(%L, '40', p_now => %L)$sql$, hold_id, hold_id, ann, hold_id,
    tests.after('5 s'))
    from h, who)),
  ('16', 'an open lot of a deleted user is named',
    'update farthing.accounts set owner_id = null, left_at = now()')
) breaks (rules, name, sql);

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
