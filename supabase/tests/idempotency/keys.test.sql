-- Idempotency keys: the same request gets the same answer for a day.

begin;
\ir ../helpers/all_tests.psql
select plan(50);

create function pg_temp.debit(p_key text, p_body text, p_amount text, p_passed interval default '0') returns
  jsonb
language sql as $$
  select credits_debit(tests.person('ann'), p_amount, 'work', p_idempotency_key => tests.sha256(p_key),
    p_fingerprint => tests.sha256(p_body), p_now => tests.after(p_passed))
$$;
create function pg_temp.begin(p_key text, p_passed interval default '0') returns jsonb language sql as $$
  select checkout_begin(tests.person('ann'), 'b04eb8da-a595-4fbc-a8f4-708b219f705a', 'https://a.test',
    'https://a.test', p_idempotency_key => tests.sha256(p_key), p_fingerprint => tests.sha256('body'),
    p_now => tests.after(p_passed))
$$;
select isnt(tests.give('ann', '100'), null, 'ann has 100');

-- A repeated request gets the stored answer, and moves no credits.
create temporary table first as select pg_temp.debit('k', 'body', '10') as a;
select is(a ->> 'replayed', 'false', 'the first request runs') from first;
select is(pg_temp.debit('k', 'body', '10', '1 h'), a || '{"replayed": true}',
  'T12: a repeat gets the stored answer')
from first;
select is(tests.balance('ann'), 'balance 90, held 0, available 90, debt 0', 'T12: a repeat moves nothing');
select is(tests.outcome($$ select pg_temp.debit('k', 'another body', '20') $$),
  '{"code": "idempotency_key_reused", "status": 422}',
  'T12: a key that was used with another body is refused');
select is(tests.balance('ann'), 'balance 90, held 0, available 90, debt 0',
  'T12: a refused key moves no credits');
select is(pg_temp.debit('K', 'body', '10') ->> 'replayed', 'false', 'another key is another request');
select is(credits_debit(tests.person('ann'), '10', 'x', p_now => tests.after()) ->> 'replayed', 'false',
  'a request without a key runs each time') from generate_series(1, 2);
select is(tests.balance('ann'), 'balance 60, held 0, available 60, debt 0', 'four debits ran');

