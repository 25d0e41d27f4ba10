-- Bookings: their terms are fixed before Stripe is called, only the two parties see them, and their states
-- change in one direction only.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
select plan(196);

select isnt(tests.provider('pat'), null, 'pat is a provider');
select isnt(tests.provider('new', false), null, 'new is a provider who cannot be paid yet');

-- The fee is 3 %, rounded half up to an amount that Stripe accepts in the currency.
select is(farthing.booking_fee(amount, currency, points)::int, fee, format(
  'the fee of %s basis points of %s %s is %s', points,
  amount,
  currency, fee))
from (values (1000, 'usd', 300, 30), (1, 'usd', 300, 0), (16, 'usd', 300, 0), (17, 'usd', 300, 1),
  (50, 'usd', 300, 2), (49, 'usd', 300, 1), (99999999, 'usd', 300, 3000000), (1, 'usd', 0, 0),
  (1, 'usd', 10000, 1), (1000, 'jpy', 300, 30), (16, 'jpy', 300, 0), (17, 'jpy', 300, 1),
  (1010, 'kwd', 300, 30), (1170, 'kwd', 300, 40), (1160, 'kwd', 300, 30), (160, 'kwd', 300, 0),
  (1700, 'isk', 300, 100), (1600, 'isk', 300, 0)) f (amount, currency, points, fee);
select is_empty($$ select amount from generate_series(1, 5000) amount
  where farthing.booking_fee(amount, 'usd', 300) <> round(amount * 0.03) $$,
  'the fee equals that of exact decimals for every amount up to 50 USD');
select is((select array_agg(farthing.currency_step(c) order by nr) from unnest(array['usd', 'jpy', 'kwd',
  'isk', 'USD',
  'us', 'usdd', 'xau', '']) with ordinality u (c, nr)), '{1,1,10,100,null,null,null,null,null}',
    'Stripe''s currencies have a step, and other texts have none');

-- bookings_begin() fixes the terms and stores the idempotency key. While the request is in
-- progress, a second request with this key is refused.
create temporary table ann as select tests.begin_booking('ann', 'pat', 1050, 'usd', 'k', p_temp => 't1') as b;
select is(b, jsonb_build_object('step', 'create', 'booking', jsonb_build_object('booking_id', (select
  booking_id
    from farthing.bookings), 'amount', 1050, 'currency', 'usd', 'application_fee_amount', 32,
    'mark', (select installation_id from farthing.policy), 'transfer_at', 'payment', 'stripe_account_id',
    'acct_pat')),
  'a booking with its fee is stored before Stripe is called') from ann;
select is(tests.key('k'), 'started', 'the key is started');
select tests.fails_with($$ select tests.begin_booking('ann', 'pat', 1050, 'usd', 'k') $$,
  'idempotency_in_progress', null, 'T12: a repeat while the first runs is refused as in progress');
select tests.fails_with(format('select tests.begin_booking(''ann'', %L, %L, %L)', provider, amount, currency),
  'invalid_request', field, format('%s %s with %s is refused', amount, currency, provider))
from (values ('pat', 0, 'usd', 'amount'), ('pat', -5, 'usd', 'amount'), ('pat', null, 'usd', 'amount'),
  ('pat', 100000000, 'usd', 'amount'), ('pat', 1001, 'kwd', 'amount'), ('pat', 150, 'isk', 'amount'),
  ('pat', 100, 'USD', 'currency'), ('pat', 100, 'xxx', 'currency'), ('pat', 100, null, 'currency'),
  ('new', 100, 'usd', 'provider_id'), ('nobody', 100, 'usd', 'provider_id'))
  r (provider, amount, currency, field);
-- The details are an object with one text. As jsonb, the object has 17 bytes more than the text. So
-- each text is 17 bytes shorter than the size that is tested.
select tests.fails_with(format($$ select bookings_begin(gen_random_uuid(), md5('provider pat')::uuid, 5,
  'usd', null, jsonb_build_object('a', repeat('x', %s))) $$, bytes - 17), code, field, name)
