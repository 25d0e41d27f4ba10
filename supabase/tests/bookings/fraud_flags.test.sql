-- Trap M6: if a buyer and a provider share a card, a payout account or an address, their booking is
-- flagged, and operators are notified once. If the policy says so, the booking is refused instead.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
select plan(44);

create function pg_temp.pays_out(p_provider text, p_accounts text[], p_passed interval)
returns text language sql as $$
  select tests.event('account.updated', jsonb_build_object('stripe_account_id', 'acct_' || p_provider,
    'provider_id', md5('provider ' || p_provider)::uuid, 'charges_enabled', true, 'payouts_enabled', true,
    'details_submitted', true, 'disabled_reason', null, 'payout_accounts', p_accounts,
    'occurred_at', tests.after(p_passed)), p_passed, p_livemode => true)
$$;
create function pg_temp.flags(p_label text) returns text language sql as $$
  select coalesce(string_agg(reasons::text, ' ' order by decision_id), 'none') from farthing.fraud_decisions
  where booking_id = tests.booking_id(p_label) and outcome = 'flag'
$$;

-- A shared card: the provider pat has paid with the same card for a booking in which pat was the
-- buyer.
select isnt(tests.provider('pat'), null, 'pat is a provider');
select isnt(tests.booking('own', 500, 'usd', 'pat', 'quinn'), null, 'pat books quinn');
select is(tests.charge_event('own', 'card1', '1 s'), 'processed', 'pat pays with a card');
select is(pg_temp.flags('own'), 'none', 'a card that only pat has used is not flagged');
select isnt(tests.booking('a'), null, 'ann books pat');
select is(tests.charge_event('a', 'card1', '2 s'), 'processed', 'ann pays with the same card');
select is(pg_temp.flags('a'), '{shared_card}',
  'M6: a booking whose buyer and provider share a card is flagged');
select is(tests.charge_event('a', 'card1', '3 s'), 'processed', 'the same event arrives again');
select is(tests.event('payment_intent.succeeded', jsonb_build_object('booking_id', tests.booking_id('a'),
  'payment_id', 'pi_a', 'charge_id', 'ch_a', 'payment_status', 'paid', 'amount', 1000, 'currency', 'usd'),
  '4 s', p_livemode => true), 'processed', 'the booking is paid');
select is(bookings_advance(tests.person('pat'), tests.booking_id('a'), 'confirmed', tests.after('5 s'))
  ->> 'status', 'confirmed', 'the booking is confirmed');
select is(pg_temp.flags('a'), '{shared_card}', 'the booking is flagged once');
select isnt(tests.booking('b', p_name => 'bob'), null, 'bob books pat');
select is(tests.charge_event('b', 'card2', '6 s'), 'processed', 'bob pays with his own card');
select is(pg_temp.flags('b'), 'none', 'a buyer who shares nothing is not flagged');
insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
select 'ch_test', account_id, sha256('card1'), 'succeeded', false, tests.after() from farthing.bookings
where booking_id = tests.booking_id('b');
select farthing.flag_booking(b, tests.after('7 s')) from farthing.bookings b
where booking_id = tests.booking_id('b');
select is(pg_temp.flags('b'), 'none',
  'a card of test mode is not flagged, because all users share these cards');

-- A shared payout account: the buyer is also a provider, and gets payouts to the same bank account
-- as the provider of the booking.
select is(pg_temp.pays_out('pat', '{iban1}', '8 s'), 'processed', 'pat is paid out to a bank account');
select isnt(tests.provider('cid'), null, 'cid is a provider, too');
select is(pg_temp.pays_out('cid', '{iban2,iban1}', '9 s'), 'processed',
  'cid is paid out to the same account');
select isnt(tests.booking('c', p_name => 'cid'), null, 'cid books pat');
select is(tests.charge_event('c', 'card3', '10 s'), 'processed', 'cid pays with another card');
select is(pg_temp.flags('c'), '{shared_payout_account}',
  'M6: a booking whose parties share a payout account is flagged');

