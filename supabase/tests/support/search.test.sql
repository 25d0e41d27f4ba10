-- The search for customers: each field that it searches, deleted users, and the log of searches and
-- reads. No lookup scans a whole table.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
\ir ../helpers/jobs.psql
select plan(134);

-- Returns the matches of a search as one line: the customer, and the field that matched.
create function pg_temp.found(p_query text) returns text language sql as $$
  select string_agg(concat_ws(' ', coalesce(split_part(c ->> 'email', '@', 1), 'left'), c ->> 'matched_by'),
  ', ')
  from jsonb_array_elements(customers_search(p_query, 'operator:x', tests.after('1 day')) -> 'customers') c
$$;

select is(customers_search('nobody@example.com'), '{"customers": []}', 'a first search finds nobody');

-- A user without an account is found.
select isnt(tests.person('new'), null, 'new signs up');
select is(pg_temp.found('new@example.com'), 'new email', 'a user without an account is found');
select results_eq($$ select c ->> 'account_id', c ->> 'balance', c ->> 'id'
  from jsonb_array_elements(customers_search('new@example.com') -> 'customers') c $$,
  $$ values (null, '0', tests.person('new')::text) $$, 'their balance is 0');

-- ann has a value in every field that the search uses.
select is(tests.buys('ann'), 'ann', 'ann orders a package');
select isnt(checkout_attach(order_id, 'cs_ann', 'https://s.test'), null, 'Stripe opens a session')
  from tests.bought;
select is(tests.pays('ann') ->> 'received', 'true', 'ann pays');
select isnt(tests.refund('ann', 1, 100), null, 'ann gets a refund');
select isnt(tests.dispute('ann', 'won'), null, 'ann''s payment was disputed');
select isnt(tests.warning('ann', false), null, 'a network warns of ann''s payment');
select isnt(tests.hold('ann', '10'), null, 'ann has a hold');
select isnt(tests.job('ann', 'free'), null, 'ann has a job');
select isnt(tests.booking('yoga'), null, 'ann books pat');
update farthing.bookings set charge_id = 'ch_yoga', fee_id = 'fee_yoga'
  where booking_id = tests.booking_id('yoga');
insert into farthing.customers (account_id, customer_id, payment_method_id)
select farthing.account_for(tests.person('ann')), 'cus_ann', 'pm_ann';
insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
select 'ch_ann', farthing.account_for(tests.person('ann')), sha256('c'), 'succeeded', false, tests.after();

insert into farthing.balance_transactions (transaction_id, kind, type, source_id, payment_id, amount, fee,
  net,
  currency, occurred_at)
values ('txn_ch', 'charge', 'charge', 'ch_listed', 'pi_ann', 999, 59, 940, 'usd', tests.after()),
  ('txn_re', 'refund', 'refund', 're_ann_1', null, -100, 0, -100, 'usd', tests.after()),
  ('txn_du', 'dispute', 'adjustment', 'du_ann', null, -999, 1500, -2499, 'usd', tests.after()),
  ('txn_yoga', 'charge', 'payment', 'py_yoga', 'pi_yoga', 1000, 30, 970, 'usd', tests.after()),
  ('txn_other', 'other', 'stripe_fee', null, null, -10, 0, -10, 'usd', tests.after());

create temporary table cases (field text, query text);
insert into cases
select 'email', 'ann@example.com' union all select 'email', 'ANN@Example.com'
union all select 'email', ' ann@example.com '
union all select 'user_id', tests.person('ann')::text union all select 'user_id',
  upper(tests.person('ann')::text)
union all select 'account_id', farthing.account_for(tests.person('ann'))::text
union all select 'order_id', order_id::text from tests.bought
union all select 'booking_id', tests.booking_id('yoga')::text
union all select 'refund_id', refund_id::text from farthing.refunds
union all select 'hold_id', hold_id::text from farthing.holds
union all select 'job_id', job_id::text from farthing.jobs
union all select 'notification_id', (select notification_id::text from farthing.notifications
  where account_id = farthing.account_for(tests.person('ann')) limit 1)
union all select v.* from (values ('payment_id', 'pi_ann'), ('payment_id', 'pi_yoga'),
  ('checkout_session_id', 'cs_ann'), ('charge_id', 'ch_ann'), ('charge_id', 'ch_yoga'), ('charge_id',
  'ch_listed'),
  ('balance_transaction_id', 'txn_ch'), ('balance_transaction_id', 'txn_re'),
  ('balance_transaction_id', 'txn_du'), ('balance_transaction_id', 'txn_yoga'),
  ('application_fee_id', 'fee_yoga'), ('stripe_refund_id', 're_ann_1'), ('dispute_id', 'du_ann'),
  ('fraud_warning_id', 'issfr_ann'), ('stripe_customer_id', 'cus_ann'), ('payment_method_id', 'pm_ann')) v;
select is(pg_temp.found(query), 'ann ' || field, format('ann is found by %s %s', field, query)) from cases;
select is(pg_temp.found('acct_pat'), 'pat stripe_account_id', 'a provider is found by their Stripe account');
select is(pg_temp.found(md5('provider pat')::uuid::text), 'pat provider_id',
  'a provider is found by their id');
select is(pg_temp.found(query), null, format('nobody is found by %s', query))
from unnest(array['pi_other', 'txn_other', gen_random_uuid()::text, '999999999999999999',
  '99999999999999999999',
  'ann']) query;

