-- Bookings: fixed before Stripe is asked, seen by both parties and nobody else, and moved one way alone.

begin;
\ir ../helpers/story.psql
\ir ../helpers/bookings.psql
select plan(192);

select isnt(tests.provider('pat'), null, 'pat sells');
select isnt(tests.provider('new', false), null, 'new has not finished to begin');

-- The fee: 3 %, half up, in what the currency can move.
select is(farthing.booking_fee(amount, currency, points)::int, fee, format('%s of %s %s is %s', points,
  amount,
  currency, fee))
from (values (1000, 'usd', 300, 30), (1, 'usd', 300, 0), (16, 'usd', 300, 0), (17, 'usd', 300, 1),
  (50, 'usd', 300, 2), (49, 'usd', 300, 1), (99999999, 'usd', 300, 3000000), (1, 'usd', 0, 0),
  (1, 'usd', 10000, 1), (1000, 'jpy', 300, 30), (16, 'jpy', 300, 0), (17, 'jpy', 300, 1),
  (1010, 'kwd', 300, 30), (1170, 'kwd', 300, 40), (1160, 'kwd', 300, 30), (160, 'kwd', 300, 0),
  (1700, 'isk', 300, 100), (1600, 'isk', 300, 0)) f (amount, currency, points, fee);
select is_empty($$ select amount from generate_series(1, 5000) amount
  where farthing.booking_fee(amount, 'usd', 300) <> round(amount * 0.03) $$,
  'exact decimals give the same for every amount up to 50');
select is((select array_agg(farthing.currency_step(c) order by nr) from unnest(array['usd', 'jpy', 'kwd',
  'isk', 'USD',
  'us', 'usdd', 'xau', '']) with ordinality u (c, nr)), '{1,1,10,100,null,null,null,null,null}',
    'currencies are those of Stripe');

-- Begin.
create temporary table ann as select tests.begin_booking('ann', 'pat', 1050, 'usd', 'k', p_temp => 't1') as b;
select is(b, jsonb_build_object('step', 'create', 'booking', jsonb_build_object('booking_id', (select
  booking_id
    from farthing.bookings), 'amount', 1050, 'currency', 'usd', 'application_fee_amount', 32,
    'mark', (select installation_id from farthing.policy), 'transfer_at', 'payment', 'stripe_account_id',
    'acct_pat')),
  'a booking is there, with its fee, before Stripe is asked') from ann;
select is(tests.key('k'), 'started', 'and the key is started');
select tests.fails_with($$ select tests.begin_booking('ann', 'pat', 1050, 'usd', 'k') $$,
  'idempotency_in_progress', null, 'T12: a repeat while the first runs is refused as in progress');
select tests.fails_with(format('select tests.begin_booking(''ann'', %L, %L, %L)', provider, amount, currency),
  'invalid_request', field, format('%s %s with %s is refused', amount, currency, provider))
from (values ('pat', 0, 'usd', 'amount'), ('pat', -5, 'usd', 'amount'), ('pat', null, 'usd', 'amount'),
  ('pat', 100000000, 'usd', 'amount'), ('pat', 1001, 'kwd', 'amount'), ('pat', 150, 'isk', 'amount'),
  ('pat', 100, 'USD', 'currency'), ('pat', 100, 'xxx', 'currency'), ('pat', 100, null, 'currency'),
  ('new', 100, 'usd', 'provider_id'), ('nobody', 100, 'usd', 'provider_id'))
  r (provider, amount, currency, field);
-- 17 bytes are what JSON adds.
select tests.fails_with(format($$ select bookings_begin(gen_random_uuid(), md5('provider pat')::uuid, 5,
  'usd', null, jsonb_build_object('a', repeat('x', %s))) $$, bytes - 17), code, field, name)
from (values (8192, 'not_found', 'user_id', 'details of 8 KiB let one ask who books'),
  (8193, 'invalid_request', 'details', 'a byte more is refused')) d (bytes, code, field, name);
