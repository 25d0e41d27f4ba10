-- A superuser breaks rules on purpose, and the proof names each broken rule.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/breaking.psql
select plan(33);

-- The ledger has a purchase with a bonus, usage, a debt that is partly paid, and a hold.
select isnt(checkout_begin(tests.person('ann'), 'da11a803-9576-4108-9c21-42b8c220cca6', 'https://a.test',
  'https://a.test', p_now => tests.after()), null, 'ann begins a checkout');
select is(inbox_receive(jsonb_build_object('id', 'evt', 'type', 'payment_intent.succeeded', 'livemode', false,
  'created', 1, 'facts', jsonb_build_object('order_id', order_id, 'payment_id', 'pi', 'payment_status',
  'paid', 'amount', 2499, 'currency', 'usd')), tests.after('1 s')), '{"received": true}',
  'ann buys 26,240 credits')
from farthing.orders;
select isnt(usage_charge(tests.person('ann'), '{"event_id": "e", "model": "gpt-4o", "input_tokens": 1000}',
  p_now => tests.after('3 min')), null, 'ann''s usage is charged');
select isnt(tests.hold('ann', '100', 600, '3 min'), null, 'ann holds 100');
select isnt(tests.give('bob', '10'), null, 'bob is granted 10');
select isnt(holds_settle(tests.hold('bob', '10'), '30', p_now => tests.after('1 s')), null,
  'bob has a debt of 20');
select isnt(tests.give('bob', '5', p_passed => '2 s'), null, 'bob pays 5 of the debt');
select isnt(farthing.seal(), 0, 'all entries are sealed');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

create temporary table who as
select u.email, a.account_id from auth.users u join farthing.accounts a on a.owner_id = u.id;
create function pg_temp.in_words(p_sql text) returns text language sql as $$
  select replace(replace(p_sql, '$ann', (select account_id::text from who where email like 'ann%')), '$bob',
    (select account_id::text from who where email like 'bob%'))
$$;

select is(tests.named(pg_temp.in_words(sql)), rules, name)
from (values
  ('1', 'a balance that is not the sum of its entries is named',
    'update farthing.accounts set balance = balance + 0.000000000000000001 where account_id = $ann'),
  ('1', 'a lot with too few remaining credits is named',
    'update farthing.lots set remaining = remaining - 1 where
  account_id = $ann
    and source = ''bonus'''),
  ('1', 'a closed lot with remaining credits is named', 'update farthing.lots set closed_at = now()
    where account_id = $ann and source = ''paid'''),
  ('1', 'credits moved from lot to lot are named', 'update farthing.lots set remaining = remaining
    + case source when ''paid'' then -1 else 1 end where account_id = $ann and source = ''paid''
    or account_id = $ann and source = ''bonus'' and remaining < amount'),
  ('1', 'a debt that was reset by hand is named', 'update farthing.accounts set debt = 0 where account_id
  = $bob'), ('1', 'a deleted debt payment is named', 'delete from farthing.debt_payments'),
  ('1', 'an account without the credits of its hold is named',
    'update farthing.accounts set held = 0 where account_id
  = $ann'),
  ('1 7', 'a hold without reserved credits is named', 'update farthing.lots set reserved = 0 where account_id
  = $ann'),
  ('1 7', 'a released hold with reserved credits is named', 'update farthing.holds set status = ''released'',
    resolved_at = now() where account_id = $ann'),
  ('1', 'an entry with another amount is named', 'update farthing.entries set amount = amount + 1 where
  account_id = $bob
    and seq = 1'),
  ('1', 'a wrong running balance is named', 'update farthing.entries set balance_after = 0 where
  account_id = $ann
    and seq = 1'),
  ('1 3 7', 'an entry that is missing in the middle is named', 'delete from farthing.entries where account_id
  = $bob
    and seq = 2'),
  ('1 3', 'an entry that is missing at the end is named', 'delete from farthing.entries where account_id
  = $bob
    and seq = 4'),
  ('3', 'a skipped entry number is named', 'update farthing.accounts set last_seq = last_seq + 1
    where account_id = $ann'),
  ('3', 'entries without an account are named', 'insert into farthing.entries select -1, seq, event_at,
  created_at,
    entry_id, transaction_id, lot_id, counterparty, direction, amount, balance_after,
    kind, null, null, null, null, author from farthing.entries
    where account_id = $bob and seq = 1'),
  ('1 9', 'a purchase that was granted less than was sold is named', 'update farthing.entries set amount
  = amount - 1
    where account_id = $ann and kind = ''purchase'''),
  ('9 19', 'a purchase that was granted and not paid is named', 'update farthing.orders set
    status = ''pending'', payment_ref = null, paid_at = null, amount_discount = null, amount_tax = null,
    amount_total = null'),
  ('9', 'a purchase that was sold at other terms is named', 'update farthing.orders set credits = credits +
  1'),
  ('9', 'a usage event that points at another entry is named', 'update farthing.usage_events set first_seq
  = 1'),
  ('1 3 9', 'a usage event that was charged twice is named', 'insert into farthing.entries select account_id,
  seq + 1,
    event_at, created_at, entry_id, gen_random_uuid(), lot_id, counterparty, direction, amount, balance_after,
    kind, reference_type, reference_id, null, null, author from farthing.entries where kind = ''usage'''),
  ('1 3 10', 'a clawback of more than was granted is named',
    'insert into farthing.entries select account_id, 4,
  event_at,
    created_at + interval ''1 hour'', entry_id, gen_random_uuid(), lot_id, ''clawback'', ''out'', 26241,
    balance_after, ''clawback'',
    reference_type, reference_id, null, null, author from farthing.entries where kind = ''purchase'''),
  ('13', 'an entry older than the entry before it is named',
    'update farthing.entries set created_at = created_at - interval ''1 year''
    where account_id = $ann and seq = 3')
) breaks (rules, name, sql);
select is(tests.named('select 1'), 'nothing', 'the proof names nothing if nothing is broken');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
