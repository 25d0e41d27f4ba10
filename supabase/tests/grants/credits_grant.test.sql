-- Grants: the credits that an operator gives, and who may give them.

begin;
\ir ../helpers/all_tests.psql
select plan(40);

select is(tests.balance('ann'), 'balance 0, held 0, available 0, debt 0',
  'a user without an account has no credits');

select is(credits_grant(tests.person('ann'), '9.000000000000000001', 'promotional',
  tests.after('30 days'),
    5, 'welcome', 'trace-1', p_now => tests.after()) #- '{data,id}',
  jsonb_build_object('status', 201, 'replayed', false, 'data', jsonb_build_object(
    'user_id', tests.person('ann'), 'source', 'promotional', 'amount', '9.000000000000000001',
    'remaining', '9.000000000000000001', 'priority', 5, 'expires_at', tests.after('30 days'),
    'created_at', tests.after())), 'a grant returns its lot, to the last decimal');
select is(tests.balance('ann'),
  'balance 9.000000000000000001, held 0, available 9.000000000000000001, debt 0',
  'granted credits are available at once');
select is((credits_entries(tests.person('ann')) #> '{entries,0}')
  - '{id,transaction_id,lot_id}'::text[],
  jsonb_build_object('seq', 1, 'kind', 'promotion', 'amount', '9.000000000000000001', 'balance_after',
    '9.000000000000000001', 'reference_type', 'grant', 'reference_id', null, 'correlation_id', 'trace-1',
    'author', 'sql',
    'metadata', '{"reason": "welcome"}'::jsonb, 'event_at', tests.after(), 'created_at', tests.after()),
  'a grant writes one entry with its reason and its source');

select is(credits_grant(tests.person('ann'), '1', 'adjustment', p_now => tests.after())
    #>> '{data,priority}', '100', 'a grant without a priority has priority 100');
select results_eq('select counterparty::text, kind::text from farthing.entries order by seq',
  $$ values ('promotions', 'promotion'), ('adjustments', 'adjustment') $$,
  'a grant comes from the system account of its source');

-- Invalid amounts are refused.
select tests.fails_with(format('select credits_grant(tests.person(''ann''), %L, ''promotional'')', bad),
  'invalid_request', 'amount', format('a grant of %s is refused', coalesce(to_json(bad)::text, 'nothing')))
from unnest(array[null, '', '0', '0.0', '-1', '+1', '1e3', 'NaN', 'Infinity', '.5', '5.', '01', ' 1', '1 ',
  '1,5', '0x10', '1.1234567890123456789', '100000000000000000000', E'1\n']) bad;
select is(tests.outcome('select tests.give(''bob'', ''99999999999999999999.999999999999999999'')') ->> 'code',
  'ok', 'the largest amount can be granted');
select tests.fails_with('select tests.give(''bob'', ''0.000000000000000001'')', 'invalid_request', 'amount',
  'a grant beyond the largest balance is refused with its field');
select is(tests.balance('bob') like 'balance 99999999999999999999.999999999999999999,%', true,
  'a refused grant changes nothing');

-- Other invalid terms are refused, too.
select tests.fails_with($$ select credits_grant(tests.person('ann'), '1', 'paid') $$, 'invalid_request',
  'source', 'a grant of paid credits is refused, because paid credits are bought');
select tests.fails_with($$ select credits_grant(tests.person('ann'), '1', null) $$, 'invalid_request',
  'source', 'a grant without a source is refused');
select tests.fails_with($$ select tests.give('ann', '1', interval '0') $$, 'invalid_request', 'expires_at',
  'a grant whose expiry is in the past is refused');
select tests.fails_with($$ select credits_grant(tests.person('ann'), '1', 'promotional', 'infinity') $$,
  'invalid_request', 'expires_at',
  'a grant that expires at infinity is refused: a null expiry means never');
select tests.fails_with(format('select tests.give(''ann'', ''1'', p_priority => %s)', bad), 'invalid_request',
  'priority', format('a grant of priority %s is refused', bad)) from unnest(array[-1, 1001]) bad;
select tests.fails_with('select credits_grant(gen_random_uuid(), ''1'', ''promotional'')', 'not_found',
  'user_id', 'a grant to an unknown user is refused');
select tests.fails_with('select credits_grant(null, ''1'', ''promotional'')', 'not_found', 'user_id',
  'a grant without a user is refused');

-- Only service_role can grant.
select is(tests.code_for('service_role', null, $$ select credits_grant(tests.person('ann'), '1',
  'promotional') $$), 'ok', 'T13: service_role can grant');
select is(tests.code_for(role, 'ann', $$ select credits_grant(tests.person('ann'), '1', 'promotional') $$),
  '42501', format('T13: a grant is denied to %s', role)) from unnest(array['anon', 'authenticated']) role;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