-- A shared address: both parties have checked out from it.
insert into farthing.fraud_decisions (account_id, action, outcome, reasons, ip_hash, decided_at)
select (farthing.lock_account(tests.person(name), tests.after())).account_id, 'checkout', 'allow',
  '{within_limits}', sha256('198.51.100.7'), tests.after() from unnest(array['pat', 'dan']) name;
select isnt(tests.booking('d', p_name => 'dan'), null, 'dan books pat');
select is(tests.charge_event('d', 'card1', '11 s'), 'processed', 'dan pays with the card of pat and ann');
select is(pg_temp.flags('d'), '{shared_address,shared_card}',
  'M6: the flag names everything that the parties share');

-- Flags are listed, and operators are notified of them.
select is(o #>> '{decisions,0,booking_id}', tests.booking_id('d')::text, 'operators see the flag')
from fraud_decisions_list(p_outcome => 'flag') o;
select is((farthing.read_flagged(r, tests.after(passed))).value, expected,
  format('after %s the alert counts %s flagged bookings', passed, expected))
from farthing.alert_rules r, (values (interval '1 h', 3::numeric), ('1 day 1 h', 0)) t (passed, expected)
where r.rule = 'bookings_flagged';

-- The address from which the booking was requested counts as the buyer's address, too.
create function pg_temp.books_from(p_name text, p_address text) returns jsonb language sql as $$
  select bookings_begin(tests.person(p_name), md5('provider pat')::uuid, 500, 'usd',
    p_ip_hash => encode(sha256(p_address::bytea), 'hex'), p_now => tests.after('2 days'))
$$;
create temporary table from_there as
  select (pg_temp.books_from('eve', '198.51.100.7') #>> '{booking,booking_id}')::uuid as booking_id;
select isnt(bookings_attach(booking_id, 'pi_e', 'secret', null, tests.after('2 days')), null,
  'eve, a new user, books pat from pat''s address') from from_there;
select is(tests.charge_event('e', 'card5', '2 days 1 s'), 'processed', 'eve pays with her own card');
select is(pg_temp.flags('e'), '{shared_address}', 'a buyer at the provider''s address is flagged');
select is((select count(*)::int from generate_series(1, 40)
  where pg_temp.books_from('ida', '192.0.2.1') ->> 'step' = 'create'), 40,
  'a buyer may book often, because bookings are limited by provider');

-- A shared debit card: the buyer gets payouts to it, and the provider pays with it.
select is(tests.charge_event('own', 'debit', '2 days 2 s', p_charge => 'own2'), 'processed',
  'pat pays with a debit card');
select isnt(tests.provider('hal'), null, 'hal is a provider, too');
select is(pg_temp.pays_out('hal', '{debit}', '2 days 3 s'), 'processed', 'hal is paid out to that card');
select isnt(tests.booking('h', p_name => 'hal', p_passed => '2 days'), null, 'hal books pat');
select is(tests.charge_event('h', 'card6', '2 days 4 s'), 'processed', 'hal pays with another card');
select is(pg_temp.flags('h'), '{shared_payout_account}',
  'a card that one party pays with and the other is paid out to is shared');

-- The policy refuses bookings whose two parties share a card, a payout account or an address.
-- Recorded payout accounts are deleted with their user.
select farthing.set_policy('{"booking_shared_parties": "refuse"}', 'a test');
select is(tests.begin_booking('dan', 'pat', 500, 'usd') ->> 'step', 'refused',
  'a buyer who shares something is refused');
select is(tests.begin_booking('bob', 'pat', 500, 'usd') ->> 'step', 'create',
  'a buyer who shares nothing is not refused');
select is(pg_temp.books_from('jon', '198.51.100.7') ->> 'step', 'refused',
  'a first booking from the provider''s address is refused');
delete from auth.users where id = (select tests.person('cid'));
select is((select count(*)::int from farthing.payout_accounts), 2,
  'the payout accounts of a deleted user are deleted');
select is(pg_temp.pays_out('cid', '{iban2}', '12 s'), 'processed',
  'an event names the deleted user''s payout account');
select is((select count(*)::int from farthing.payout_accounts), 2,
  'the payout accounts of a deleted user are not stored again');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
