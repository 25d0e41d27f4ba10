-- A chat is abandoned if its request ends without settling the chat. If the model's provider
-- accepted the chat, the chat is charged the most that the provider can bill. Otherwise the chat is
-- not charged. In both cases no credits stay held.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/breaking.psql
\ir ../helpers/chats.psql
select plan(94);

-- Returns the charge of a chat and whether the charge is final, as holds_read() shows them.
create function pg_temp.charge(p_chat uuid, p_passed interval) returns text language sql as $$
  select format('%s, final %s', h #>> '{chat,credits}', h #>> '{chat,is_final}')
  from holds_read(p_chat, p_now => tests.after(p_passed)) h where h ? 'chat'
$$;

select isnt(tests.give(name, '100'), null, name || ' has 100 credits')
from unnest(array['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal']) name;

-- A chat that the model's provider accepted is charged the most that the provider can bill. A chat
-- that the provider never accepted is not charged.
select farthing.allow_change('sql:' || session_user, 'a round figure');
update farthing.policy set stream_in_flight_tokens = 100;
select isnt(tests.begin_chat(name, name), null, name || ' begins a chat')
from unnest(array['ann', 'bob', 'cid']) name;
select is(tests.record(tests.chat_id('ann'), 0, '1 s'), 'open', 'the provider accepts ann''s chat');
select is(tests.record(tests.chat_id('ann'), 100, '10 s'), 'open', '100 tokens of ann''s chat are streamed');
select is(tests.record(tests.chat_id('bob'), null, '5 s'), 'open', 'bob''s chat waits for the provider');
select is(tests.record(tests.chat_id('cid'), 0, '11 s'), 'open', 'the provider accepts cid''s chat');
select is(farthing.close_abandoned_chats(tests.after('59 s')), 0,
  'the task leaves chats that had a heartbeat within a minute');
select is(farthing.close_abandoned_chats(tests.after('70 s'), 1),
  1, 'the task closes no more chats than its limit');
select is(farthing.close_abandoned_chats(tests.after('70 s')), 1,
  'the next run closes the other chat without a heartbeat');
select is(tests.chat(tests.chat_id('ann')), 'settled, hold settled, charged 32',
  'T28: the recorded tokens and the tokens in flight are charged');
select is(tests.chat(tests.chat_id('bob')), 'released, hold released, charged 0',
  'T9: a chat that no provider accepted is not charged');
select is(tests.chat(tests.chat_id('cid')), 'open, hold open, charged 0',
  'a chat with a recent heartbeat stays open');
select is(farthing.close_abandoned_chats(tests.after('71 s')), 1,
  'the task closes the chat after a minute without a heartbeat');
select is(tests.chat(tests.chat_id('cid')), 'settled, hold settled, charged 26',
  'T28: without recorded tokens the prompt and the tokens in flight are charged');
select is(tests.balance(name, '71 s'), standing, format('T9: the task leaves nothing of %s held', name))
from (values ('ann', 'balance 68, held 0, available 68, debt 0'),
  ('bob', 'balance 100, held 0, available 100, debt 0'),
  ('cid', 'balance 74, held 0, available 74, debt 0')) s (name, standing);
select is(tests.key(name), 'free', format(
  'the key of %s is free, because there is no answer to repeat', name))
from unnest(array['ann', 'bob', 'cid']) name;
select is(farthing.close_abandoned_chats(tests.after('1 h')), 0, 'a chat is closed only once');

-- The request of this chat was still running when the scheduled task closed the chat.
select is(tests.record(tests.chat_id('ann'), 200, '72 s'), 'closed',
  'a heartbeat of ann''s request reports that the chat is closed');
select is(array[pg_temp.charge(tests.chat_id('ann'), '72 s'), pg_temp.charge(tests.chat_id('bob'), '72 s')],
  '{"32, final false","0, final false"}',
  'a hold says that the task''s charge, or none, is not final while the chat''s request may be alive');
select is(array[pg_temp.charge(tests.chat_id('ann'), passed), pg_temp.charge(tests.chat_id('bob'), passed)],
  wanted, format('%s after the chat''s begin no request of it can be alive', passed))
from (values (interval '199.999 s', '{"32, final false","0, final false"}'::text[]),
  ('200 s', '{"32, final true","0, final true"}')) s (passed, wanted);
select is(tests.settle_chat(tests.chat_id('ann'), passed, 1000, 400, 'ann') -> 'data',
  jsonb_build_object('message', '{"role": "assistant", "content": "Hello"}'::jsonb, 'finish_reason',
    'stop', 'usage', '{"input_tokens": 1000, "output_tokens": 200}'::jsonb, 'credits', '32',
    'balance_after', '68', 'hold_id', tests.chat_id('ann')),
  'every late settlement answers with the task''s charge')
from unnest(array[interval '73 s', '74 s']) passed;
select is(tests.key('ann'), 'free', 'no answer is stored under ann''s key');
select is((select count(*)::int from farthing.ai_logs), 1, 'exactly one log is stored');
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, markup,
  effective_from) select model, version + v.later, input_per_million_usd * v.times, output_per_million_usd
  * v.times, markup, tests.after(v.passed)