select is(array(select farthing.masked_query(q) from unnest(array['ann@example.com', '+4915112345678',
  '4915112345678', 'miller', '1234', 'pi_3Abc', '6F1C2F0E-5d0a-4f53-9d0c-0d8f6a1b2c3d']) q),
  array['a***@example.com', '+***', '4***', 'm***', '1234', 'pi_3Abc',
    '6F1C2F0E-5d0a-4f53-9d0c-0d8f6a1b2c3d'],
  'the log of reads stores ids, and only the beginning of addresses, telephone numbers and names');

-- A user who signs in with a company's identity provider is found by the address in their identity.
select isnt(tests.person('sso'), null, 'a user signs in through a company');
update auth.users set is_sso_user = true where id = tests.person('sso');
insert into auth.identities (id, user_id, provider, provider_id, identity_data)
values (gen_random_uuid(), tests.person('sso'), 'sso:1', 'sso', '{"email": "Sso@Example.com", "sub": "1"}');
select is(pg_temp.found('sso@example.com'), 'sso email', 'the user is found by the identity''s address');

-- Each lookup uses an index: with sequential scans disabled, no table is scanned.
create function pg_temp.scans() returns bigint language sql as $$
  select sum(seq_scan)::bigint from pg_stat_xact_user_tables where schemaname in ('farthing', 'auth')
$$;
create function pg_temp.scanned(p_query text) returns bigint language plpgsql as $$
declare
  v_before bigint := pg_temp.scans();
begin
  perform from farthing.find_customers(p_query, 20);
  return pg_temp.scans() - v_before;
end
$$;
set local enable_seqscan = off;
discard plans; -- a cached plan would ignore the new setting
select is(pg_temp.scanned(query), 0::bigint, format('the lookup of %s scans no table', field)) from cases;
create function pg_temp.counts_a_scan() returns bigint language plpgsql as $$
declare
  v_before bigint := pg_temp.scans();
begin
  perform from farthing.orders where success_url = 'x';
  return pg_temp.scans() - v_before;
end
$$;
select is(pg_temp.counts_a_scan(), 1::bigint, 'the check counts a scan');
set local enable_seqscan = on;

-- A deleted user is found by ids of their account, and not by address.
delete from auth.users where email = 'ann@example.com';
select is(pg_temp.found('ann@example.com'), null, 'a deleted user is not found by their address');
select is(pg_temp.found(query), 'left ' || field, format('a deleted user is found by %s', field)) from cases
where field not in ('email', 'user_id', 'job_id', 'payment_method_id');
select results_eq($$ select c -> 'user_id', c -> 'email', c ->> 'left_at' is not null, c ->> 'id'
  from jsonb_array_elements(customers_search('pi_ann') -> 'customers') c $$,
  $$ select 'null'::jsonb, 'null'::jsonb, true, account_id::text from farthing.orders
  where payment_ref = 'pi_ann' $$,
  'the account of a deleted user has a number as its id');

-- Texts that are neither an id nor an address are refused.
select tests.fails_with(format('select customers_search(%L)', query), 'invalid_request', 'q',
  format('%L is refused', query)) from unnest(array[null, '', ' ', 'ann smith', 'a@b@c', '%', '*',
  repeat('a', 256)]) query;
select is(tests.code_for(role, 'bob', format('select %s', call)), '42501', format('%s by %s is denied',
  call, role))
from unnest(array['anon', 'authenticated']) role,
  unnest(array['farthing_public.customers_search(''pi_ann'')',
  'farthing_public.customers_reads(''1'')']) call;

-- Searches and matches are recorded.
create function pg_temp.last_read() returns text language sql as $$
  select concat_ws(' ', r.author, r.route, r.query, 'account ' || r.account_id, 'user ' || r.user_id)
  from farthing.customer_reads r order by r.read_nr desc limit 1
$$;
select is(pg_temp.found('Nobody@Example.com'), null, 'an operator searches for an address');
select is(pg_temp.last_read(), 'operator:x GET /customers N***@Example.com',
  'a search without a match is recorded, with a masked address');
select is(pg_temp.found('new@example.com'), 'new email', 'an operator finds new');
select is(pg_temp.last_read(), 'operator:x GET /customers n***@example.com user ' || tests.person('new'),
  'a match is recorded');
select is(pg_temp.found('pi_ann'), 'left payment_id', 'an operator finds ann''s account');
select is(pg_temp.last_read(), format('operator:x GET /customers pi_ann account %s', account_id),
  'an id is recorded unchanged') from farthing.orders where payment_ref = 'pi_ann';

-- The reads of a customer are listed, newest first.
select isnt(tests.give('new', '1'), null, 'new gets an account');
select is(pg_temp.found('new@example.com'), 'new email', 'an operator finds new again');
select is((select array_agg(concat_ws(' ', r ->> 'author', r ->> 'route', r ->> 'query'))
  from jsonb_array_elements(customers_reads(tests.person('new')::text,
  p_author => 'operator:y') -> 'reads') r),
  array['operator:y GET /customers/{id}/reads', 'operator:x GET /customers n***@example.com',
    'operator:x GET /customers n***@example.com', format('sql:%s GET /customers n***@example.com',
  session_user),
    'operator:x GET /customers n***@example.com'],
  'the reads from before and after the first credits are listed, newest first');
select is((with recursive pages as (
    select customers_reads(tests.person('new')::text, null, 2, 'key:a') as p
    union all select customers_reads(tests.person('new')::text, (p ->> 'next_before')::bigint, 2, 'owner')
    from pages where p ->> 'next_before' is not null)
  select count(*)::int from pages, jsonb_array_elements(p -> 'reads')), 6, 'the pages list all reads');
select tests.fails_with(format('select customers_reads(%L)', id), 'not_found', 'id',
  format('%L is not found', id))
from unnest(array['0', '-1', 'x', null, '999999999', gen_random_uuid()::text, md5('ann')::uuid::text]) id;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
