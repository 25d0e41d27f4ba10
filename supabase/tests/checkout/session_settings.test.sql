-- The settings of an order's checkout session, including the customer or the email. They are fixed
-- when the order is created.

begin;
\ir ../helpers/all_tests.psql
select plan(24);

create function pg_temp.buy(p_name text, p_passed interval default '0', p_package text default 'starter')
returns jsonb language sql as $$
  select checkout_begin(tests.person(p_name), p_package, 'https://a.test/ok', 'https://a.test/no',
    p_now => tests.after(p_passed)) -> 'order' -> 'session_settings'
$$;
create function pg_temp.stored(p_name text) returns jsonb language sql as $$
  select o.session_settings from farthing.orders o
  where o.account_id = farthing.account_for(tests.person(p_name)) order by o.created_at desc limit 1
$$;
create function pg_temp.put(p_changes jsonb) returns void language sql as $$
  select settings_policy_set(p_changes, null, 'a test', false, 'key:olga', p_now => tests.after())
$$;
create function pg_temp.order_of(p_name text) returns uuid language sql as $$
  select o.order_id from farthing.orders o
  where o.account_id = farthing.account_for(tests.person(p_name)) order by o.created_at desc limit 1
$$;

-- Each setting of the policy reaches the session.
select is(pg_temp.buy('ann') -> 'locale', '"auto"', 'a session has the defaults of the policy');
select pg_temp.put('{"checkout_locale": "sv", "checkout_automatic_tax": true,
  "checkout_tax_behavior": "exclusive", "checkout_tax_code": "txcd_10103001",
  "checkout_billing_address": "required", "checkout_tax_ids": true, "checkout_invoices": true,
  "checkout_promotion_codes": true}');
select is(pg_temp.buy('bob') - '{customer_id,customer_email}'::text[], '{"locale": "sv",
  "automatic_tax": true, "tax_behavior": "exclusive", "tax_code": "txcd_10103001",
  "billing_address": "required", "tax_ids": true, "invoices": true,
  "promotion_codes": true}', 'every setting of the page is a setting of the session');
select set_eq($$ select 'checkout_' || k from jsonb_object_keys(pg_temp.stored('bob')) k
  where k !~ '^customer' $$, $$ select setting from farthing.policy_list() where setting ~ '^checkout_' $$,
  'and no setting is missing');

-- The settings are fixed. If Stripe has not answered yet and the request is repeated, the repeated
-- request asks Stripe for the same session.
select is(pg_temp.buy('ann', '10 min') -> 'locale', '"auto"',
  'an order keeps its settings when the policy changes before its session exists');
update auth.users set email = 'ann.new@example.com' where id = tests.person('ann');
select is(pg_temp.buy('ann', '11 min') ->> 'customer_email', 'ann@example.com',
  'and its email when the user changes theirs');

-- The order's email is deleted as soon as Stripe has it. It is also deleted when the order is
-- refused or expires, because Stripe is then not asked again.
select ok(pg_temp.stored('ann') ? 'customer_email', 'the email is stored while Stripe may be asked again');
select checkout_attach(pg_temp.order_of('ann'), 'cs_ann', 'https://s.test/ann',
  p_now => tests.after('12 min'));
select is(pg_temp.stored('ann') -> 'customer_email', null, 'an order with a session has no email');
select is(pg_temp.stored('ann') ->> 'locale', 'auto', 'and keeps its other settings');
select checkout_abandon(md5('no key'), pg_temp.order_of('bob'), tests.after('1 min'));
select is(pg_temp.stored('bob') -> 'customer_email', null, 'an order that Stripe refused has no email');
select isnt(pg_temp.buy('cy'), null, 'a user begins a checkout');
select is(farthing.expire_orders(tests.after('2 hours')), 2, 'the orders without a payment expire');
select is(pg_temp.stored('cy') -> 'customer_email', null, 'an expired order has no email');

-- The order of a deleted user has no email either.
select is(pg_temp.buy('kim') ->> 'customer_email', 'kim@example.com', 'another user begins a checkout');
create temp table kim on commit drop as select farthing.account_for(tests.person('kim')) as account_id;
delete from auth.users where id = (select tests.person('kim'));
select is((
  select session_settings -> 'customer_email' from farthing.orders join kim using (account_id)), null,
  'the order of a deleted user has no email');

-- The order stores an email only if Stripe is sure to accept it.
select tests.person(name) from unnest('{dan,eve,fay,gil}'::text[]) name;
update auth.users set email = bad.email from (values ('dan', null), ('eve', 'eve@localhost'),
  ('fay', 'fäy@example.com'), ('gil', '')) bad (name, email) where id = tests.person(bad.name);
select is(pg_temp.buy(name) ->> 'customer_email', null, format('%s has no email for Stripe', name))
from unnest('{dan,eve,fay,gil}'::text[]) name;

-- Tax, tax ids and invoices need a customer at Stripe. If one of these is turned on, the checkout
-- session of a user with a saved card names the user's customer at Stripe, and has no email.
select customers_attach(tests.person('hal'), 'cus_hal', tests.after());
select is(farthing.session_settings(tests.person('hal'), farthing.account_for(tests.person('hal')))
  -> 'customer_id', 'null', 'a customer without a saved card is not named, as Stripe may have deleted them');
update farthing.customers set payment_method_id = 'pm_hal' where customer_id = 'cus_hal';
select is(pg_temp.buy('hal') -> 'customer_id', '"cus_hal"', 'the session belongs to the user''s customer');
select is(pg_temp.stored('hal') -> 'customer_email', 'null', 'and has no email then');
select pg_temp.put('{"checkout_automatic_tax": false, "checkout_tax_ids": false,
  "checkout_invoices": false}');
select is(pg_temp.buy('hal', '0', 'plus') -> 'customer_id', 'null',
  'without tax, tax ids and invoices a session has no customer');
select is(pg_temp.stored('hal') ->> 'customer_id', 'cus_hal', 'the first order keeps its customer');

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
