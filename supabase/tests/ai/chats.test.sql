-- Chats: credits are held before the model's provider is called. Then the chat is either settled
-- once with the usage that the provider reports, or released.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/chats.psql
select plan(78);

select isnt(tests.give(name, '200'), null, name ||
  ' has 200 credits') from unnest(array['ann', 'bob', 'eve']) name;
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, markup)
values ('free-to-ask', 1, 0, 10, 1);

-- Begin: the price of the longest possible answer is held before the provider is called.
create temporary table begun as select tests.begin_chat('ann', 'k') as b;
select is(b, jsonb_build_object('step', 'call', 'hold_id', tests.chat_id('ann'), 'held', '50',
    'abandoned_stream_timeout_ms', 120000),
  'a chat begins with a hold for its longest answer') from begun;
select is(tests.balance('ann'), 'balance 200, held 50, available 150, debt 0',
  'the price of the longest answer is held');
select is(expires_at, tests.after('10 min'), 'the hold expires after ten minutes') from farthing.holds;
select is(tests.key('k'), 'started', 'the key is started');
select tests.fails_with($$ select tests.begin_chat('ann', 'k') $$, 'idempotency_in_progress', null,
  'T12: a repeat while the chat runs is refused as in progress');
select tests.fails_with($$ select tests.begin_chat('ann', 'm', p_model => 'gpt-none') $$, 'unknown_model',
  'model', 'T11: an unknown model is refused before the call');
select tests.fails_with($$ select tests.begin_chat('ann', 'm', p_most => 5000) $$, 'insufficient_credits',
  null, 'a chat that could cost more than the available credits is refused before the call');
select tests.fails_with($$ select tests.begin_chat('cid', 'm') $$, 'insufficient_credits', null,
  'a user without credits is refused');
select tests.fails_with(format('select tests.begin_chat(''ann'', ''m'', p_input => %s, p_most => %s)', input,
  most), 'invalid_request', field, format('%s tokens for %s are refused', input, most))
from (values ('-1', '5', 'messages'), ('0', '5', 'messages'), ('1000000001', '5', 'messages'),
  ('null', '5', 'messages'), ('5', '-1', 'max_output_tokens'), ('5', '0', 'max_output_tokens'),
  ('5', 'null', 'max_output_tokens')) t (input, most, field);
select is(tests.key('m'), 'free', 'a refused request starts no key');
select tests.fails_with($$ select chats_begin(gen_random_uuid(), 'gpt-4o', 1, 1) $$, 'not_found', 'user_id',
  'an unknown user is refused');
select is((select count(*)::int from farthing.chats), 1, 'exactly one chat is stored');

-- Record: the recorded token counts never decrease and never exceed the requested maximum.
select is(tests.record(tests.chat_id('ann'), null, '5 s'), 'open', 'a heartbeat without tokens is recorded');
select is(accepted_at, null::timestamptz,
  'a heartbeat without tokens does not say that the provider accepted')
from farthing.chats;
select is(tests.record(tests.chat_id('ann'), tokens, passed), 'open',
  format('%s tokens are recorded', tokens))
from (values (0, interval '10 s'), (40, '20 s'), (30, '15 s'), (9999, '25 s'), (-1, '26 s'),
  (null, '27 s')) r (tokens, passed);
select results_eq('select streamed_tokens, accepted_at, heartbeat_at from farthing.chats',
  $$ values (500, tests.after('10 s'), tests.after('27 s')) $$,
  'the most tokens, the time of acceptance and the last heartbeat are stored');
select is(tests.record(gen_random_uuid(), 1, '1 s'), 'closed',
  'a chat that does not exist is reported as closed');

-- Settle: one transaction charges the chat, writes its log, and stores its answer under the
-- idempotency key.
select is(settle.a, jsonb_build_object('status', 200, 'data', jsonb_build_object(
    'message', '{"role": "assistant", "content": "Hello"}'::jsonb, 'finish_reason', 'stop',
    'usage', '{"input_tokens": 1000, "output_tokens": 100}'::jsonb, 'credits', '26', 'balance_after', '174',
    'hold_id', tests.chat_id('ann'))), 'a chat is settled with the provider''s usage')
from tests.settle_chat(tests.chat_id('ann'), '30 s', p_key => 'k') settle (a);
select is(tests.chat(tests.chat_id('ann')), 'settled, hold settled, charged 26',
  'the chat is charged for that usage');
select is(tests.balance('ann'), 'balance 174, held 0, available 174, debt 0',
  'the rest of the hold is available again');
select is(tests.key('k'), '200', 'the answer is stored under the key');
select is(tests.begin_chat('ann', 'k', '1 h'), jsonb_build_object('step', 'replay', 'status', 200, 'replayed',
    true, 'data', tests.settle_chat(tests.chat_id('ann'), '31 s', p_key => 'k') -> 'data'),
  'T12: a repeat gets the stored answer');
select is(tests.settle_chat(tests.chat_id('ann'), '32 s', 9, 9, 'k', 'Other') #>> '{data,message,content}',
  'Hello', 'a second settlement returns the first answer');