from farthing.rates, (values (1, 2, interval '72 s'), (2, 1, '75 s')) v (later, times, passed)
where model = 'gpt-4o' and version = 1;
select is((tests.settle_chat(tests.chat_id('bob'), passed, 1000, 100, 'bob') -> 'data') - 'message',
  jsonb_build_object('finish_reason', 'stop', 'usage', '{"input_tokens": 1000, "output_tokens": 100}'
    ::jsonb, 'credits', '26', 'balance_after', '74', 'hold_id', tests.chat_id('bob')),
  'T9, T10: an answer after the release is charged once, at the rate of the chat''s beginning')
from unnest(array[interval '73 s', '74 s']) passed;
select is(tests.chat(tests.chat_id('bob')), 'settled, hold released, charged 26',
  'the late charge settles the chat');
select is(pg_temp.charge(tests.chat_id('bob'), '75 s'), '26, final true',
  'the released hold has the late charge');
select is(tests.release_chat(tests.chat_id('cid'), '73 s', 'cid'), 'settled',
  'a release after the task''s charge reports that the chat is settled');
select isnt(tests.begin_chat('hal', null, p_most => 1000), null, 'hal begins a chat');
select is(farthing.close_abandoned_chats(tests.after('1 min')), 1, 'the task releases hal''s chat');
select isnt(credits_debit(tests.person('hal'), '90', 'x', p_now => tests.after('1 min')), null,
  'hal spends the released credits');
select is(tests.settle_chat(tests.chat_id('hal'), '61 s') #>> '{data,credits}', '0',
  'a late answer that hal cannot pay makes no debt');
select is(tests.chat(tests.chat_id('hal')), 'released, hold released, charged 0', 'the chat stays released');

-- An idempotency key belongs to only one chat at a time. Here a second request with the same key
-- arrives before the scheduled task has closed the chat of the first request.
select isnt(tests.begin_chat('dan', 'd'), null, 'dan begins a chat');
select is(tests.record(tests.chat_id('dan'), 100, '2 min 50 s'), 'open', 'dan''s chat streams for minutes');
select tests.fails_with('select tests.begin_chat(''dan'', ''d'', ''3 min 40 s'')', 'idempotency_in_progress',
  null, 'a key whose chat has a recent heartbeat is not taken over');
select tests.fails_with($$ select chats_begin(tests.person('dan'), 'gpt-4o', 1, 1, null, true, null,
  tests.sha256('d'), tests.sha256('other'), 'owner', tests.after('3 min 40 s')) $$,
  'idempotency_key_reused', null, 'a repeat with another body is refused');
select is(tests.begin_chat('dan', 'd', '3 min 50 s') ->> 'step', 'call',
  'a repeat of a chat without a heartbeat runs');
select is(tests.chat(tests.chat_id('dan')), 'settled, hold settled, charged 32', 'the first chat is charged');
select is(tests.settle_chat(tests.chat_id('dan'), '3 min 51 s', p_key => 'd') #>> '{data,credits}', '26',
  'the late settlement of the first chat corrects its charge');
select is(pg_temp.charge(tests.chat_id('dan'), '3 min 52 s'), '26, final true',
  'the settled hold has the corrected charge');
select is(holds_read(tests.chat_id('dan'), p_now => tests.after('3 min 52 s')) ->> 'settled', '32',
  'and what was settled');
select is(tests.key('d'), 'started', 'the late settlement leaves the key to the second chat');
select isnt(tests.begin_chat('eve', 'e'), null, 'eve begins a chat');
select is(tests.begin_chat('eve', 'e', '60 s') ->> 'step', 'call',
  'eve repeats the request after a minute without a heartbeat');
select is(tests.settle_chat(tests.chat_id('eve'), '61 s', p_key => 'e') #>> '{data,credits}', '0',
  'an answer under a key that a repeat uses is not charged');
