-- Chats whose request is gone: the most that they can have cost is charged, what was never accepted is not,
-- and nothing stays held.

begin;
\ir ../helpers/story.psql
\ir ../helpers/breaking.psql
\ir ../helpers/chats.psql
select plan(86);

select isnt(tests.give(name, '100'), null, name || ' has 100')
from unnest(array['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal']) name;

-- The policy: accepted, it costs the most that the provider can bill for it; never accepted, nothing.
select farthing.allow_change('sql:' || session_user, 'a round figure');
update farthing.policy set stream_in_flight_tokens = 100;
select isnt(tests.begin_chat(name, name), null, name || ' begins')
from unnest(array['ann', 'bob', 'cid']) name;
select is(tests.record(tests.chat_id('ann'), 0, '1 s'), 'open', 'ann''s is accepted');
select is(tests.record(tests.chat_id('ann'), 100, '10 s'), 'open', 'and 100 tokens are streamed');
select is(tests.record(tests.chat_id('bob'), null, '5 s'), 'open', 'bob''s waits for the provider');
select is(tests.record(tests.chat_id('cid'), 0, '11 s'), 'open', 'cid''s is accepted');
select is(farthing.sweep_chats(tests.after('59 s')), 0, 'a chat that was heard of within a minute is left');
select is(farthing.sweep_chats(tests.after('70 s'), 1), 1, 'the task closes no more chats than its limit');
select is(farthing.sweep_chats(tests.after('70 s')), 1, 'and the rest the next time, where silent');
select is(tests.chat(tests.chat_id('ann')), 'settled, hold settled, charged 32',
  'T28: what was recorded before the request died is charged, and what was in flight');
select is(tests.chat(tests.chat_id('bob')), 'released, hold released, charged 0',
  'T9: what no provider accepted is not');
select is(tests.chat(tests.chat_id('cid')), 'open, hold open, charged 0', 'one that is heard of goes on');
select is(farthing.sweep_chats(tests.after('71 s')), 1, 'until it is silent');
select is(tests.chat(tests.chat_id('cid')), 'settled, hold settled, charged 26',
  'T28: accepted and nothing recorded: the prompt is charged, and what was in flight');
select is(tests.standing(name, '71 s'), standing, format('T9: nothing of %s is held after the task', name))
from (values ('ann', 'balance 68, held 0, available 68, debt 0'),
  ('bob', 'balance 100, held 0, available 100, debt 0'),
  ('cid', 'balance 74, held 0, available 74, debt 0')) s (name, standing);
select is(tests.key(name), 'free', format('%s''s key is free: there is no answer to repeat', name))
from unnest(array['ann', 'bob', 'cid']) name;
select is(farthing.sweep_chats(tests.after('1 h')), 0, 'a chat is swept once');

-- The request that was not dead after all.
select is(tests.record(tests.chat_id('ann'), 200, '72 s'), 'closed', 'ann''s request hears it');
select is(tests.settle_chat(tests.chat_id('ann'), passed, 1000, 400, 'ann') -> 'data',
  jsonb_build_object('message', '{"role": "assistant", "content": "Hello"}'::jsonb, 'finish_reason',
    'stop', 'usage', '{"input_tokens": 1000, "output_tokens": 200}'::jsonb, 'credits', '32',
    'balance_after', '68', 'hold_id', tests.chat_id('ann')),
  'settled late it answers with the task''s charge, however often')
from unnest(array[interval '73 s', '74 s']) passed;
select is(tests.key('ann'), 'free', 'and nothing is stored');
select is((select count(*)::int from farthing.ai_logs), 1, 'but one log');
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, markup,
  effective_from) select model, version + v.later, input_per_million_usd * v.times, output_per_million_usd
  * v.times, markup, tests.after(v.passed)
from farthing.rates, (values (1, 2, interval '72 s'), (2, 1, '75 s')) v (later, times, passed)
where model = 'gpt-4o' and version = 1;
select is((tests.settle_chat(tests.chat_id('bob'), passed, 1000, 100, 'bob') -> 'data') - 'message',
  jsonb_build_object('finish_reason', 'stop', 'usage', '{"input_tokens": 1000, "output_tokens": 100}'
    ::jsonb, 'credits', '26', 'balance_after', '74', 'hold_id', tests.chat_id('bob')),
  'T9, T10: an answer that comes after the release is charged once, at the rate it began at')
from unnest(array[interval '73 s', '74 s']) passed;
select is(tests.chat(tests.chat_id('bob')), 'settled, hold released, charged 26', 'it settles the chat');
select is(tests.release_chat(tests.chat_id('cid'), '73 s', 'cid'), 'settled', 'a release comes too late');
select isnt(tests.begin_chat('hal', null, p_most => 1000), null, 'hal begins');
select is(farthing.sweep_chats(tests.after('1 min')), 1, 'is released');
select isnt(credits_debit(tests.person('hal'), '90', 'x', p_now => tests.after('1 min')), null, 'and spends');
select is(tests.settle_chat(tests.chat_id('hal'), '61 s') #>> '{data,credits}', '0',
  'a late answer that cannot be paid makes no debt');
select is(tests.chat(tests.chat_id('hal')), 'released, hold released, charged 0', 'and stays released');

