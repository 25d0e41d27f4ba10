-- Trap T28: chats with unknown usage. Such a chat is charged the most that the model's provider can
-- bill, and the hold covers the charge. If the usage becomes known later, the user gets the excess
-- credits back.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/breaking.psql
\ir ../helpers/chats.psql
select plan(55);

select farthing.allow_change('sql:' || session_user, 'a round figure');
update farthing.policy set stream_in_flight_tokens = 100;
select isnt(tests.give(name, '200'), null, name || ' has 200 credits')
from unnest(array['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus']) name;

-- The hold covers the charge even if the model has hidden output tokens, a different tokenizer, or
-- a rate of its own for reasoning.
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd,
  reasoning_per_million_usd, markup) values ('thinks-dearly', 1, 5, 15, 30, 4), ('thinks', 1, 5, 15, 10, 4);
select is(tests.begin_chat(name, name, p_model => model, p_max_input => most, p_counted => counted)
  ->> 'held', held, format('a chat of %s with %s holds %s credits', name, model, held))
from (values ('ann', 'gpt-4o', null, true, '50'), ('bob', 'gpt-4o', null, false, '50'),
  ('cid', 'gpt-4o', 4000, false, '110'), ('dan', 'thinks-dearly', null, false, '80'),
  ('eve', 'thinks', 900, false, '50')) c (name, model, most, counted, held);
select is(tests.record(tests.chat_id(name), tokens, '1 s'), 'open', format(
  '%s has %s recorded tokens', name, tokens))
from (values ('ann', 450), ('bob', 10), ('cid', 10), ('dan', 10), ('eve', 10)) r (name, tokens);
select is(farthing.close_abandoned_chats(tests.after('61 s')),
  5, 'the task closes the chats without a heartbeat');
select is(tests.chat(tests.chat_id(name)), format('settled, hold settled, charged %s', charged), what)
from (values ('ann', '50', 'tokens in flight are bounded by the longest answer'),
  ('bob', '50', 'hidden output is charged as the longest answer'),
  ('cid', '110', 'a prompt of another tokenizer is charged for the most tokens'),
  ('dan', '80', 'reasoning that costs more than output is charged as reasoning'),
  ('eve', '50', 'reasoning that costs less than output is charged as output')) c (name, charged, what);
select is(settled::numeric, amount::numeric, 'the charge never exceeds the hold') from farthing.holds
order by created_at, hold_id;

-- When the usage becomes known, the user gets the excess credits back, once.
select is((tests.settle_chat(tests.chat_id('bob'), passed, 1000, 100, 'bob') -> 'data') - 'message',
  jsonb_build_object('finish_reason', 'stop', 'usage', '{"input_tokens": 1000, "output_tokens": 100}'::jsonb,
    'credits', '26', 'balance_after', '174', 'hold_id', tests.chat_id('bob')),
  'a usage that arrives after the scheduled task corrects its charge, once')
from unnest(array[interval '62 s', '63 s']) passed;
select is(tests.balance('bob'), 'balance 174, held 0, available 174, debt 0', 'the excess is refunded');
select results_eq($$ select kind::text, e.amount::numeric, reference_type::text,
    hold_id = tests.chat_id('bob'), e.author = c.author
  from farthing.entries e
  join farthing.chats c on e.account_id = c.account_id and e.reference_id = hold_id::text
  where e.direction = 'in' $$,
  $$ values ('adjustment', 24::numeric, 'chat_correction', true, true) $$,
  'the refund is an adjustment that names the chat');
select is((tests.settle_chat(tests.chat_id('ann'), '62 s', 1000, 500, 'ann') #>> '{data,credits}'), '50',
  'a usage with the same price corrects nothing');
select is(chats_settle(tests.chat_id('cid'), null, '{}', p_idempotency_key => tests.sha256('cid'),
  p_output_tokens => 20, p_now => tests.after('62 s')) #>> '{data,credits}', '110',
  'an unknown usage corrects nothing');
select is(tests.settle_chat(tests.chat_id('cid'), '63 s', 1000, 100, 'cid') #>> '{data,credits}', '110',
  'a usage after the chat''s answer corrects nothing');

-- A request settles its chat without a usage from the model's provider. The chat is charged the
-- most that the provider can have billed.
select isnt(tests.begin_chat('fay', 'fay'), null, 'fay begins a chat');
select is(tests.record(tests.chat_id('fay'), 10, '1 s'), 'open', '10 tokens are recorded');
select is((chats_settle(tests.chat_id('fay'), null, '{}', p_idempotency_key => tests.sha256('fay'),
  p_output_tokens => 40, p_now => tests.after('2 s')) -> 'data') - '{hold_id,message,finish_reason}'::text[],
  '{"usage": {"input_tokens": 1000, "output_tokens": 140}, "credits": "28.4", "balance_after": "171.6"}',
  'the 40 received tokens and the tokens in flight are charged');
select is(tests.settle_chat(tests.chat_id('fay'), '3 s', 1, 1, 'fay') #>> '{data,credits}', '28.4',
  'a later usage changes nothing');

-- Each time limit is tested a millisecond before its end and at its end.
select isnt(tests.begin_chat('gus', 'gus'), null, 'gus begins a chat');
select is(tests.record(tests.chat_id('gus'), 1, '59.999 s'), 'open',
  'a heartbeat within a minute is recorded');
select is(created_at, tests.after('0'), 'a heartbeat within a minute does not renew the key')
from farthing.idempotency_keys where key = decode(tests.sha256('gus'), 'hex');
select is(tests.record(tests.chat_id('gus'), 1, '60 s'), 'open', 'a heartbeat after a minute is recorded');
select is(created_at, tests.after('60 s'), 'a heartbeat after a minute renews the key')
from farthing.idempotency_keys where key = decode(tests.sha256('gus'), 'hex');
select is(farthing.close_abandoned_chats(tests.after('119.999 s')), 0,
  'a chat with a heartbeat less than a minute ago stays open');
select is(farthing.close_abandoned_chats(tests.after('120 s')),
  1, 'a chat without a heartbeat for a minute is closed');
select isnt(tests.begin_chat('gus', 'late', '3 min'), null, 'gus begins another chat');
select is(tests.release_chat(tests.chat_id('gus', 2), '13 min', 'late'), 'released',
  'a chat is released although its hold has expired and no task has run');
select is(tests.chat(tests.chat_id('gus', 2)), 'released, hold released, charged 0',
  'the released chat costs nothing');

-- Settings outside the bounds of the policy are refused. The proof reports a corrected chat without
-- the entry that returns the excess credits, and such an entry without a corrected chat.
select is(tests.outcome('update farthing.policy set ' || setting) ->> 'code', '23514',
  setting || ' is refused')
from unnest(array['stream_in_flight_tokens = 63', 'abandoned_stream_timeout = interval ''-1 s''',
  'abandoned_stream_timeout = interval ''5 min 1 s''']) setting;
select is(tests.named(sql), '9', name) from (values
  ('a correction without a refund is reported', 'update farthing.chats set corrected = 1
    where state = ''settled'' and corrected = 0 and model = ''thinks'''),
  ('a refund without a correction is reported', 'update farthing.chats set corrected = 0'))
  breaks (name, sql);

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
