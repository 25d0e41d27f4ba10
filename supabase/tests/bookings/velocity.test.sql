-- M6: how many bookings a provider may get in an hour, and which cards may pay for another.

begin;
\ir ../helpers/story.psql
\ir ../helpers/bookings.psql
select plan(44);

select farthing.set_policy('{"bookings_per_provider_hour": 3}', 'a test');
select tests.provider(name) from unnest(array['pat', 'quinn', 'rae']) name;

-- A person books; what became of it.
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

-- A provider.
select is(pg_temp.books('p' || n, n * interval '1 min', p_key => 'k' || n), 'create', 'pat is booked')
from generate_series(1, 3) n;
select is(pg_temp.books('dan', '11 min', p_key => 'dan'), 'refused velocity_exceeded provider 3000',
  'M6: a fourth booking within the hour is refused for any buyer, with the time of the next one');
select is((select count(*)::int from farthing.bookings), 3, 'a refused request leaves no booking');
select is(pg_temp.decided('dan'), '{"booking refuse provider_velocity,no_ip"}', 'and is on record');
select is(pg_temp.decided('p1'), null, 'a booking that was allowed from nowhere is its own record');
select is(tests.key('dan'), 'free', 'the refusal is kept under no key');
select is(pg_temp.books('p3', '12 min', p_key => 'k3'), 'create',
  'a request that takes over goes on with its booking, which is no new one');
select is((select count(*)::int from farthing.bookings), 3, 'and is counted once');
select is(pg_temp.books('dan', '12 min', 'quinn'), 'create', 'another provider has an hour of their own');
select is(bookings_cancel(tests.person('p1'), booking_id, p_now => tests.after('12 min'))
  #>> '{data,status}', 'cancelled', 'a booking is called off') from farthing.bookings
where account_id = (select account_id from farthing.accounts where owner_id = tests.person('p1'));
select is(pg_temp.books('dan', '61 min' - interval '1 s', p_key => 'dan'),
  'refused velocity_exceeded provider 1', 'and is counted all the same; refused ones make it no later');
select is(pg_temp.books('dan', '61 min', p_key => 'dan'), 'create',
  'at that time one is allowed, under the same key');
select is(pg_temp.books('eve', '61 min'), 'refused velocity_exceeded provider 60', 'and for no more');
insert into farthing.blocks (kind, subject, reason, blocked_by)
values ('user', tests.person('eve')::text, 'a test', 'key:test');
select is(pg_temp.books('eve', '61 min'), 'refused forbidden', 'a blocked user gets no limit');
select is(pg_temp.decided('eve'), '{"booking refuse provider_velocity,no_ip",'
  '"booking refuse blocked_user,provider_velocity,no_ip"}', 'the record has both');
select is(fraud_policy_set('{"bookings_per_provider_hour": 4}', 'operator:ops')
  #>> '{data,bookings_per_provider_hour}', '4', 'an operator raises the limit');
select is(pg_temp.books('fay', '61 min'), 'create', 'the next booking is held to that');
select tests.fails_with($$ select fraud_policy_set('{"bookings_per_provider_hour": 0}', 'operator:ops') $$,
  '23514', null, 'a limit of nothing is none');

-- A card, by what it has shown of checkouts and of bookings: one count of both.
select isnt(tests.booking('gus', p_name => 'gus', p_provider => 'rae'), null, 'gus books rae');
select is(tests.charge_event('gus', 'fp_g' || n % 2, n * interval '1 min', 'failed', 'g' || n), 'processed',
  'a card of gus''s is declined') from generate_series(1, 4) n;
select is(pg_temp.books('gus', '4 min', 'rae'), 'create', 'four failures are bad luck');
select is(tests.charge_event('gus', 'fp_g1', '5 min', 'failed', 'g5'), 'processed', 'a fifth');
select is(pg_temp.books('gus', '6 min', 'rae'), 'refused velocity_exceeded buyer 3300',
  'M6: is card testing, of bookings too');
select is(pg_temp.buys('gus', '6 min'), 'refused velocity_exceeded 3300', 'and of checkouts');
select is(pg_temp.decided('gus'),
  '{"booking refuse failed_cards,no_ip","checkout refuse failed_cards,no_ip"}',
  'both are on record');
select is(pg_temp.books('gus', '61 min', 'rae'), 'create', 'until fewer lie within the hour');
select is(pg_temp.books('gus', '61 min', 'pat'), 'refused velocity_exceeded provider 60',
  'if only the provider is over the limit, the answer says so');

-- The same card by user after user.
select isnt(tests.booking(name, p_name => name, p_provider => 'quinn', p_passed => nr * interval '1 h'), null,
  format('%s books quinn', name)) from unnest(array['hal', 'ida', 'jon', 'kim']) with ordinality u (name, nr);
select is(tests.charge_event(name, 'fp_all', nr * interval '1 h'), 'processed', name || ' pays')
from unnest(array['hal', 'ida', 'jon']) with ordinality u (name, nr);
select is(pg_temp.books('jon', '5 h', 'quinn'), 'create', 'three users share a card');
select is(tests.charge_event('kim', 'fp_all', '4 h'), 'processed', 'kim pays with it, too');
select is(pg_temp.books('kim', '5 h', 'quinn'), 'refused velocity_exceeded buyer 72000',
  'M6: a fourth user of it books nobody until the first one''s use is a day old');
select is(pg_temp.books('kim', '25 h', 'quinn'), 'create', 'then they do');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