-- One key, one chat at a time: a repeat that arrives before the task closes the chat that it repeats.
select isnt(tests.begin_chat('dan', 'd'), null, 'dan begins');
select is(tests.record(tests.chat_id('dan'), 100, '2 min 50 s'), 'open', 'streams for minutes');
select tests.fails_with('select tests.begin_chat(''dan'', ''d'', ''3 min 40 s'')', 'idempotency_in_progress',
  null, 'a key whose chat is heard of is not taken over');
select tests.fails_with($$ select chats_begin(tests.person('dan'), 'gpt-4o', 1, 1, null, true, null,
  tests.sha256('d'), tests.sha256('other'), 'owner', tests.after('3 min 40 s')) $$,
  'idempotency_key_reused', null, 'nor answered for another body');
select is(tests.begin_chat('dan', 'd', '3 min 50 s') ->> 'step', 'call', 'a repeat of a silent one runs');
select is(tests.chat(tests.chat_id('dan')), 'settled, hold settled, charged 32', 'the first was charged');
select is(tests.settle_chat(tests.chat_id('dan'), '3 min 51 s', p_key => 'd') #>> '{data,credits}', '26',
  'its own settlement comes late, and corrects it');
select is(tests.key('d'), 'started', 'and leaves the key to the second');
select isnt(tests.begin_chat('eve', 'e'), null, 'eve begins');
select is(tests.begin_chat('eve', 'e', '60 s') ->> 'step', 'call', 'and begins again after a silent minute');
select is(tests.settle_chat(tests.chat_id('eve'), '61 s', p_key => 'e') #>> '{data,credits}', '0',
  'an answer under a key that runs anew is not charged');
select is(tests.settle_chat(tests.chat_id('eve', 2), '62 s', p_key => 'e', p_text => 'Second')
  #>> '{data,credits}', '26', 'the second one is');
select is(tests.settle_chat(tests.chat_id('eve', nr), '63 s', p_key => 'e', p_text => 'Again')
  #>> '{data,message,content}', told, format('settlement %s again', nr))
from (values (1, 'Again'), (2, 'Second')) s (nr, told);

-- A hold that ends otherwise ends its chat: past its time, by an operator, with its owner.
select isnt(tests.begin_chat('fay', 'f' || nr, nr * interval '1 ms'), null, 'fay begins')
from generate_series(1, 2) nr;
select is(holds_settle(tests.chat_id('fay', 2), '30', p_now => tests.after('1 s')) #>> '{data,settled}', '30',
  'an operator settles the hold');
select is(tests.chat(tests.chat_id('fay', 2)), 'settled, hold settled, charged 0', 'and so the chat');
select is(tests.settle_chat(tests.chat_id('fay', 2), '2 s', p_key => 'f2') #>> '{data,balance_after}', '70',
  'it charges nothing more');
select is(tests.record(tests.chat_id('fay'), 10, '1 s'), 'open', 'the other streams');
select isnt(credits_debit(tests.person('fay'), '70', 'x', p_now => tests.after('11 min')), null,
  'rule 7: past its time the hold counts as released');
select is(tests.chat(tests.chat_id('fay')), 'released, hold released, charged 0', 'and with it the chat');
select isnt(tests.begin_chat('gus', 'g' || nr, nr * interval '1 ms', p_most => 100), null, 'gus begins')
from generate_series(1, 3) nr;
select is(tests.record(tests.chat_id('gus', nr), 10, '1 s'), 'open', 'and streams')
from generate_series(1, 3) nr;
select is(farthing.sweep_chats(tests.after('11 min'), 1), 1, 'a task that runs after ten minutes');
select is(tests.release_chat(tests.chat_id('gus', 2), '11 min', 'g2'), 'released', 'a release');
select is(tests.settle_chat(tests.chat_id('gus', 3), '11 min', p_key => 'g3') #>> '{data,credits}', '26',
  'and a settlement, which is charged');
select is(array_agg(tests.chat(tests.chat_id('gus', nr))), '{"released, hold released, charged 0",
  "released, hold released, charged 0","settled, hold released, charged 26"}', 'find their holds released')
from generate_series(1, 3) nr;
select is(tests.key('g3'), '200', 'and kept under a key that nobody else has');
create temporary table left_open as select tests.begin_chat('gus', 'g4', '12 min') ->> 'hold_id' as chat;
select is(tests.outcome('delete from auth.users where id = md5(''gus'')::uuid') ->> 'code', 'ok',
  'gus leaves with a chat under way');
select is(tests.chat(chat::uuid), 'released, hold released, charged 0', 'which ends') from left_open;
select is(tests.settle_chat(chat::uuid, '13 min') #>> '{data,credits}', '0', 'its answer costs nobody')
from left_open;

-- The proof names a chat and a hold that disagree.
select isnt(tests.begin_chat('bob', 'open', '1 h'), null, 'bob has a chat under way');
select is(tests.named(sql), rules, name) from (values
  ('1 7', 'an open chat without its hold is named', 'update farthing.holds set status = ''released'',
    resolved_at = now() where status = ''open'' and reason = ''chat'''),
  ('7', 'a closed chat with an open hold is named', 'update farthing.chats set state = ''released'',
    closed_at = now() where state = ''open'''),
  ('7', 'a settled chat that was never charged is named', 'update farthing.chats set state = ''settled''
    where state = ''released'''),
  ('7 9', 'a settled chat whose charge is forgotten is named', 'delete from farthing.usage_events'))
  breaks (rules, name, sql);

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
