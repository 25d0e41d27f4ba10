-- Debits: lots are spent in burn-down order, and a refused debit changes nothing.

begin;
\ir ../helpers/all_tests.psql
select plan(42);

-- The burn-down order of ann's lots differs from the order of their insertion, amounts and ids.
create temporary table given as
select name, tests.give('ann', '10', expires, passed, priority) as lot_id
from (values
  ('5th: promotional, oldest of the endless', null, interval '0 s', null),
  ('3rd: expires second', interval '20 days', '1 s', null),
  ('1st: priority', null, '2 s', 1),
  ('2nd: expires first', interval '10 days', '3 s', null),
  ('6th: promotional, younger', null, '4 s', null),
  ('gone: expires before', interval '1 hour', '5 s', 0)) l (name, expires, passed, priority);
insert into given
select '7th: adjustment', (credits_grant(tests.person('ann'), '10', 'adjustment', p_now => tests.after('6 s'))
  #>> '{data,id}')::uuid
union all
select '4th: adjustment that expires with the second',
  (credits_grant(tests.person('ann'), '10', 'adjustment', tests.after('20 days'), p_now => tests.after('7 s'))
  #>> '{data,id}')::uuid;

select is((select string_agg(name, ', ' order by nr) from jsonb_array_elements(
    credits_balance(tests.person('ann'), p_now => tests.after('1 min')) -> 'lots') with ordinality l (lot, nr)
    join given on lot_id = (lot ->> 'id')::uuid),
  (select string_agg(name, ', ' order by name = 'gone: expires before' desc, name) from given),
  'a balance lists lots in burn-down order');

-- Two hours later a lot of 10 has expired. Only 70 of the 80 credits can be spent, although no
-- scheduled task has run yet.
select is(tests.balance('ann', '2 hours'), 'balance 80, held 0, available 70, debt 0',
  'an expired lot is not available before the task has run');
select is(tests.outcome($$ select credits_debit(tests.person('ann'), '70.000000000000000001', 'work',
    p_now => tests.after('2 hours')) $$),
  '{"code": "insufficient_credits", "status": 402,
    "details": {"limit": "balance", "required": "70.000000000000000001", "available": "70"}}',
  'T25: a debit beyond the available credits names the limit, the required and the available credits');
select is(tests.balance('ann', '2 hours'), 'balance 80, held 0, available 70, debt 0',
  'a refused debit changes nothing');
select is((select count(*) from farthing.entries), 8::bigint, 'a refused debit writes no entry');

create temporary table answer as
select credits_debit(tests.person('ann'), '64.5', 'work', 'job-7', 'trace-2',
  p_now => tests.after('2 hours')) as a;
select is(a #- '{data,lots}' #- '{data,transaction_id}',
  '{"status": 201, "replayed": false, "data": {"amount": "64.5", "balance_after": "15.5"}}',
  'a debit answers with its amount and the balance after it') from answer;
select is((select string_agg(name || ' ' || (lot ->> 'amount'), ', ' order by nr)
    from answer, jsonb_array_elements(a #> '{data,lots}') with ordinality l (lot, nr)
    join given on lot_id = (lot ->> 'id')::uuid),
  '1st: priority 10, 2nd: expires first 10, 3rd: expires second 10, '
  || '4th: adjustment that expires with the second 10, 5th: promotional, oldest of the endless 10, '
  || '6th: promotional, younger 10, 7th: adjustment 4.5',
  'a debit takes lots by priority, expiry, source and age, and never an expired lot');
select is((select array[count(*), count(distinct transaction_id), max(seq) - min(seq) + 1]
  from farthing.entries
  where kind = 'debit'), array[7, 1, 7]::bigint[],
  'a debit over seven lots is seven entries of one transaction');
select results_eq($$ select distinct concat_ws(' ', reference_type, reference_id, correlation_id,
  metadata ->> 'reason', counterparty, direction) from farthing.entries where kind = 'debit' $$,
  array['caller job-7 trace-2 work usage out'], 'every entry of a debit has its reason');
select is((select count(*) from farthing.lots where closed_at is not null), 6::bigint,
  'a lot that is used up closes');

-- If lots are alike in all other respects, the oldest is spent first, whatever its id.
select isnt(tests.give('eve', '1', p_passed => make_interval(secs => 9 - n)), null, 'eve has 1 more')
from generate_series(1, 8) n;
create temporary table eves as
select credits_debit(tests.person('eve'), '4', 'work', p_now => tests.after('1 h')) #> '{data,lots}' as lots;
select is((select array_agg(l.created_at - tests.after() order by l.created_at) from farthing.lots l
    join jsonb_array_elements(lots) lot on (lot ->> 'id')::uuid = l.lot_id),
  array(select make_interval(secs => n) from generate_series(1, 4) n),
  'a debit takes the oldest lots first')
from eves;

-- Bought credits are spent last: first the bonus credits, and then the paid credits.
insert into farthing.packages (package_id, version, name, amount, currency, credits, bonus_credits)
values (md5('deal')::uuid, 1, 'Deal', 100, 'usd', 10, 10);
select is((checkout_begin(tests.person('bob'), md5('deal')::uuid::text, 'https://a.test', 'https://a.test')
  #>> '{step}'), 'create', 'bob opens an order with a bonus');
select is(inbox_receive(jsonb_build_object('id', 'evt_1', 'type', 'checkout.session.completed', 'livemode',
  false,
    'created', 1, 'facts', jsonb_build_object('order_id', o.order_id, 'session_id', 'cs_1', 'payment_id',
    'pi_1', 'payment_status', 'paid', 'amount', 100, 'currency', 'usd')), p_now => tests.after()),
  '{"received": true}', 'bob pays') from farthing.orders o;
select isnt(tests.give('bob', '10', p_passed => '1 min'), null, 'bob is granted credits later');
select is((select string_agg(lot ->> 'source' || ' ' || (lot ->> 'amount'), ', ' order by nr)
    from jsonb_array_elements(credits_debit(tests.person('bob'), '25', 'work', p_now => tests.after('1 h'))
    #> '{data,lots}') with ordinality l (lot, nr)),
  'promotional 10, bonus 10, paid 5', 'a debit takes granted credits before paid ones');

-- A debit of 0, and a debit that the credits do not cover, are refused.
select is(credits_debit(tests.person('bob'), '5', 'all', p_now => tests.after('1 h'))
  #>> '{data,balance_after}', '0',
  'a debit of all credits leaves 0');
select tests.fails_with($$ select credits_debit(tests.person('bob'), '0.000000000000000001', 'crumb') $$,
  'insufficient_credits', null, 'a debit of the smallest amount is refused at 0');
select tests.fails_with($$ select credits_debit(tests.person('cid'), '1', 'work') $$, 'insufficient_credits',
  null, 'a debit from a user without an account is refused as insufficient');
select tests.fails_with($$ select credits_debit(gen_random_uuid(), '1', 'work') $$, 'not_found', 'user_id',
  'a debit without a user is refused');
select tests.fails_with($$ select credits_debit(tests.person('ann'), '0', 'work') $$, 'invalid_request',
  'amount', 'a debit of 0 is refused');
select is(tests.code_for(role, 'bob', $$ select credits_debit(tests.person('ann'), '1', 'work') $$), code,
  format('T13: a debit by %s: %s', role, code))
from (values ('service_role', 'ok'), ('authenticated', '42501'), ('anon', '42501')) r (role, code);

-- A reference is debited only once, however much later the debit is repeated. An idempotency key,
-- in contrast, is deleted after a day.
create function pg_temp.once(p_amount text, p_reference text, p_passed interval default '0',
  p_once boolean default true) returns jsonb language sql as $$
  select credits_debit(tests.person('dot'), p_amount, 'invoice', p_reference,
    p_idempotency_key => tests.sha256('invoice'), p_fingerprint => tests.sha256('body'), p_once => p_once,
    p_now => tests.after(p_passed))
$$;
select isnt(tests.give('dot', '5'), null, 'dot has 5');
select isnt(tests.give('dot', '100'), null, 'dot has 100 more');
create temporary table first_time as select pg_temp.once('7', 'inv-1') as answer;
select is(answer ->> 'status', '201', 'an invoice is debited once') from first_time;
create temporary table second_time as select pg_temp.once('7', 'inv-1', '25 hours') as answer;
select is(s.answer, jsonb_build_object('status', 200, 'replayed', false, 'data',
  f.answer -> 'data' || '{"duplicate": true}'),
  'a repeat a day later gets the first answer and is not debited')
from first_time f, second_time s;
select is(tests.outcome($$ select pg_temp.once('8', 'inv-1', '50 hours') $$),
  '{"code": "reference_conflict", "field": "reference_id", "status": 409,
    "details": {"differs": ["amount"]}}', 'a repeat with another amount is refused');
select tests.fails_with($$ select pg_temp.once('8', null, '50 hours') $$, 'invalid_request', 'reference_id',
  '`once` without a reference is refused');
select is(pg_temp.once('7', 'inv-1', '50 hours', false) ->> 'status', '201',
  'a reference without `once` can be repeated');
select is(tests.balance('dot', '50 hours'), 'balance 91, held 0, available 91, debt 0',
  'two debits were made');
select tests.fails_with($$ select pg_temp.once('92', 'inv-2', '80 hours') $$, 'insufficient_credits', null,
  'a debit beyond the available credits is refused');
select is(pg_temp.once('9', 'inv-2', '80 hours') ->> 'status', '201',
  'a refused debit does not use up its reference');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
