-- Trap m6: stored answers that are private to one user: a model's text, and the client secret of a booking.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/chats.psql
select plan(19);

select isnt(tests.give('ann', '200'), null, 'ann has 200');
select isnt(tests.give('bob', '200'), null, 'bob has 200');

-- Ann's answer is not stored in the table of keys, and is still replayed for a day.
select is(tests.begin_chat(name, name) ->> 'step', 'call', name || ' begins a chat')
from unnest(array['ann', 'bob']) name;
create temporary table settled as select name, tests.settle_chat(tests.chat_id(name), '1 s', p_key => name,
  p_text => 'whispered to ' || name) -> 'data' as data from unnest(array['ann', 'bob']) name;
select is_empty($$ select from farthing.idempotency_keys where answer::text ~ 'whispered' $$,
  'the answer of a chat is not in the table of keys');
select is(tests.begin_chat('ann', 'ann', passed) -> 'data', data, format('it is repeated after %s', passed))
from settled, unnest(array[interval '2 s', '23 h 59 min']) passed where name = 'ann';
select is(tests.settle_chat(tests.chat_id('ann'), '3 s', p_key => 'ann', p_text => 'Other') -> 'data', data,
  'a second settlement returns the stored answer') from settled where name = 'ann';
select tests.fails_with($$ update farthing.private_answers set answer = '{}' $$, '23001', null,
  'a private answer cannot be changed');
select is(tests.code_for(role, 'ann', 'select * from farthing.private_answers'), '42501',
  format('it is not for %s', role)) from unnest(array['authenticated', 'anon', 'service_role']) role;

-- When ann is deleted, her answer and its key are deleted. The answers of other users stay.
select is(tests.outcome('delete from auth.users where email = ''ann@example.com''') ->> 'code', 'ok',
  'ann is deleted');
select is(tests.key('ann'), 'free', 'ann''s key is deleted');
select results_eq($$ select answer #>> '{message,content}' from farthing.private_answers $$,
  $$ values ('whispered to bob') $$, 'ann''s answer is deleted, and bob''s stays');
select is(tests.settle_chat(tests.chat_id('ann'), '1 h', p_key => 'ann') #>> '{data,credits}', '26',
  'a settlement after the deletion stores nothing');
select is(tests.key('ann'), 'free', 'ann''s key stays free');

-- A private answer is deleted after a day.
select is(farthing.delete_old_idempotency_keys(tests.after('24 h')),
  1, 'bob''s answer is deleted after a day');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
