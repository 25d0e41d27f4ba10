-- Trap T40: every entry names its author. If work continues after its request, its entries name the
-- author of the request.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/jobs.psql
\ir ../helpers/chats.psql
select plan(44);

-- Returns the kind and the author of each of a person's entries, oldest first.
create function pg_temp.authors(p_name text, p_after int default 0) returns text language sql as $$
  select string_agg(e.kind || ' ' || replace(e.author, tests.person('op')::text, 'op'), ', ' order by e.seq)
  from farthing.entries e join farthing.accounts a using (account_id)
  where a.owner_id = tests.person(p_name) and e.seq > p_after
$$;

-- A caller's changes have the caller as their author.
select isnt(tests.person('op'), null, 'an operator exists');
update auth.users set raw_app_meta_data = '{"role": "operator"}' where email = 'op@example.com';
select lives_ok($$ select credits_grant(tests.person('ann'), '1000', 'promotional', p_reason => 'sorry',
  p_author => 'operator:' || tests.person('op'), p_now => tests.after()) $$, 'the operator grants credits');
select lives_ok($$ select credits_debit(tests.person('ann'), '1', 'x', p_author => 'key:default',
  p_now => tests.after()) $$, 'a secret key debits credits');
select lives_ok($$ select usage_charge(tests.person('ann'),
  '{"event_id": "one", "model": "gpt-4o", "input_tokens": 50, "output_tokens": 0}',
  p_author => 'key:metering', p_now => tests.after()) $$, 'another secret key reports usage');
select lives_ok($$ select usage_charge_batch(jsonb_build_array(jsonb_build_object('user_id',
  tests.person('ann'), 'event_id', 'two', 'model', 'gpt-4o', 'input_tokens', 50, 'output_tokens', 0)),
  p_author => 'key:metering', p_now => tests.after()) $$, 'a secret key reports a batch');
