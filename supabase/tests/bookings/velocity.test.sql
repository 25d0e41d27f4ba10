-- Trap M6: the hourly limit of bookings per provider, and the limits per card.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/bookings.psql
select plan(44);

select farthing.set_policy('{"bookings_per_provider_hour": 3}', 'a test');
select tests.provider(name) from unnest(array['pat', 'quinn', 'rae']) name;

-- Begins a booking. Returns the step, or the code of the refusal.
create function pg_temp.books(p_name text, p_passed interval default '0', p_provider text default 'pat',
  p_key text default null)
returns text language sql as $$
  select concat_ws(' ', b ->> 'step', b ->> 'code', b ->> 'limit', b ->> 'retry_after')
  from tests.begin_booking(p_name, p_provider, 1000, 'usd', p_key, p_passed) b
$$;
create function pg_temp.buys(p_name text, p_passed interval) returns text language sql as $$
  select concat_ws(' ', b ->> 'step', b ->> 'code', b ->> 'retry_after')
  from checkout_begin(tests.person(p_name), 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test',
    'https://a.test', p_now => tests.after(p_passed)) b
$$;
create function pg_temp.decided(p_name text) returns text[] language sql as $$
  select array_agg(format('%s %s %s', d.action, d.outcome, array_to_string(d.reasons, ','))
    order by d.decision_id)
  from farthing.fraud_decisions d join farthing.accounts using (account_id)
  where owner_id = tests.person(p_name)
$$;

-- A provider has a limit of new bookings in an hour, whoever the buyers are.
select is(pg_temp.books('p' || n, n * interval '1 min', p_key => 'k' || n), 'create', 'pat is booked')
from generate_series(1, 3) n;
select is(pg_temp.books('dan', '11 min', p_key => 'dan'), 'refused velocity_exceeded provider 3000',
  'M6: a fourth booking within an hour is refused to any buyer, with the time of the next one');
select is((select count(*)::int from farthing.bookings), 3, 'a refused request stores no booking');
select is(pg_temp.decided('dan'), '{"booking refuse provider_velocity,no_ip"}', 'the refusal is recorded');
select is(pg_temp.decided('p1'), null, 'an allowed booking without an address records no decision');
select is(tests.key('dan'), 'free', 'the refusal is stored under no key');
select is(pg_temp.books('p3', '12 min', p_key => 'k3'), 'create',
  'a request that takes over its key continues its booking');
select is((select count(*)::int from farthing.bookings), 3, 'the continued booking counts once');
select is(pg_temp.books('dan', '12 min', 'quinn'), 'create', 'another provider has their own limit');
select is(bookings_cancel(tests.person('p1'), booking_id, p_now => tests.after('12 min'))
  #>> '{data,status}', 'cancelled', 'a booking is cancelled') from farthing.bookings
where account_id = (select account_id from farthing.accounts where owner_id = tests.person('p1'));
select is(pg_temp.books('dan', '61 min' - interval '1 s', p_key => 'dan'),
  'refused velocity_exceeded provider 1', 'a cancelled booking counts, and refusals do not count');
select is(pg_temp.books('dan', '61 min', p_key => 'dan'), 'create',
  'the next booking is allowed at the reported time, under the same key');
select is(pg_temp.books('eve', '61 min'), 'refused velocity_exceeded provider 60',
  'no further booking is allowed');
insert into farthing.blocks (kind, subject, reason, blocked_by)
values ('user', tests.person('eve')::text, 'a test', 'key:test');
select is(pg_temp.books('eve', '61 min'), 'refused forbidden', 'a blocked user gets no limit in the answer');
select is(pg_temp.decided('eve'), '{"booking refuse provider_velocity,no_ip",'
  '"booking refuse blocked_user,provider_velocity,no_ip"}', 'the decision records the block and the limit');
select is(fraud_policy_set('{"bookings_per_provider_hour": 4}', 'key:ops')
  #>> '{data,bookings_per_provider_hour}', '4', 'an operator raises the limit');
select is(pg_temp.books('fay', '61 min'), 'create', 'the next booking is checked against the new limit');
select tests.fails_with($$ select fraud_policy_set('{"bookings_per_provider_hour": 0}', 'key:ops') $$,
  '23514', null, 'a limit of 0 is refused');

-- For the limits per card, uses in checkouts and uses in bookings are added up.
select isnt(tests.booking('gus', p_name => 'gus', p_provider => 'rae'), null, 'gus books rae');
select is(tests.charge_event('gus', 'fp_g' || n % 2, n * interval '1 min', 'failed', 'g' || n), 'processed',
  'a card of gus is declined') from generate_series(1, 4) n;
select is(pg_temp.books('gus', '4 min', 'rae'), 'create', 'four failures do not reach the limit');
select is(tests.charge_event('gus', 'fp_g1', '5 min', 'failed', 'g5'), 'processed',
  'a fifth card is declined');
select is(pg_temp.books('gus', '6 min', 'rae'), 'refused velocity_exceeded buyer 3300',
  'M6: five failures refuse a booking');
select is(pg_temp.buys('gus', '6 min'), 'refused velocity_exceeded 3300', 'five failures refuse a checkout');
select is(pg_temp.decided('gus'),
  '{"booking refuse failed_cards,no_ip","checkout refuse failed_cards,no_ip"}',
  'both refusals are recorded');
select is(pg_temp.books('gus', '61 min', 'rae'), 'create', 'fewer failures within the hour allow a booking');
select is(pg_temp.books('gus', '61 min', 'pat'), 'refused velocity_exceeded provider 60',
  'if only the provider is over the limit, the answer names the provider');

-- Several users pay with the same card.
select isnt(tests.booking(name, p_name => name, p_provider => 'quinn', p_passed => nr * interval '1 h'), null,
  format('%s books quinn', name)) from unnest(array['hal', 'ida', 'jon', 'kim']) with ordinality u (name, nr);
select is(tests.charge_event(name, 'fp_all', nr * interval '1 h'), 'processed', name || ' pays')
from unnest(array['hal', 'ida', 'jon']) with ordinality u (name, nr);
select is(pg_temp.books('jon', '5 h', 'quinn'), 'create', 'three users may share a card');
select is(tests.charge_event('kim', 'fp_all', '4 h'), 'processed', 'kim pays with the same card');
select is(pg_temp.books('kim', '5 h', 'quinn'), 'refused velocity_exceeded buyer 72000',
  'M6: a fourth user of a card is refused until the first user''s use is a day old');
select is(pg_temp.books('kim', '25 h', 'quinn'), 'create', 'the fourth user may book after that day');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