select tests.fails_with($$ select tests.begin_booking('pat', 'pat', 100, 'usd') $$, 'invalid_request',
  'provider_id', 'nobody books themselves');
select tests.fails_with($$ select bookings_begin(gen_random_uuid(), md5('provider pat')::uuid, 5, 'usd') $$,
  'not_found', 'user_id', 'nobody books nothing');
select is((select count(*)::int from farthing.bookings), 1, 'a refused request leaves no booking');

-- Blocked users and addresses.
insert into farthing.blocks (kind, subject, reason, blocked_by)
values ('user', tests.person('eve')::text, 'a test', 'key:test'),
  ('ip', tests.sha256('198.51.100.1'), 'a test', 'key:test');
create function pg_temp.step(p_name text, p_ip text default null) returns text language sql as $$
  select bookings_begin(tests.person(p_name), md5('provider pat')::uuid, 5, 'usd', p_idempotency_key =>
    tests.sha256('blocked'), p_fingerprint => tests.sha256('body'), p_now => tests.after(), p_ip_hash =>
    tests.sha256(p_ip)) ->> 'step'
$$;
select is(pg_temp.step(who, ip), 'refused', format('%s from %s books nobody', who, ip))
from (values ('eve', null), ('fay', '198.51.100.1')) b (who, ip);
select is((select array_agg(format('%s %s %s', action, outcome, array_to_string(reasons, ',')) order by
  decision_id) from farthing.fraud_decisions), '{"booking refuse blocked_user,no_ip",'
  '"booking refuse blocked_ip"}', 'it is recorded');
select is(tests.key('blocked'), 'free', 'and kept under no key');
delete from farthing.blocks;
select is((select count(*)::int from farthing.bookings), 1, 'a refused request leaves no booking');
select is(pg_temp.step('eve'), 'create', 'once lifted, the same key books');
delete from farthing.idempotency_keys where key = decode(tests.sha256('blocked'), 'hex');
select bookings_cancel(tests.person('eve'), booking_id) from farthing.bookings where amount = 5;

-- A request that died: one booking, and so one payment at Stripe.
select is(tests.begin_booking('ann', 'pat', 1050, 'usd', 'k', '4 min', 't1') -> 'booking', b -> 'booking',
  'a request that takes over goes on with the same booking') from ann;
select is(bookings_abandon(tests.sha256('k')), '{}', 'Stripe is out of reach');
select is(tests.key('k'), 'free', 'the key is free');
select is(tests.begin_booking('ann', 'pat', 1050, 'usd', 'k', '5 min', 't1') -> 'booking', b -> 'booking',
  'a retry goes on with the same booking too') from ann;