select is(tests.settle_chat(tests.chat_id('eve', 2), '62 s', p_key => 'e', p_text => 'Second')
  #>> '{data,credits}', '26', 'the repeat is charged');
select is(tests.settle_chat(tests.chat_id('eve', nr), '63 s', p_key => 'e', p_text => 'Again')
  #>> '{data,message,content}', message, format('settlement %s answers again', nr))
from (values (1, 'Again'), (2, 'Second')) s (nr, message);

-- A chat ends when its hold ends, in any of three ways: the hold expires, an operator ends the
-- hold, or the user is deleted.
select isnt(tests.begin_chat('fay', 'f' || nr, nr * interval '1 ms'), null, 'fay begins two chats')
from generate_series(1, 2) nr;
select is(holds_settle(tests.chat_id('fay', 2), '30', p_now => tests.after('1 s')) #>> '{data,settled}', '30',
  'an operator settles a hold');
select is(tests.chat(tests.chat_id('fay', 2)), 'settled, hold settled, charged 0',
  'the operator''s settlement settles the chat');
select is(tests.settle_chat(tests.chat_id('fay', 2), '2 s', p_key => 'f2') #>> '{data,balance_after}', '70',
  'the chat is not charged again');
select is(pg_temp.charge(tests.chat_id('fay', 2), '2 s'), '30, final true',
  'the hold of an operator''s settlement has the settled credits');
select is(pg_temp.charge(tests.chat_id('fay'), '2 s'), null, 'an open hold has no charge');
select is(tests.record(tests.chat_id('fay'), 10, '1 s'), 'open', 'the other chat streams');
select isnt(credits_debit(tests.person('fay'), '70', 'x', p_now => tests.after('11 min')), null,
  'rule 7: from its expiry on the hold counts as released');
select is(tests.chat(tests.chat_id('fay')), 'released, hold released, charged 0',
  'the expired hold releases the chat');
select isnt(tests.begin_chat('gus', 'g' || nr, nr * interval '1 ms', p_most => 100), null,
  'gus begins three chats')
from generate_series(1, 3) nr;
select is(tests.record(tests.chat_id('gus', nr), 10, '1 s'), 'open', 'each chat of gus streams')
from generate_series(1, 3) nr;
select is(farthing.close_abandoned_chats(tests.after('11 min'), 1),
  1, 'the task closes one chat after ten minutes');
select is(tests.release_chat(tests.chat_id('gus', 2), '11 min', 'g2'), 'released',
  'a request releases another chat after ten minutes');
select is(tests.settle_chat(tests.chat_id('gus', 3), '11 min', p_key => 'g3') #>> '{data,credits}', '26',
  'a settlement after ten minutes is charged');
select is(array_agg(tests.chat(tests.chat_id('gus', nr))), '{"released, hold released, charged 0",
  "released, hold released, charged 0","settled, hold released, charged 26"}',
  'each of the three finds its hold released')
from generate_series(1, 3) nr;
select is(tests.key('g3'), '200', 'the late answer is stored, because no repeat uses the key');
create temporary table left_open as select tests.begin_chat('gus', 'g4', '12 min') ->> 'hold_id' as chat;
select is(tests.outcome('delete from auth.users where id = md5(''gus'')::uuid') ->> 'code', 'ok',
  'gus is deleted with an open chat');
select is(tests.chat(chat::uuid), 'released, hold released, charged 0',
  'the deletion releases the chat') from left_open;
select is(tests.settle_chat(chat::uuid, '13 min') #>> '{data,credits}', '0',
  'a late answer costs a deleted user nothing')
from left_open;

-- The proof reports a chat that disagrees with its hold.
select isnt(tests.begin_chat('bob', 'open', '1 h'), null, 'bob has an open chat');
select is(tests.named(sql), rules, name) from (values
  ('1 7', 'an open chat without an open hold is reported', 'update farthing.holds set status = ''released'',
    resolved_at = now() where status = ''open'' and reason = ''chat'''),
  ('7', 'a closed chat with an open hold is reported', 'update farthing.chats set state = ''released'',
    closed_at = now() where state = ''open'''),
  ('7', 'a settled chat that was never charged is reported', 'update farthing.chats set state = ''settled''
    where state = ''released'''),
  ('7 9', 'a settled chat without its usage event is reported', 'delete from farthing.usage_events'))
  breaks (rules, name, sql);

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