select lives_ok($$ select holds_settle((holds_open(tests.person('ann'), 600, '10', p_author => 'key:default',
  p_now => tests.after()) #>> '{data,hold_id}')::uuid, '5', p_author => 'key:worker',
  p_now => tests.after()) $$, 'one secret key opens a hold, and another settles the hold');
select is(pg_temp.authors('ann'), 'promotion operator:op, debit key:default, usage key:metering, '
  || 'usage key:metering, settle key:worker', 'each entry names its author');
select is((select string_agg(author, ' ') from farthing.holds), 'key:default',
  'each hold names its author');
select isnt(tests.give('ann', '1'), null, 'a SQL session grants credits');
select is(pg_temp.authors('ann', 5), 'promotion sql:' || session_user, 'the author is the session''s role');

-- If a Stripe event causes an entry, the event is the author of the entry.
select is(tests.buys('bob'), 'bob', 'bob opens an order');
select is(tests.pays('bob'), '{"received": true}', 'bob pays');
select is(tests.refund('bob', 1, 400), '{"received": true}', 'bob is refunded in part');
select is(tests.refund('bob', 1, 400, 'failed'), '{"received": true}', 'bob''s refund fails');
select is(pg_temp.authors('bob'),
  'purchase stripe:evt_1, clawback stripe:evt_2, reinstatement stripe:evt_3',
  'each entry names its Stripe event');
select lives_ok($$ select refunds_begin((select order_id from tests.bought where name = 'bob'),
  p_author => 'operator:' || tests.person('op'), p_now => tests.after()) $$,
  'an operator requests a refund');
select is((select replace(requested_by, tests.person('op')::text, 'op') from farthing.refunds
  where status = 'requested'), 'operator:op', 'the refund names the operator');

-- If an event waited for its payment, its entries name the waiting event as their author, and not
-- the event of the payment.
select is(tests.buys('cyn'), 'cyn', 'cyn opens an order');
select is(tests.refund('cyn', 1, 999) ->> 'deferred', 'true', 'cyn''s refund arrives first');
select is(tests.pays('cyn'), '{"received": true}', 'cyn''s payment arrives');
select is(pg_temp.authors('cyn'), 'purchase stripe:evt_5, clawback stripe:evt_4',
  'each entry names its own event');

-- The author of a user's work is the user, whichever process finishes the work. The author of an expiry is
-- the scheduled task.
select isnt(tests.give('dan', '1000'), null, 'dan has 1000');
select is(tests.begin_chat('dan') ->> 'step', 'call', 'dan begins a chat');
select is(chats_record(tests.chat_id('dan'), 100, tests.after()) ->> 'status', 'open',
  'dan''s chat records 100 tokens');
select is(farthing.close_abandoned_chats(tests.after('2 min')), 1, 'the task closes dan''s chat');
select is(pg_temp.authors('dan', 1), 'settle owner', 'the author of the charge is the owner');
select is((select status from jobs_create(tests.person('dan'), 'research', '{}', tests.lines(2),
  p_author => 'owner', p_now => tests.after()) a, jsonb_to_record(a) r (status int)), 202,
  'dan creates a job');
select isnt(tests.claim('runner', 'research'), null, 'a runner claims dan''s job');
select is(tests.step('dan', 1, 'one', 1) ->> 'status', 'processing', 'the runner finishes a step');
select is(pg_temp.authors('dan', 2), 'settle owner', 'the author of the step''s charge is the owner');
select is((select count(distinct author)::int from farthing.holds h join farthing.accounts a
  using (account_id) where a.owner_id = tests.person('dan')), 1,
  'the author of the next hold is the owner');
select isnt(tests.give('eve', '10', '1 hour'), null, 'eve has 10 for an hour');
select cmp_ok(farthing.expire_credits(tests.after('2 hours')), '>=', 1, 'eve''s credits expire');
select is(pg_temp.authors('eve', 1), 'expiry task:expire_credits', 'the author of the expiry is the task');

-- A text that has none of the forms above is not a valid author. A grant checks its author. A debit
-- does not check its author, so that it stays fast; the proof finds the invalid author later.
select is((select string_agg(coalesce(text, 'null') || ' ' || (tests.outcome(format(
  $$ select credits_grant(tests.person('ann'), '1', 'promotional', p_author => %L, p_now => tests.after()) $$,
    text)) ->> 'code'), ', ' order by nr)
  from unnest(array['ann', 'operator', 'key:', 'owner:x', 'stripe:evt_x', 'task:expire_credits', null])
  with ordinality t (text, nr)),
  'ann invalid_request, operator 23514, key: 23514, owner:x 23514, stripe:evt_x invalid_request, '
    || 'task:expire_credits invalid_request, null ok',
  'other authors cannot grant, and the default author is the role');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select is((select string_agg(tests.outcome(format(
  $$ select credits_debit(tests.person('ann'), '1', 'x', p_author => %L, p_now => tests.after()) $$, text))
  ->> 'code', ' ') from unnest(array['ann', repeat('x', 256), null]) text), 'ok 22001 ok',
  'a debit''s author has at most 255 characters');
select is(pg_temp.authors('ann', 8), 'debit sql:' || session_user,
  'the default author of a debit is the role');
select results_eq('select rule, detail from farthing.prove()',
  $$ values (18, 'seq 8: ann is not a valid author') $$, 'the proof names an entry with an invalid author');

-- Rule 18: the RPC functions refuse a grant to the author's own account. If such a grant exists
-- anyway, the proof finds it.
create function pg_temp.granted_by(p_author text, p_reference_type text default 'grant') returns text
language plpgsql as $$
declare
  v_named text;
begin
  alter table farthing.entries disable trigger user;
  update farthing.entries e set author = p_author, reference_type = p_reference_type
  from farthing.accounts a
  where a.account_id = e.account_id and a.owner_id = tests.person('ann') and e.seq = 1;
  select string_agg(regexp_replace(detail, '.* (granted to themselves|cannot grant)$', '\1'), ' '
    order by detail) into v_named
  from farthing.prove() where rule = 18 and detail like 'seq 1:%';
  raise exception using errcode = 'UNDO1', message = coalesce(v_named, 'nothing');
exception when sqlstate 'UNDO1' then
  return sqlerrm;
end
$$;
select is(pg_temp.granted_by('owner'), 'granted to themselves', 'the proof names a grant by its own user');
select is(pg_temp.granted_by('operator:' || tests.person('ann')), 'granted to themselves',
  'the proof names a grant by an operator to their own account');
select is(pg_temp.granted_by('operator:' || tests.person('op')), 'nothing',
  'the proof accepts a grant by another operator');
select is(pg_temp.granted_by('owner', 'chat_correction'), 'nothing',
  'the proof accepts the correction of a chat''s charge');
select is(pg_temp.granted_by('task:expire_credits'), 'cannot grant',
  'T40: the proof names a grant by a task');
select * from finish();
rollback;