from (values (8192, 'not_found', 'user_id', 'details of 8 KiB are accepted, and the unknown user is refused'),
  (8193, 'invalid_request', 'details', 'details of one byte more are refused')) d (bytes, code, field, name);
select tests.fails_with($$ select tests.begin_booking('pat', 'pat', 100, 'usd') $$, 'invalid_request',
  'provider_id', 'a provider cannot book their own services');
select tests.fails_with($$ select bookings_begin(gen_random_uuid(), md5('provider pat')::uuid, 5, 'usd') $$,
  'not_found', 'user_id', 'an unknown user cannot book');
select is((select count(*)::int from farthing.bookings), 1, 'a refused request stores no booking');

-- Blocked users and addresses cannot book.
insert into farthing.blocks (kind, subject, reason, blocked_by)
values ('user', tests.person('eve')::text, 'a test', 'key:test'),
  ('ip', tests.sha256('198.51.100.1'), 'a test', 'key:test');
create function pg_temp.step(p_name text, p_ip text default null) returns text language sql as $$
  select bookings_begin(tests.person(p_name), md5('provider pat')::uuid, 5, 'usd', p_idempotency_key =>
    tests.sha256('blocked'), p_fingerprint => tests.sha256('body'), p_now => tests.after(), p_ip_hash =>
    tests.sha256(p_ip)) ->> 'step'
$$;
select is(pg_temp.step(who, ip), 'refused', format('a booking by %s from %s is refused', who, ip))
from (values ('eve', null), ('fay', '198.51.100.1')) b (who, ip);
select is((select array_agg(format('%s %s %s', action, outcome, array_to_string(reasons, ',')) order by
  decision_id) from farthing.fraud_decisions), '{"booking refuse blocked_user,no_ip",'
  '"booking refuse blocked_ip"}', 'both refusals are recorded');
select is(tests.key('blocked'), 'free', 'a refusal is stored under no key');
delete from farthing.blocks;
select is((select count(*)::int from farthing.bookings), 1, 'a refused request stores no booking');
select is(pg_temp.step('eve'), 'create', 'the same key books after the block is lifted');
delete from farthing.idempotency_keys where key = decode(tests.sha256('blocked'), 'hex');
select bookings_cancel(tests.person('eve'), booking_id) from farthing.bookings where amount = 5;

-- A request ended without an answer. The repeated request continues the same booking, so there is
-- only one payment at Stripe.
select is(tests.begin_booking('ann', 'pat', 1050, 'usd', 'k', '4 min', 't1') -> 'booking', b -> 'booking',
  'a request that takes over the key continues the same booking') from ann;
select is(bookings_abandon(tests.sha256('k')), '{}', 'Stripe does not answer');
select is(tests.key('k'), 'free', 'the key is free');
select is(tests.begin_booking('ann', 'pat', 1050, 'usd', 'k', '5 min', 't1') -> 'booking', b -> 'booking',
  'a retry continues the same booking') from ann;