select is(tests.release_chat(tests.chat_id('ann'), '33 s', 'k'), 'settled', 'a late release changes nothing');
select is(tests.record(tests.chat_id('ann'), 500, '34 s'), 'closed', 'a late heartbeat records nothing');
select is(tests.balance('ann', '1 h'), 'balance 174, held 0, available 174, debt 0',
  'the repeats charge nothing');
select results_eq('select user_id, model, request_id from farthing.ai_logs',
  $$ values (tests.person('ann'), 'gpt-4o', 'settled') $$, 'one log is stored');
select is((select correlation_id from farthing.entries where kind = 'settle'), 'trace-ann',
  'the entry has the request''s trace');

-- A request with a different idempotency key can neither settle nor release a chat. The charge depends only
-- on the token counts in the provider's usage.
select is(tests.begin_chat('bob', 'b') ->> 'held', '50', 'bob begins a chat');
select tests.fails_with(format('select tests.%s_chat(tests.chat_id(''bob''), ''1 s'', p_key => ''k'')', door),
  'not_found', 'hold_id', door ||
  ' under another key is refused') from unnest(array['settle', 'release']) door;
select tests.fails_with(format('select tests.%s_chat(gen_random_uuid(), ''1 s'')', door), 'not_found',
  'hold_id', door ||
  ' of a chat that does not exist is refused') from unnest(array['settle', 'release']) door;
select tests.fails_with(format('select chats_settle(tests.chat_id(''bob''), %L, null)', usage),
  'invalid_request', 'usage.input_tokens', format('usage %s is refused', usage))
from unnest(array['{}', '{"input_tokens": -1}', '{"max_output_tokens": 5}']) usage;
select is(tests.chat(tests.chat_id('bob')), 'open, hold open, charged 0',
  'a refused usage leaves the chat open');
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, markup,
  effective_from) values ('gpt-4o', 2, 5000, 5000, 4, tests.after('1 min'));
select is((chats_settle(tests.chat_id('bob'), '{"input_tokens": 1000, "cached_input_tokens": 100,
    "output_tokens": 400, "reasoning_tokens": 200, "event_id": "x", "model": "free-to-ask",
    "metadata": {"a": 1}}', null, p_now => tests.after('2 min')) -> 'data') - '{hold_id,message}'::text[],
  '{"finish_reason": null, "usage": {"input_tokens": 1000, "cached_input_tokens": 100, "output_tokens": 400,
    "reasoning_tokens": 200}, "credits": "57", "balance_after": "143"}',
  'T10: a chat costs the rate of its beginning, also above its hold');

-- Release: the provider returned nothing, so the idempotency key can be used again.
select is(tests.begin_chat('eve', 'e') ->> 'step', 'call', 'eve begins a chat');
select is(tests.release_chat(tests.chat_id('eve'), '1 s', 'e'), 'released', 'eve''s chat is released');
select is(tests.release_chat(tests.chat_id('eve'), '2 s', 'e'), 'released',
  'a second release changes nothing');
select is(tests.balance('eve'), 'balance 200, held 0, available 200, debt 0', 'nothing is held or charged');
select is((select array_agg(error_code) from farthing.ai_logs where user_id = tests.person('eve')),
  '{upstream_unavailable}', 'the failure is logged once');
select is(tests.begin_chat('eve', 'e', '3 s') ->> 'step', 'call', 'a repeat runs at once');
select is(tests.release_chat(tests.chat_id('eve'), '4 s', 'e'), 'released',
  'a late release of the first chat is answered');
select is(tests.key('e'), 'started', 'the late release leaves the key to the second chat');

-- A chat that costs nothing leaves no entries.
select is(tests.begin_chat('bob', null, '1 s', p_model => 'free-to-ask') ->> 'held', '5',
  'bob begins a chat whose input is free');
select is((tests.settle_chat(tests.chat_id('bob', 2), '2 s', 1000, 0) -> 'data') - 'hold_id' - 'message',
  '{"finish_reason": "stop", "usage": {"input_tokens": 1000, "output_tokens": 0}, "credits": "0",
    "balance_after": "143"}', 'bob pays nothing');

select is(tests.code_for(role, 'ann', 'select ' || call), case role when 'service_role' then code
  else '42501' end, format('T13: only service_role may call %s (as %s)', split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role, (values
  ('chats_begin(null, null, 1, 1)', 'unknown_model'), ('chats_record(null)', 'ok'),
  ('chats_settle(null, null, null)', 'not_found'), ('chats_release(null)', 'not_found')) c (call, code);

-- A chat can be released after its hold has expired, even if no scheduled task has run yet.
select is(tests.begin_chat('zoe', 'zoe') ->> 'step', 'call', 'zoe begins a chat')
from (select tests.give('zoe', '50')) given;
select is(tests.release_chat(tests.chat_id('zoe'), '11 min', 'zoe'), 'released',
  'a chat is released although its hold has expired');
select is(tests.balance('zoe', '11 min'), 'balance 50, held 0, available 50, debt 0',
  'nothing of zoe''s credits stays held');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
