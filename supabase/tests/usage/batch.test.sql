-- Batches of usage: one call with many events, each of which succeeds or fails by itself.

begin;
\ir ../helpers/all_tests.psql
select plan(31);

select isnt(tests.give('ann', '100'), null, 'ann has 100');
select isnt(tests.give('bob', '10'), null, 'bob has 10');
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, markup)
values ('one', 1, 1000, 1000, 1), ('free', 1, 0, 1, 1); -- A token of the model `one` costs one credit.

-- Returns a batch as a caller writes it, with the user, id, tokens and model of each event.
create function pg_temp.events(p_rows text[]) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('user_id', case c[1] when 'nobody' then md5('nobody')::uuid
      else tests.person(c[1]) end, 'event_id', c[2], 'model', coalesce(c[4], 'one'), 'input_tokens',
      c[3]::int)
    order by nr)
  from unnest(p_rows) with ordinality r (line, nr), regexp_split_to_array(line, ' ') c
$$;
create function pg_temp.batch(variadic p_rows text[]) returns jsonb language sql as $$
  select usage_charge_batch(pg_temp.events(p_rows), 'trace-1', p_now => tests.after()) -> 'data'
$$;
-- Returns each event's index with its result: the credits (after `=` for a duplicate), or the code
-- of the error.
create function pg_temp.results(p_answer jsonb) returns text language sql as $$
  select string_agg(concat(o ->> 'index', ':', o ->> 'code', case when o ? 'duplicate' then '=' end,
  o ->> 'credits'),
    ' ' order by (o ->> 'index')::int)
  from jsonb_array_elements((p_answer -> 'results') || (p_answer -> 'rejected')) o
$$;

create temporary table mixed as select pg_temp.batch('ann a1 10', 'bob b1 4', 'ann a2 20 unknown',
  'nobody n1 1',
  'ann a3 30', 'bob b2 7', 'ann a1 10', 'bob b3 6', 'bob b2 1', 'ann a4 0', 'ann a5 0 free') as a;
select is(pg_temp.results(a), '0:10 1:4 2:unknown_model 3:not_found 4:30 5:insufficient_credits 6:=10 7:6 '
  || '8:insufficient_credits 9:invalid_request 10:invalid_request',
  'each event of a batch is independent of the others')
  from mixed;
select is(a - '{results,rejected}'::text[], '{"accepted": 4, "duplicates": 1}',
  'a batch counts its results') from mixed;
select is(a #> '{rejected,0}', '{"index": 2, "event_id": "a2", "code": "unknown_model", "field": "model"}',
  'T11: an unknown model in a batch is refused, not free') from mixed;
select is((a #> '{results,0}') - 'transaction_id' #- '{lots,0,id}', '{"index": 0, "event_id": "a1",
  "credits": "10",
  "balance_after": "90", "rate_version": 1, "lots": [{"source": "promotional", "amount": "10"}]}',
  'an accepted event has the answer of a single charge') from mixed;
select is((a #> '{results,3}') - 'index', (a #> '{results,0}') - 'index' || '{"duplicate": true}',
  'an event that is twice in a batch is charged once, at its first mention') from mixed;
select is(tests.balance('ann'), 'balance 60, held 0, available 60, debt 0',
  'ann is charged for the accepted events');
select is(tests.balance('bob'), 'balance 0, held 0, available 0, debt 0',
  'bob is charged for the accepted events');
select is((select array_agg(seq order by seq) from farthing.entries join farthing.accounts using (account_id)
  where owner_id = tests.person('bob')), '{1,2,3}', 'a refused event leaves no gap in the entries');

-- Repeated batches, and repeated single calls.
select is(pg_temp.results(pg_temp.batch('ann a1 10', 'ann a3 30', 'bob b1 4', 'ann a6 5')),
  '0:=10 1:=30 2:=4 3:5', 'a known event in a batch is reported and not charged');
select is(usage_charge(tests.person('ann'), '{"event_id": "a6", "model": "one", "input_tokens": 5}',
  p_now => tests.after()) #>> '{data,duplicate}', 'true', 'a single charge recognises an event of a batch');
select is(pg_temp.results(pg_temp.batch('ann b1 1')), '0:1',
  'another user can use the same event_id');
select is(pg_temp.results(pg_temp.batch('ann f1 1 free', 'ann f1 1 free', 'ann f1 2 free')),
  '0:0 1:=0 2:usage_conflict', 'free usage is recognised like any other');
select is(pg_temp.results(pg_temp.batch('ann x1 1 gone', 'ann x1 2')), '0:unknown_model 1:2',
  'a refused event can be charged by a later mention');
select is(pg_temp.results(usage_charge_batch((select jsonb_agg(e - 'event_id')
  from jsonb_array_elements(pg_temp.events(
  array['ann - 1'])) e)) -> 'data'), '0:invalid_request',
  'an event without an event_id is refused in a batch');
select is(pg_temp.results(usage_charge_batch((select jsonb_agg(e - 'user_id')
  from jsonb_array_elements(pg_temp.events(
  array['ann y1 1'])) e)) -> 'data'), '0:not_found', 'an event without a user is refused in a batch');
select is(pg_temp.results(usage_charge_batch((select jsonb_agg(e || jsonb_build_object('metadata',
    jsonb_build_object('a', repeat('x', 9000 * (e ->> 'input_tokens')::int)))) from jsonb_array_elements(
    pg_temp.events(array['ann z1 1', 'ann z2 0'])) e) || pg_temp.events(array['ann z3 1'])) -> 'data'),
  '0:invalid_request 1:invalid_request 2:1', 'an event with too much metadata is refused alone');

-- A batch that takes credits from several lots.
select isnt(tests.give('cid', '3', '1 hour'), null, 'cid has 3 for an hour');
select isnt(tests.give('cid', '3'), null, 'cid has 3 for ever');
select is((select string_agg((select string_agg(lot ->> 'amount', '+') from jsonb_array_elements(r -> 'lots')
  lot),
    ' ') from jsonb_array_elements(pg_temp.batch('cid 1 2', 'cid 2 5', 'cid 3 2', 'cid 4 2') -> 'results') r),
  '2 1+1 2', 'a batch continues in the same lot after an event that was refused');

-- A batch has at most 1,000 events.
select is((usage_charge_batch((select jsonb_agg(jsonb_build_object('user_id', tests.person('dan'), 'event_id',
  n,
    'model', 'one', 'input_tokens', 1)) from generate_series(1, 1000) n), p_now => tests.after()) -> 'data')
    - '{results,rejected}'::text[], '{"accepted": 1000, "duplicates": 0}',
  'a batch of 1,000 events is accepted')
from (select tests.give('dan', '1000')) given;
select tests.fails_with(format('select usage_charge_batch(%L)', bad), 'invalid_request', 'events',
  format('a batch of %s is refused', coalesce(left(bad::text, 20), 'nothing')))
from unnest(array['[]'::jsonb, '{}', '7', null, (select jsonb_agg('{}'::jsonb) from generate_series(1,
  1001))]) bad;
select is(tests.code_for(role, 'ann', 'select usage_charge_batch(''[{}]'')'),
  case role when 'service_role' then 'ok' else '42501' end, format('T13: a batch by %s', role))
from unnest(array['service_role', 'authenticated', 'anon']) role;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
