-- A request's trace: read from its headers, whatever stands there, and kept by every entry that it makes.

begin;
\ir ../helpers/story.psql
\ir ../helpers/money_back.psql
\ir ../helpers/jobs.psql
select plan(65);

-- The trace whose id is one digit, 32 times.
create function pg_temp.trace(p_digit text) returns text language sql as $$
  select repeat(p_digit, 32)
$$;
create function pg_temp.headers(p_headers text) returns text language sql as $$
  select set_config('request.headers', p_headers, true)
$$;
-- From here on a request of that trace is served.
create function pg_temp.serves(p_digit text) returns text language sql as $$
  select pg_temp.headers(json_build_object('x-request-id', 'request-' || p_digit, 'traceparent',
    format('00-%s-%s-01', pg_temp.trace(p_digit), repeat('b', 16)))::text)
$$;
-- The correlation ids of a person's entries, newest first.
create function pg_temp.traces_of(p_name text, p_limit int default 1) returns text language sql as $$
  select string_agg(coalesce(correlation_id, 'none'), ' ') from (select e.correlation_id
    from farthing.entries e join farthing.accounts using (account_id)
    where owner_id = tests.person(p_name) order by e.seq desc limit p_limit) e
$$;

-- Reading a header.
select is(farthing.request_header('traceparent'), null, 'outside of a request there are no headers');
select isnt(pg_temp.headers('{"x-request-id": "request-1", "b": null}'), null, 'a request comes');
select is(farthing.request_header(name), 'request-1', 'a header is read by its name')
from unnest(array['x-request-id', 'X-Request-ID']) name;
select is(farthing.request_header(name), null, 'a missing header is null')
from unnest(array['traceparent', 'b', '', null]) name;
select is(farthing.trace_id(), null, 'a request without a trace has none');
select is(farthing.request_header('traceparent'), null, left(headers, 20) || ' says nothing')
from unnest(array['', 'null', '7', '"traceparent"', '["traceparent"]', '{', '{"traceparent": "\u0000"}',
  repeat('[', 100000)]) headers
where pg_temp.headers(headers) = headers;

-- Reading a trace.
create function pg_temp.trace_in(p_traceparent text) returns text language sql as $$
  select farthing.trace_id() from pg_temp.headers(
    json_build_object('traceparent', p_traceparent)::text) h where h is not null
$$;
select is(pg_temp.trace_in(format(given, pg_temp.trace('a'))), pg_temp.trace('a'), given || ' is a trace')
from unnest(array['00-%s-00f067aa0ba902b7-01', '01-%s-00f067aa0ba902b7-00-more']) given;
select is(pg_temp.trace_in(given), null, left(given, 20) || ' is none') from unnest(array['', 'x',
  '00-' || repeat('0', 32) || '-00f067aa0ba902b7-01', 'ff-' || repeat('a', 32) || '-00f067aa0ba902b7-01',
  '00-' || repeat('A', 32) || '-00f067aa0ba902b7-01', '00-' || repeat('a', 32) || '-00f067aa0ba902b7-01, x',
  repeat('a', 32)]) given;

-- Purchases and refunds: no argument names the request.
select isnt(pg_temp.serves('1'), null, 'a request');
select is(tests.buys('ann'), 'ann', 'ann buys');
select isnt(pg_temp.serves('2'), null, 'Stripe''s request');
select is(tests.pays('ann'), '{"received": true}', 'ann pays');
select is(pg_temp.traces_of('ann'), pg_temp.trace('2'), 'the purchase is of the event''s request');
select isnt(pg_temp.serves('3'), null, 'another');
select is(tests.refund('ann', 1, 333), '{"received": true}', 'a third is refunded');
select is(pg_temp.traces_of('ann'), pg_temp.trace('3'), 'a refund has its own');
select isnt(pg_temp.serves('4'), null, 'another');
select is(tests.dispute('ann', 'lost'), '{"received": true}', 'the rest is disputed, and lost');
select is(pg_temp.traces_of('ann'), pg_temp.trace('4'), 'a dispute has its own');

-- Spending: what the caller says goes before.
select isnt(pg_temp.serves('5'), null, 'another');
select isnt(tests.give('bob', '300'), null, 'bob has 300');
select is(tests.spends('bob', '1'), '299', 'bob spends one');
select is(pg_temp.traces_of('bob', 2), pg_temp.trace('5') || ' ' || pg_temp.trace('5'),
  'a grant and a debit are of their request');
select is((credits_debit(tests.person('bob'), '1', 'x', p_correlation_id => 'mine', p_now => tests.after())
  ->> 'status')::int, 201, 'bob spends one more, and says why');
select is(pg_temp.traces_of('bob'), 'mine', 'a correlation id that is given stands');
select isnt(tests.hold('bob', '10'), null, 'bob holds ten');
select is((select correlation_id from farthing.holds), pg_temp.trace('5'), 'so has a hold');

-- A step of a job belongs to the request that asked for the job, not to its runner's.
select is((jobs_create(tests.person('bob'), 'paid', '{}', tests.lines(1), p_now => tests.after())
  ->> 'status')::int, 202, 'bob asks for a job');
select isnt(pg_temp.serves('6'), null, 'the runner''s request');
select is(tests.claim('one', 'paid', '1 s'), '1', 'it is claimed');
select is(tests.step('bob', 1, 's1', 1, '2 s') ->> 'credits', '50', 'a step takes its 50');
select is(pg_temp.traces_of('bob'), pg_temp.trace('5'), 'in the trace that asked for it');

-- Waking a runner hands the trace on.
select isnt(vault.create_secret(value, name), null, name) from (values ('farthing_functions_url',
  'https://project.example.com/functions/v1'), ('farthing_secret_key', 'sb_secret_1')) v (name, value);
select is(farthing.wake('job-runner'), true, 'a runner is woken');
select is((select headers ->> 'traceparent' from net.http_request_queue order by id desc limit 1),
  format('00-%s-%s-01', pg_temp.trace('6'), repeat('b', 16)), 'in the trace of who wakes it');
select is(pg_temp.headers(''), '', 'the clock''s turn');
select is(farthing.wake('job-runner'), true, 'it wakes one too');
select is((select headers ? 'traceparent' from net.http_request_queue order by id desc limit 1), false,
  'in no trace');

-- Work begun without a trace belongs to the request that settles it, and a hold always has one.
select is(chats_begin(tests.person('bob'), 'gpt-4o', 100, 100, p_now => tests.after('3 s')) ->> 'step',
  'call', 'bob begins a chat in no trace');
select isnt(pg_temp.serves('7'), null, 'a request');
select is((chats_settle((select hold_id from farthing.chats), '{"input_tokens": 100, "output_tokens": 10}',
  '{}', p_now => tests.after('4 s')) ->> 'status')::int, 200, 'it settles the chat');
select is(pg_temp.traces_of('bob'), pg_temp.trace('7'), 'is the trace of its charge');
select isnt(pg_temp.serves('8'), null, 'another');
select is((holds_settle((select hold_id from farthing.holds where amount = 10), '1',
  p_now => tests.after('5 s')) ->> 'status')::int, 200, 'settles the hold that was opened in another');
select is(pg_temp.traces_of('bob'), pg_temp.trace('8'), 'and the charge is of the one that settles');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
