-- Holds: credits reserved before the work and settled after it.

begin;
\ir ../helpers/all_tests.psql
select plan(49);

select isnt(tests.give('ann', '100'), null, 'ann has 100');

-- An open hold reserves credits without changing the balance.
create temporary table opened as
select holds_open(tests.person('ann'), 60, '60', p_reason => 'work in progress',
  p_now => tests.after()) as a;
select is(a #- '{data,hold_id}', jsonb_build_object('status', 201, 'replayed', false, 'data',
  jsonb_build_object(
    'user_id', tests.person('ann'), 'status', 'open', 'amount', '60', 'available_after', '40', 'reason',
    'work in progress', 'expires_at', tests.after('60 s'), 'created_at', tests.after(), 'resolved_at', null)),
  'opening a hold returns what it reserves and what is left available') from opened;
select is(tests.balance('ann'), 'balance 100, held 60, available 40, debt 0',
  'a hold does not change the balance');
select is(tests.outcome($$ select tests.hold('ann', '40.000000000000000001') $$),
  '{"code": "insufficient_credits", "status": 402,
    "details": {"limit": "balance", "required": "40.000000000000000001", "available": "40"}}',
  'T25: a hold beyond the available credits names the limit, the required and the available credits');
select tests.fails_with($$ select credits_debit(tests.person('ann'), '41', 'x', p_now => tests.after()) $$,
  'insufficient_credits', null, 'a debit does not take held credits');
select is(credits_debit(tests.person('ann'), '40', 'x', p_now => tests.after()) #>> '{data,balance_after}',
  '60', 'a debit takes all credits that are not held');

-- Settlements at, below and above the held amount, and at 0.
create function pg_temp.settle(p_hold uuid, p_amount text, p_passed interval default '1 s') returns text
language sql as $$
  select format('settled %s, released %s, shortfall %s, balance %s', d ->> 'settled', d ->> 'released',
    d ->> 'shortfall', d ->> 'balance_after')
  from (select holds_settle(p_hold, p_amount, p_now => tests.after(p_passed)) -> 'data' as d) s