select is(tests.begin_booking('ann', 'pat', 1050, 'usd', 'k2', '5 min', 't1') #>> '{booking,booking_id}'
  = b #>> '{booking,booking_id}', false, 'another key makes another booking') from ann;

-- bookings_attach() stores the payment with the booking. It stores the client secret separately
-- from the booking and from the idempotency key.
create temporary table attached as select bookings_attach((b #>> '{booking,booking_id}')::uuid, 'pi_a',
  'pi_a_secret', tests.sha256('k'), tests.after('6 min')) as a from ann;
select is(a - 'data', '{"status": 201, "replayed": false}', 'the payment is stored') from attached;
select is((a -> 'data') - '{booking_id,provider_id,created_at}'::text[], jsonb_build_object('role', 'buyer',
    'status', 'payment_pending', 'amount', 1050, 'currency', 'usd', 'application_fee_amount', 32,
    'amount_refunded', 0, 'client_temp_id', 't1', 'payment_intent_id', 'pi_a', 'details', null, 'paid_at',
      null,
    'confirmed_at', null, 'completed_at', null, 'cancelled_at', null, 'client_secret', 'pi_a_secret'),
  'the buyer gets their client_temp_id and the client secret') from attached;
select is(tests.begin_booking('ann', 'pat', 1050, 'usd', 'k', '7 min') -> 'data', a -> 'data',
  'T12: a repeat gets the answer') from attached;
select is_empty($$ select from farthing.idempotency_keys where answer ? 'client_secret' $$,
  'the client secret is not stored with the key');
select is(bookings_read(tests.person(who), tests.booking_id('a')) ? 'client_secret', false,
  'a later read shows no client secret to ' || who) from unnest(array['ann', 'pat']) who;
select is_empty($$ select 1 from farthing.bookings b where to_jsonb(b)::text like '%secret%' $$,
  'the client secret is not stored with the booking');
select tests.fails_with($$ select bookings_attach(tests.booking_id('a'), 'pi_b', 's') $$, 'P0001', null,
  'a second payment of a booking is refused');
select is(bookings_attach(tests.booking_id('a'), 'pi_a', 's') #>> '{data,status}', 'payment_pending',
  'the same payment is accepted again');
select tests.fails_with($$ select bookings_attach(gen_random_uuid(), 'pi_c', 's') $$, 'not_found',
  'booking_id',
  'an unknown booking cannot get a payment');

-- A booking without a payment is continued by a retry, or cancelled.
select is(tests.begin_booking('bob', 'pat', 500, 'eur', 'b') ->> 'step', 'create', 'bob begins a booking');
create temporary table bob as select booking_id as id from farthing.bookings where currency = 'eur';
select is(bookings_abandon(tests.sha256('b'), id), '{}', 'Stripe refuses the payment') from bob;
select is((select status from farthing.bookings join bob on booking_id = id), 'cancelled',
  'a booking that Stripe refused is cancelled, because Stripe repeats its answer');
select is(tests.begin_booking('bob', 'pat', 500, 'eur', 'b') #>> '{booking,booking_id}' = id::text, false,
  'a retry makes another booking') from bob;
select is(tests.begin_booking('bob', 'pat', 700, 'eur', 'b2') ->> 'step', 'create',
  'bob begins another booking');
select is(bookings_abandon(tests.sha256('b2')), '{}', 'Stripe does not answer');
select is(tests.begin_booking('bob', 'pat', 800, 'eur', 'b2') #>> '{booking,amount}', '800',
  'a retry with other terms makes another booking');
select is((select status from farthing.bookings where amount = 700), 'cancelled',
  'the first booking under the key is cancelled');
select is(bookings_abandon(tests.sha256('x'), tests.booking_id('a')), '{}',
  'a refusal arrives after the payment');
select is((select status from farthing.bookings where payment_intent_id = 'pi_a'), 'payment_pending',
  'a booking with a payment is not cancelled by a late refusal');
select is(farthing.cancel_unanswered_bookings(tests.after('24 hours' - interval '1 s')), 0,
  'the task leaves bookings that are younger than a day');
select is(farthing.cancel_unanswered_bookings(tests.after('25 hours'), 2), 2,
  'the task cancels no more bookings than its limit');
select is(farthing.cancel_unanswered_bookings(tests.after('25 hours')), 1, 'the next run cancels the rest');
select is((select count(*)::int from farthing.bookings where status = 'payment_pending'), 1,
  'the booking with a payment is left');

-- Every allowed and every refused change of state.
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
select is(pg_temp.may(a, b), legal, format(
  'the change from %s to %s is %s', a, b, case when legal then 'legal' else 'refused'
  end)) from steps order by a, b;
select tests.fails_with(format('update farthing.bookings set %s where payment_intent_id = ''pi_a''', change),
  '23001', null, format('the change %s is refused', change))
from unnest(array['amount = 1051', 'currency = ''eur''', 'fee_basis_points = 0, application_fee_amount = 0',
  'client_temp_id = ''t2''',
  'details = ''{"a": 1}''', 'booking_id = gen_random_uuid()', 'account_id = account_id + 1',
  'created_at = now()', 'payment_intent_id = ''pi_z''', 'payment_intent_id = null']) change;
select tests.fails_with('delete from farthing.bookings', '23001', null, 'a booking cannot be deleted');
select tests.fails_with(format('insert into farthing.bookings (account_id, provider_id, amount, currency,
    fee_basis_points, application_fee_amount) select account_id, provider_id, %s from farthing.bookings limit
      1',
  terms), '23514', null, format('the table refuses the terms %s', terms))
from unnest(array['100, ''usd'', 300, 4', '0, ''usd'', 300, 0', '100, ''xxx'', 300, 3',
  '100, ''usd'', 10001, 100']) terms;

-- The provider confirms and completes a booking.
select tests.fails_with($$ select bookings_advance(tests.person('pat'), tests.booking_id('a'), 'confirmed')
  $$,
  'invalid_request', 'id', 'an unpaid booking cannot be confirmed');
select is(tests.payment_event('a', 'succeeded', '10 min'), 'processed', 'ann pays');
select tests.fails_with(format('select bookings_advance(tests.person(%L), tests.booking_id(''a''), %L)', who,
  step), code, field, format('the status of %s for %s fails with %s', who, step, code))
from (values ('ann', 'confirmed', 'forbidden', null), ('ann', 'completed', 'forbidden', null),
  ('cid', 'confirmed', 'not_found', 'id'), ('pat', 'completed', 'invalid_request', 'id'),
  ('pat', 'paid', 'invalid_request', 'p_status'), ('pat', 'cancelled', 'invalid_request', 'p_status'),
  ('pat', null, 'invalid_request', 'p_status')) s (who, step, code, field);
select is(bookings_advance(tests.person('pat'), tests.booking_id('a'), step, tests.after(passed)) ->>
  'status',
  step, format('the provider sets the status %s', step))
from (values ('confirmed', interval '11 min'), ('confirmed', '12 min'), ('completed', '13 min'),
  ('completed', '14 min')) s (step, passed);
select results_eq('select confirmed_at, completed_at from farthing.bookings where completed_at is not null',
  $$ values (tests.after('11 min'), tests.after('13 min')) $$, 'a repeat of a step changes nothing');
select tests.fails_with($$ select bookings_advance(tests.person('pat'), tests.booking_id('a'), 'confirmed')
  $$,
  'invalid_request', 'id', 'a completed booking cannot be confirmed again');

-- Both parties see a booking, and no other user does.
select isnt(tests.booking('c', 300, 'usd', 'bob', 'pat', '20 min'), null, 'bob books pat');
select isnt(tests.booking('d', 400, 'usd', 'pat', 'ann', '30 min'), null,
  'pat books ann, who is a provider, too');
select is(bookings_read(tests.person(who), tests.booking_id('c')) ->> 'role', role, format(
  '%s reads the booking as %s',
  who,
  role)) from (values ('bob', 'buyer'), ('pat', 'provider')) r (who, role);
select tests.fails_with(format('select bookings_read(tests.person(%L), tests.booking_id(''c''))', who),
  'not_found', 'id', format('%s does not find the booking', who)) from unnest(array['ann', 'cid']) who;
create function pg_temp.list(p_name text, p_role text default null, p_status text default null, p_before text
  default null, p_limit int default 20) returns text language sql as $$
  select concat_ws(' ', (select string_agg(format('%s:%s', b ->> 'role', b ->> 'amount'), ' ' order by nr)
    from jsonb_array_elements(l -> 'bookings') with ordinality e (b, nr)), '|' || (l ->> 'next_before'))
  from bookings_list(tests.person(p_name), p_role, p_status, p_before, p_limit) l
$$;
select tests.person('cid') as cid \gset
select is(pg_temp.list(who, role, status), listed, format(
  'the list of %s with role %s and status %s is: %s', who, role, status, listed))
from (values ('pat', 'buyer', null, 'buyer:400'), ('pat', 'provider', 'completed', 'provider:1050'),
  ('ann', 'buyer', null, 'buyer:1050 buyer:1050'), ('ann', 'provider', null, 'provider:400'),
  ('cid', null, null, ''), ('ann', null, 'paid', '')) l (who, role, status, listed);
select tests.fails_with('select bookings_list(gen_random_uuid())', 'not_found', 'user_id',
  'an unknown user has no bookings');
select is(bookings_read(null, tests.booking_id('d')) - 'role',
  bookings_read(b.buyer, tests.booking_id('d')) - 'role',
  'without a user a booking of any users is read')
from (select a.owner_id as buyer from farthing.bookings k join farthing.accounts a using (account_id)
  where k.booking_id = tests.booking_id('d')) b;
select is(bookings_read(null, tests.booking_id('d')) -> 'role', 'null', 'such a read has no role');
select tests.fails_with('select bookings_read(null, gen_random_uuid())', 'not_found', 'id',
  'without a user an unknown booking is not found');
select is(pg_temp.list('ann', p_limit => 1), 'provider:400 |' || tests.booking_id('d'),
  'a page ends with the cursor of the next page');
select is(pg_temp.list('ann', p_before => tests.booking_id('d')::text), 'buyer:1050 buyer:1050',
  'the next page has bookings as buyer and as provider');
select is(pg_temp.list('cid', p_before => tests.booking_id('d')::text), '',
  'another user''s booking is no valid cursor');
select is(tests.seen_by('authenticated', who, 'select amount from bookings order by created_at desc,
  amount limit 3'), seen::jsonb,
  format('through the data API %s sees only: %s', coalesce(who, 'nobody'), seen))
from (values ('bob', '[{"amount": 300}, {"amount": 500}, {"amount": 500}]'), ('cid', '[]'), (null, '[]'),
  ('pat', '[{"amount": 400}, {"amount": 300}, {"amount": 1050}]')) s (who, seen);
select is(tests.code_for('anon', null, 'select * from bookings'), '42501', 'anon must not read bookings');
select is(tests.code_for(role, 'ann', 'select ' || call), '42501', format('T13: %s is refused to %s',
  split_part(call, '(', 1), role))
from unnest(array['authenticated', 'anon']) role, unnest(array['bookings_list(tests.person(''ann''))',
  'bookings_begin(gen_random_uuid(), gen_random_uuid(), 1, ''usd'')', 'bookings_abandon('''')',
  'bookings_attach(gen_random_uuid(), '''', '''')', 'bookings_read(gen_random_uuid(), gen_random_uuid())',
  'bookings_advance(gen_random_uuid(), gen_random_uuid(), '''')', 'bookings_cancelled(gen_random_uuid())',
  'bookings_cancel(gen_random_uuid(), gen_random_uuid())', 'mode_check(true)']) call;

-- Bookings of deleted users stay, and can still be paid.
delete from auth.users where id = (select tests.person('pat'));
select tests.fails_with($$ select tests.begin_booking('bob', 'pat', 100, 'usd') $$, 'invalid_request',
  'provider_id', 'a deleted provider cannot be booked');
select is(bookings_read(tests.person('bob'), tests.booking_id('c')) ->> 'status', 'payment_pending',
  'a booking of a deleted provider stays');
delete from auth.users where id = (select tests.person('bob'));
select is(tests.payment_event('c', 'succeeded', '40 min'), 'processed',
  'the payment of a deleted buyer arrives');
select is(tests.booking_line('c'), 'paid, fee 9 of 300, collected -, back 0, refunded 0, disputed 0',
  'the booking of a deleted buyer is paid');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select is_empty('select * from farthing.prove_bookings()', 'the proof of bookings finds no violation');
select * from finish();
rollback;
