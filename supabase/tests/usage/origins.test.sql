-- A usage event has an origin. So an id that a job, a chat or a hold chooses for its event is never
-- mistaken for the same id chosen by a caller.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
\ir ../helpers/chats.psql
select plan(25);

-- Charges one token under an id that the caller chooses.
create function pg_temp.poison(p_name text, p_event_id text, p_passed interval) returns text
language sql as $$
  select usage_charge(tests.person(p_name), jsonb_build_object('event_id', p_event_id, 'model',
    'gpt-4o', 'input_tokens', 1), p_now => tests.after(p_passed)) #>> '{data,credits}'
$$;
-- Returns all event ids that a job, a chat or a hold with this id could use. In this test a caller
-- uses these ids first.
create function pg_temp.names(p_id uuid) returns text[] language sql as $$
  select array[p_id::text, 'chat:' || p_id, 'hold:' || p_id, 'job:' || p_id, 'job:' || p_id || ':s1',
    p_id || ':s1', p_id || ':s1:2']
$$;
select isnt(tests.give(name, '1000'), null, name || ' has 1,000')
from unnest(array['ann', 'bob', 'cid', 'dan', 'eve']) name;

-- Trap M5: a job's step is charged even if a caller has already used the ids of the step's events.
select is((select data ->> 'held' from tests.job('ann', 'paid', tests.lines(4))), '200', 'a job holds 200');
select is((select sum(pg_temp.poison('ann', n, '1 s')::numeric) from unnest(pg_temp.names(
  tests.job_id('ann'))) n), 0.14, 'a caller uses all ids that the job''s steps could have');
select is(tests.claim('one', 'paid', '2 s'), '1', 'a runner claims the job');
select is(tests.step('ann', 1, 's1', 2, '3 s'),
  '{"status": "processing", "credits": "100", "held": "100", "duplicates": 0, "conflicts": 0}',
  'T30: a job''s step is charged in full, whatever ids a caller has used');

-- Trap M5: a chat is charged even if a caller has already used its ids. This is true whether the chat's
-- request settles the chat or a scheduled task closes it.
select is(tests.begin_chat(name, name) #>> '{step}', 'call', name || ' begins a chat')
from unnest(array['bob', 'cid', 'dan']) name;
select is((select sum(pg_temp.poison(name, n, '1 s')::numeric) from unnest(pg_temp.names(
  tests.chat_id(name))) n), 0.14, 'a caller uses up every name that ' || name || '''s chat could have')
from unnest(array['bob', 'cid']) name;
select is(tests.settle_chat(tests.chat_id('bob'), '2 s', 1000, 100, 'bob') #>> '{data,credits}', '26',
  'T30: a chat is charged in full, whatever ids a caller has used');
select is((select array_agg(tests.record(tests.chat_id(name), 100, '2 s'))
  from unnest(array['cid', 'dan']) name), '{open,open}',
  'two more chats stream 100 tokens and send no more heartbeats');
select is(farthing.close_abandoned_chats(tests.after('2 min')), 2, 'T30: the task closes both chats');
select matches(tests.chat(tests.chat_id('dan')), 'settled, hold settled, charged [1-9]',
  'dan''s chat is charged');
select is(tests.chat(tests.chat_id('cid')), tests.chat(tests.chat_id('dan')),
  'T30: cid''s chat is charged the same, whatever ids a caller has used');

-- A hold is settled with usage. With an event_id, the event counts as the caller's own. Without an
-- event_id, the event gets an id from the hold.
create temporary table held as select tests.hold('eve', '50') as own, tests.hold('eve', '50') as named;
select is((select sum(pg_temp.poison('eve', n, '1 s')::numeric) from unnest(pg_temp.names(own)) n), 0.14,
  'a caller uses all ids that a hold could have') from held;
select is(holds_settle(own, p_usage => '{"model": "gpt-4o", "input_tokens": 100}',
  p_now => tests.after('2 s')) #>> '{data,settled}', '2', 
  'T30: the hold is settled with its usage') from held;
select is(holds_settle(named, p_usage => '{"model": "gpt-4o", "input_tokens": 100, "event_id": "mine"}',
  p_now => tests.after('2 s')) #>> '{data,settled}', '2',
  'another hold is settled with an event of the caller') from held;
select is(usage_charge(tests.person('eve'), '{"model": "gpt-4o", "input_tokens": 100, "event_id": "mine"}',
  p_now => tests.after('3 s')) #>> '{data,duplicate}', 'true',
  'that event is known then, and is not charged again');
select results_eq($$ select distinct on (u.origin) u.origin::text, reference_type::text, reference_id::text =
    event_id from farthing.usage_events u join farthing.entries e on e.account_id = u.account_id
    and e.seq = u.first_seq order by u.origin, reference_type $$,
  $$ values ('caller', 'usage', true), ('hold', 'hold', true), ('chat', 'chat', true),
    ('job', 'job', true) $$,
  'each entry has the origin of its event');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