$$;
select is(pg_temp.settle((a #>> '{data,hold_id}')::uuid, '60'),
  'settled 60, released 0, shortfall 0, balance 0',
  'a hold settled at its amount takes exactly that amount') from opened;
select is((select array_agg(kind::text || ' ' || reference_type) from farthing.entries where seq = 3),
  '{settle hold}', 'a settled hold writes an entry that refers to it');
select isnt(tests.give('ann', '100'), null, 'ann has 100 again');
select is(pg_temp.settle(tests.hold('ann', '60'), '20.5'),
  'settled 20.5, released 39.5, shortfall 0, balance 79.5',
  'a hold settled below its amount releases the rest');
select is(tests.balance('ann'), 'balance 79.5, held 0, available 79.5, debt 0',
  'released credits are available again');
select is(pg_temp.settle(tests.hold('ann', '20'), '70'), 'settled 70, released 0, shortfall 0, balance 9.5',
  'T8: a hold settled above its amount takes more from the available credits');
select is(pg_temp.settle(tests.hold('ann', '9'), '0'), 'settled 0, released 9, shortfall 0, balance 9.5',
  'T8: a hold settled at zero releases everything');
select is((holds_settle(tests.hold('ann', '9'), '0', p_now => tests.after()) -> 'data') - 'hold_id'::text,
  '{"status": "settled", "settled": "0", "released": "9", "shortfall": "0", "transaction_id": null,
    "lots": [], "balance_after": "9.5"}', 'a settlement at zero has no transaction and no lots');
select is((select count(*) from farthing.entries where kind = 'settle'), 3::bigint,
  'a hold settled at zero writes no entry');
create temporary table kept as select tests.hold('ann', '5') as other;
select is(pg_temp.settle(tests.hold('ann', '4'), '20'),
  'settled 20, released 0, shortfall 15.5, balance -10.5',
  'T8: a settlement beyond all credits takes the available ones and leaves a debt, but not other '
  'holds'' credits');
select is(tests.balance('ann'), 'balance -10.5, held 5, available 0, debt 15.5',
  'the shortfall becomes debt');
select is(pg_temp.settle(other, '5'), 'settled 5, released 0, shortfall 0, balance -15.5',
  'a hold that was open before the debt can still be settled') from kept;

-- A hold ends at most once.
select tests.fails_with(format('select holds_settle(%L, ''1'', p_now => tests.after())', other),
  'hold_not_open', null, 'T8: settling a hold twice is refused') from kept;
select tests.fails_with(format('select holds_release(%L, p_now => tests.after())', other), 'hold_not_open',
  null, 'T8: releasing a settled hold is refused') from kept;
select isnt(tests.give('bob', '100'), null, 'bob has 100');
create temporary table let_go as select tests.hold('bob', '30') as hold_id;
select is(holds_release(hold_id, p_now => tests.after()) -> 'data',
  jsonb_build_object('hold_id', hold_id, 'status', 'released'), 'a hold is released') from let_go;
select is(tests.balance('bob'), 'balance 100, held 0, available 100, debt 0',
  'a released hold reserves nothing');
select is(tests.outcome(format('select holds_settle(%L, ''1'', p_now => tests.after())', hold_id)),
  '{"code": "hold_not_open", "status": 409, "details": {"status": "released"}}',
  'T8: settling a released hold is refused, with the hold''s status') from let_go;
select tests.fails_with(format('select holds_release(%L, p_now => tests.after())', hold_id), 'hold_not_open',
  null, 'T8: releasing a hold twice is refused') from let_go;

-- Trap T18: all holds together never exceed the available credits.
select isnt(tests.give('cid', '5000'), null, 'cid has 5,000');
select is(array(select tests.outcome('select tests.hold(''cid'', ''1000'')') ->> 'code'
  from generate_series(1, 6)),
  array['ok', 'ok', 'ok', 'ok', 'ok', 'insufficient_credits'],
  'T18: five of six holds of 1,000 on 5,000 are opened');
select is(tests.balance('cid'), 'balance 5000, held 5000, available 0, debt 0',
  'T18: a refused hold reserves nothing');

-- Invalid holds are refused.
select tests.fails_with(format('select tests.hold(''bob'', %L)', bad), 'invalid_request', 'amount',
  format('a hold of %s is refused', coalesce(bad, 'nothing'))) from unnest(array[null, '0', '-1', '1e3',
  'NaN']) bad;
select tests.fails_with(format('select tests.hold(''bob'', ''1'', %s)', bad), 'invalid_request',
  'ttl_seconds',
  format('a hold of %s seconds is refused', bad)) from unnest(array['0', '-1', '86401', 'null']) bad;
select is(tests.outcome('set local timezone = ''America/New_York''; select tests.hold(''bob'', ''1'', 86400,
  timestamptz ''2027-03-13 20:00Z'' - tests.after())') ->> 'code', 'ok',
  'a hold of a day lasts 24 hours, even if the clocks change');
select tests.fails_with(format('select holds_settle(tests.hold(''bob'', ''1''), %L, p_now => tests.after())',
  bad), 'invalid_request', 'amount', format('a settlement of %s is refused', coalesce(bad, 'nothing')))
from unnest(array[null, '-1', 'NaN', '1e3']) bad;
select farthing.set_policy('{"overdraft_floor": "99999999999999999999"}', 'no limit');
create temporary table dear as select tests.hold('bob', '1') as first, tests.hold('bob', '1') as second;
select is(holds_settle(first, '99999999999999999999', p_now => tests.after()) #>> '{data,shortfall}',
  '99999999999999999901', 'the largest amount can be settled') from dear;
select tests.fails_with(format('select holds_settle(%L, ''102'', p_now => tests.after())', second),
  'overdraft_exceeded', null, 'a settlement that would exceed the largest debt of an account is refused')
  from dear;
select tests.fails_with(format('select %s', call), 'not_found', 'id', format('%s of no hold is refused',
  call))
from unnest(array['holds_settle(gen_random_uuid(), ''1'')', 'holds_release(gen_random_uuid())',
  'holds_read(gen_random_uuid())']) call;

-- Rule 7 (docs/reference/rules.md) is implemented by one function, for every kind of hold.
select set_eq($$ select proname from pg_proc where pronamespace::regnamespace::text ~ '^farthing'
    and prosrc ~ 'update farthing\.holds\s+set status = ''settled''' $$, array['settle'],
  'one function settles the holds of back ends, chats and jobs');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