-- Each of these RPC functions replays its answer for a repeated key.
create temporary table hold as select tests.hold('ann', '1') as a, tests.hold('ann', '1') as b;
create temporary table door as select nr, format(call, hold.a, hold.b) as call from hold, unnest(array[
  $$ credits_grant(tests.person('ann'), '1', 'promotional', $$,
  $$ holds_open(tests.person('ann'), 600, '1', $$,
  $$ holds_settle('%1$s', '1', $$, $$ holds_release('%2$s', $$,
  $$ usage_charge(tests.person('ann'), '{"event_id": "e", "model": "gpt-4o", "input_tokens": 1}', $$,
  $$ usage_charge_batch('[{"event_id": "f", "model": "gpt-4o", "input_tokens": 1}]',
  $$]) with ordinality d (call, nr);
create function pg_temp.call(p_nr bigint, p_body text default '') returns jsonb language plpgsql as $$
declare
  v_answer jsonb;
begin
  execute 'select ' || (select call from door where nr = p_nr) ||
  format('p_idempotency_key => %L, p_fingerprint => %L,
    p_now => %L)', tests.sha256('door ' || p_nr), tests.sha256(p_body), tests.after('1 s')) into v_answer;
  return v_answer;
end
$$;
create temporary table answered as select nr, call, pg_temp.call(nr) as a from door;
select is(pg_temp.call(nr), a || '{"replayed": true}', format('T12: a repeat of %s gets the stored answer',
  split_part(call, '(', 1))) from answered order by nr;
select tests.fails_with(format('select pg_temp.call(%s, ''other'')', nr), 'idempotency_key_reused', null,
  format('T12:%s with a key of another body is refused', split_part(call, '(', 1))) from answered order by nr;

-- A refusal rolls its transaction back, so the endpoint stores the answer afterwards in a second call.
select tests.fails_with($$ select pg_temp.debit('poor', 'body', '5000') $$, 'insufficient_credits', null,
  'a request that is too large is refused');
select is(idempotency_store(tests.sha256('poor'), tests.sha256('body'), 402,
  '{"code": "insufficient_credits"}',
  p_now => tests.after()), '{}', 'the endpoint stores the refusal');
select is(pg_temp.debit('poor', 'body', '5000', '1 h'), '{"status": 402, "replayed": true,
  "data": {"code": "insufficient_credits"}}', 'T12: a repeat of a refused request gets the stored refusal');
select is(idempotency_store(tests.sha256('k'), tests.sha256('body'), 402, '{}',
  p_now => tests.after('24 hours' - interval '1 s')), '{}', 'a second refusal comes too late to be stored');
select is(pg_temp.debit('k', 'body', '10'), a || '{"replayed": true}',
  'a stored answer is not overwritten')
from first;

-- A request that calls an external service: its key is stored before the call, and its answer is
-- stored after the call.
create temporary table begun as select pg_temp.begin('c') as b;
select is(b ->> 'step', 'create', 'the first request will call Stripe') from begun;
select is(tests.outcome($$ select pg_temp.begin('c', '2 min') $$), '{"code": "idempotency_in_progress",
  "status": 409}', 'T12: a repeat during the first request is refused as in progress');
select is(pg_temp.begin('c', '3 min') #>> '{order,order_id}', b #>> '{order,order_id}',
  'a repeat takes over the key of a dead request, with the same order') from begun;
select tests.fails_with($$ select pg_temp.begin('c', '4 min') $$, 'idempotency_in_progress', null,
  'a key that was taken over is in progress again');
select is(checkout_abandon(tests.sha256('c')), '{}', 'the call of Stripe fails');
select is(pg_temp.begin('c', '4 min') #>> '{order,order_id}', b #>> '{order,order_id}',
  'an abandoned key can be used again at once, with the same order') from begun;
create temporary table done as select checkout_attach((b #>> '{order,order_id}')::uuid, 'cs_1',
  'https://stripe.test', tests.sha256('c'), tests.after('4 min')) as a from begun;
select is(pg_temp.begin('c', '5 min'), a || '{"replayed": true, "step": "replay"}',
  'T12: a repeat after the first request has finished gets the stored answer') from done;
select is(checkout_abandon(tests.sha256('c')), '{}', 'abandoning a finished request is accepted');
select is(pg_temp.begin('c', '5 min') ->> 'step', 'replay', 'a finished key stays finished');

-- A key has no effect any more after 24 hours.
select is(pg_temp.debit('k', 'body', '10', '24 hours' - interval '1 s') ->> 'replayed', 'true',
  'an answer is stored for 24 hours');
select is(pg_temp.debit('k', 'another body', '10', '24 hours') ->> 'replayed', 'false',
  'a key is forgotten after 24 hours, before the task has run');
select is(idempotency_store(tests.sha256('poor'), tests.sha256('new'), 402, '{"new": 1}',
  p_now => tests.after('24 hours')), '{}',
  'a refusal replaces a key older than 24 hours');
select is(pg_temp.debit('poor', 'new', '5000', '25 hours') -> 'data', '{"new": 1}',
  'the stored refusal is returned');
select is(farthing.delete_old_idempotency_keys(tests.after('24 hours' - interval '1 s')), 0,
  'the task keeps keys of less than 24 hours');
select is(farthing.delete_old_idempotency_keys(tests.after('48 hours')) > 5,
  true, 'the task deletes old keys');
select is_empty('select * from farthing.idempotency_keys', 'no key is left');

select is(tests.code_for(role, 'ann', 'select ' || call), case role when 'service_role' then 'ok' else '42501'
  end, format('T13: %s by %s', split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role, unnest(array['checkout_abandon('''')',
  'idempotency_store(tests.sha256(''x''), tests.sha256(''''), 402, ''{}'')']) call;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