select is(tests.begin_booking('ann', 'pat', 1050, 'usd', 'k2', '5 min', 't1') #>> '{booking,booking_id}'
  = b #>> '{booking,booking_id}', false, 'another key is another booking') from ann;

-- Attach.
create temporary table attached as select bookings_attach((b #>> '{booking,booking_id}')::uuid, 'pi_a',
  'pi_a_secret', tests.sha256('k'), tests.after('6 min')) as a from ann;
select is(a - 'data', '{"status": 201, "replayed": false}', 'the payment is noted') from attached;
select is((a -> 'data') - '{booking_id,provider_id,created_at}'::text[], jsonb_build_object('role', 'buyer',
    'status', 'payment_pending', 'amount', 1050, 'currency', 'usd', 'application_fee_amount', 32,
    'amount_refunded', 0, 'client_temp_id', 't1', 'payment_intent_id', 'pi_a', 'details', null, 'paid_at',
      null,
    'confirmed_at', null, 'completed_at', null, 'cancelled_at', null, 'client_secret', 'pi_a_secret'),
  'the buyer gets their own id back, and the secret to pay with') from attached;
select is(tests.begin_booking('ann', 'pat', 1050, 'usd', 'k', '7 min') -> 'data', a -> 'data',
  'T12: a repeat gets the answer') from attached;
select is_empty($$ select from farthing.idempotency_keys where answer ? 'client_secret' $$,
  'the secret does not lie with the key');
select is(bookings_read(tests.person(who), tests.booking_id('a')) ? 'client_secret', false,
  'the secret is not read again by the ' || who) from unnest(array['ann', 'pat']) who;
select is_empty($$ select 1 from farthing.bookings b where to_jsonb(b)::text like '%secret%' $$,
  'nor stored with the booking');
select tests.fails_with($$ select bookings_attach(tests.booking_id('a'), 'pi_b', 's') $$, 'P0001', null,
  'a second payment is not taken');
select is(bookings_attach(tests.booking_id('a'), 'pi_a', 's') #>> '{data,status}', 'payment_pending',
  'the same one is');
select tests.fails_with($$ select bookings_attach(gen_random_uuid(), 'pi_c', 's') $$, 'not_found',
  'booking_id',
  'a booking that is not there has no payment');

-- Given up.
select is(tests.begin_booking('bob', 'pat', 500, 'eur', 'b') ->> 'step', 'create', 'bob begins');
create temporary table bob as select booking_id as id from farthing.bookings where currency = 'eur';
select is(bookings_abandon(tests.sha256('b'), id), '{}', 'Stripe refuses') from bob;
select is((select status from farthing.bookings join bob on booking_id = id), 'cancelled',
  'the booking is given up, for Stripe keeps its answer');
select is(tests.begin_booking('bob', 'pat', 500, 'eur', 'b') #>> '{booking,booking_id}' = id::text, false,
  'a retry is another booking') from bob;
select is(tests.begin_booking('bob', 'pat', 700, 'eur', 'b2') ->> 'step', 'create', 'bob begins another');
select is(bookings_abandon(tests.sha256('b2')), '{}', 'Stripe is out of reach');
select is(tests.begin_booking('bob', 'pat', 800, 'eur', 'b2') #>> '{booking,amount}', '800',
  'a retry with other terms is another booking');
select is((select status from farthing.bookings where amount = 700), 'cancelled',
  'and the first is given up');
select is(bookings_abandon(tests.sha256('x'), tests.booking_id('a')), '{}', 'a late refusal');
select is((select status from farthing.bookings where payment_intent_id = 'pi_a'), 'payment_pending',
  'gives up no booking that has its payment');
select is(farthing.sweep_bookings(tests.after('24 hours' - interval '1 s')), 0,
  'a booking that waits for Stripe is left a day');
select is(farthing.sweep_bookings(tests.after('25 hours'), 2), 2, 'then it is swept, so many at a time');
select is(farthing.sweep_bookings(tests.after('25 hours')), 1, 'and the rest');
select is((select count(*)::int from farthing.bookings where status = 'payment_pending'), 1,
  'but for the one that can be paid');

-- States: each step that is legal, and each that is not.
create function pg_temp.may(p_from text, p_to text) returns boolean language plpgsql as $$
begin
  alter table farthing.bookings disable trigger bookings_are_guarded;
  update farthing.bookings set status = p_from, paid_at = case when p_from in ('paid', 'confirmed',
    'completed')
    then now() end, confirmed_at = now(), completed_at = case p_from when 'completed' then now() end,
    cancelled_at = case p_from when 'cancelled' then now() end where payment_intent_id = 'pi_a';
  alter table farthing.bookings enable always trigger bookings_are_guarded;
  update farthing.bookings set status = p_to, paid_at = case when p_to in ('paid', 'confirmed', 'completed')
    or paid_at is not null then now() end, completed_at = case p_to when 'completed' then now() end,
    cancelled_at = case p_to when 'cancelled' then now() end where payment_intent_id = 'pi_a';
  raise exception using errcode = 'UNDO1';
exception when sqlstate 'UNDO1' then
  return true;
when restrict_violation then
  return false;
end
$$;
create temporary table steps as select a, b, b = any (string_to_array(legal, ' ')) as legal
from (values ('payment_pending', 'processing paid payment_failed cancelled'),
  ('processing', 'paid payment_failed cancelled'), ('payment_failed', 'processing paid cancelled'),
  ('paid', 'confirmed cancelled'), ('confirmed', 'completed cancelled'), ('completed', ''), ('cancelled', ''))
  s (a, legal), unnest(array['payment_pending', 'processing', 'paid', 'confirmed', 'completed',
  'payment_failed', 'cancelled']) b where a <> b;
select is(pg_temp.may(a, b), legal, format('%s to %s is %s', a, b, case when legal then 'legal' else 'refused'
  end)) from steps order by a, b;
select tests.fails_with(format('update farthing.bookings set %s where payment_intent_id = ''pi_a''', change),
  '23001', null, format('%s is refused', change))
from unnest(array['amount = 1051', 'currency = ''eur''', 'fee_basis_points = 0, application_fee_amount = 0',
  'client_temp_id = ''t2''',
  'details = ''{"a": 1}''', 'booking_id = gen_random_uuid()', 'account_id = account_id + 1',
  'created_at = now()', 'payment_intent_id = ''pi_z''', 'payment_intent_id = null']) change;
select tests.fails_with('delete from farthing.bookings', '23001', null, 'no booking is deleted');
select tests.fails_with(format('insert into farthing.bookings (account_id, provider_id, amount, currency,
    fee_basis_points, application_fee_amount) select account_id, provider_id, %s from farthing.bookings limit
      1',
  terms), '23514', null, format('the table takes no %s', terms))
from unnest(array['100, ''usd'', 300, 4', '0, ''usd'', 300, 0', '100, ''xxx'', 300, 3',
  '100, ''usd'', 10001, 100']) terms;

-- The provider's steps.
select tests.fails_with($$ select bookings_advance(tests.person('pat'), tests.booking_id('a'), 'confirmed')
  $$,
  'invalid_request', 'id', 'an unpaid booking is not confirmed');
select is(tests.payment_event('a', 'succeeded', '10 min'), 'processed', 'ann pays');
select tests.fails_with(format('select bookings_advance(tests.person(%L), tests.booking_id(''a''), %L)', who,
  step), code, field, format('%s says %s: %s', who, step, code))
from (values ('ann', 'confirmed', 'forbidden', null), ('ann', 'completed', 'forbidden', null),
  ('cid', 'confirmed', 'not_found', 'id'), ('pat', 'completed', 'invalid_request', 'id'),
  ('pat', 'paid', 'invalid_request', 'id'), ('pat', 'cancelled', 'invalid_request', 'id'),
  ('pat', null, 'invalid_request', 'id')) s (who, step, code, field);
select is(bookings_advance(tests.person('pat'), tests.booking_id('a'), step, tests.after(passed)) ->>
  'status',
  step, format('the provider says %s', step))
from (values ('confirmed', interval '11 min'), ('confirmed', '12 min'), ('completed', '13 min'),
  ('completed', '14 min')) s (step, passed);
select results_eq('select confirmed_at, completed_at from farthing.bookings where completed_at is not null',
  $$ values (tests.after('11 min'), tests.after('13 min')) $$, 'said twice it is said once');
select tests.fails_with($$ select bookings_advance(tests.person('pat'), tests.booking_id('a'), 'confirmed')
  $$,
  'invalid_request', 'id', 'a completed booking is not confirmed again');

-- Visibility: both parties, and nobody else.
select isnt(tests.booking('c', 300, 'usd', 'bob', 'pat', '20 min'), null, 'bob books pat');
select isnt(tests.booking('d', 400, 'usd', 'pat', 'ann', '30 min'), null, 'pat books ann, who sells too');
select is(bookings_read(tests.person(who), tests.booking_id('c')) ->> 'role', role, format('%s is the %s',
  who,
  role)) from (values ('bob', 'buyer'), ('pat', 'provider')) r (who, role);
select tests.fails_with(format('select bookings_read(tests.person(%L), tests.booking_id(''c''))', who),
  'not_found', 'id', format('to %s it is not there', who)) from unnest(array['ann', 'cid']) who;
create function pg_temp.list(p_name text, p_role text default null, p_status text default null, p_before text
  default null, p_limit int default 20) returns text language sql as $$
  select concat_ws(' ', (select string_agg(format('%s:%s', b ->> 'role', b ->> 'amount'), ' ' order by nr)
    from jsonb_array_elements(l -> 'bookings') with ordinality e (b, nr)), '|' || (l ->> 'next_before'))
  from bookings_list(tests.person(p_name), p_role, p_status, p_before, p_limit) l
$$;
select is(pg_temp.list(who, role, status), listed, format('%s lists %s %s: %s', who, role, status, listed))
from (values ('pat', 'buyer', null, 'buyer:400'), ('pat', 'provider', 'completed', 'provider:1050'),
  ('ann', 'buyer', null, 'buyer:1050 buyer:1050'), ('ann', 'provider', null, 'provider:400'),
  ('cid', null, null, ''), ('ann', null, 'paid', '')) l (who, role, status, listed);
select is(pg_temp.list('ann', p_limit => 1), 'provider:400 |' || tests.booking_id('d'),
  'a page ends with where the next begins');
select is(pg_temp.list('ann', p_before => tests.booking_id('d')::text), 'buyer:1050 buyer:1050',
  'the list goes on there, as buyer and as provider');
select is(pg_temp.list('cid', p_before => tests.booking_id('d')::text), '',
  'another''s booking is no place to go on from');
select is(tests.seen_by('authenticated', who, 'select amount from bookings order by created_at desc,
  amount limit 3'), seen::jsonb, format('through the data API %s sees %s', coalesce(who, 'nobody'), seen))
from (values ('bob', '[{"amount": 300}, {"amount": 500}, {"amount": 500}]'), ('cid', '[]'), (null, '[]'),
  ('pat', '[{"amount": 400}, {"amount": 300}, {"amount": 1050}]')) s (who, seen);
select is(tests.code_for('anon', null, 'select * from bookings'), '42501', 'anon may not look');
select is(tests.code_for(role, 'ann', 'select ' || call), '42501', format('T13: %s by %s',
  split_part(call, '(', 1), role))
from unnest(array['authenticated', 'anon']) role, unnest(array['bookings_list(tests.person(''ann''))',
  'bookings_begin(gen_random_uuid(), gen_random_uuid(), 1, ''usd'')', 'bookings_abandon('''')',
  'bookings_attach(gen_random_uuid(), '''', '''')', 'bookings_read(gen_random_uuid(), gen_random_uuid())',
  'bookings_advance(gen_random_uuid(), gen_random_uuid(), '''')', 'bookings_cancelled(gen_random_uuid())',
  'bookings_cancel(gen_random_uuid(), gen_random_uuid())', 'mode_check(true)']) call;

-- Leaving.
delete from auth.users where id = (select tests.person('pat'));
select tests.fails_with($$ select tests.begin_booking('bob', 'pat', 100, 'usd') $$, 'invalid_request',
  'provider_id', 'a provider who has left is not booked');
select is(bookings_read(tests.person('bob'), tests.booking_id('c')) ->> 'status', 'payment_pending',
  'and what was booked is still there');
delete from auth.users where id = (select tests.person('bob'));
select is(tests.payment_event('c', 'succeeded', '40 min'), 'processed', 'the money of a buyer who has left');
select is(tests.told('c'), 'paid, fee 9 of 300, collected -, back 0, refunded 0, disputed 0', 'is money');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select is_empty('select * from farthing.prove_bookings()', 'and its bookings');
select * from finish();
rollback;
