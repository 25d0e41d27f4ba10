-- The trace of a request is read from the request's headers, which may contain anything. Every
-- entry that the request makes stores the trace.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/jobs.psql
select plan(65);

-- Returns a trace id: this digit, 32 times.
create function pg_temp.trace(p_digit text) returns text language sql as $$
  select repeat(p_digit, 32)
$$;
create function pg_temp.headers(p_headers text) returns text language sql as $$
  select set_config('request.headers', p_headers, true)
$$;
-- Begins a request with this trace: later statements see its headers.
create function pg_temp.serves(p_digit text) returns text language sql as $$
  select pg_temp.headers(json_build_object('x-request-id', 'request-' || p_digit, 'traceparent',
    format('00-%s-%s-01', pg_temp.trace(p_digit), repeat('b', 16)))::text)
$$;
-- Returns the correlation ids of a user's entries, newest first.
create function pg_temp.traces_of(p_name text, p_limit int default 1) returns text language sql as $$
  select string_agg(coalesce(correlation_id, 'none'), ' ') from (select e.correlation_id
    from farthing.entries e join farthing.accounts using (account_id)
    where owner_id = tests.person(p_name) order by e.seq desc limit p_limit) e
$$;

-- A header is read by its name.
select is(farthing.request_header('traceparent'), null, 'outside of a request there are no headers');
select isnt(pg_temp.headers('{"x-request-id": "request-1", "b": null}'), null, 'a request begins');
select is(farthing.request_header(name), 'request-1', 'a header is read by its name')
from unnest(array['x-request-id', 'X-Request-ID']) name;
select is(farthing.request_header(name), null, 'a missing header is null')
from unnest(array['traceparent', 'b', '', null]) name;
select is(farthing.trace_id(), null, 'a request without a trace has no trace id');
select is(farthing.request_header('traceparent'), null, left(headers, 20) || ' has no traceparent')
from unnest(array['', 'null', '7', '"traceparent"', '["traceparent"]', '{', '{"traceparent": "\u0000"}',
  repeat('[', 100000)]) headers
where pg_temp.headers(headers) = headers;

-- The trace id is read from a valid traceparent only.
create function pg_temp.trace_in(p_traceparent text) returns text language sql as $$
  select farthing.trace_id() from pg_temp.headers(
    json_build_object('traceparent', p_traceparent)::text) h where h is not null
$$;
select is(pg_temp.trace_in(format(given, pg_temp.trace('a'))), pg_temp.trace('a'), given || ' has a trace')
from unnest(array['00-%s-00f067aa0ba902b7-01', '01-%s-00f067aa0ba902b7-00-more']) given;
select is(pg_temp.trace_in(given), null, left(given, 20) || ' has no trace') from unnest(array['', 'x',
  '00-' || repeat('0', 32) || '-00f067aa0ba902b7-01', 'ff-' || repeat('a', 32) || '-00f067aa0ba902b7-01',
  '00-' || repeat('A', 32) || '-00f067aa0ba902b7-01', '00-' || repeat('a', 32) || '-00f067aa0ba902b7-01, x',
  repeat('a', 32)]) given;

-- The RPC functions of purchases and refunds have no argument for a correlation id. So an entry
-- that they write has the trace of the request that calls them.
select isnt(pg_temp.serves('1'), null, 'a request of the buyer begins');
select is(tests.buys('ann'), 'ann', 'ann buys a package');
select isnt(pg_temp.serves('2'), null, 'a request of Stripe begins');
select is(tests.pays('ann'), '{"received": true}', 'ann pays');
select is(pg_temp.traces_of('ann'), pg_temp.trace('2'), 'the purchase has the trace of Stripe''s request');
select isnt(pg_temp.serves('3'), null, 'another request of Stripe begins');
select is(tests.refund('ann', 1, 333), '{"received": true}', 'a third of the payment is refunded');
select is(pg_temp.traces_of('ann'), pg_temp.trace('3'), 'the refund has the trace of its request');
select isnt(pg_temp.serves('4'), null, 'another request of Stripe begins');
select is(tests.dispute('ann', 'lost'), '{"received": true}', 'the rest is disputed and lost');
select is(pg_temp.traces_of('ann'), pg_temp.trace('4'), 'the dispute has the trace of its request');

-- Spending: if the caller sends a correlation id, it takes precedence over the trace.
select isnt(pg_temp.serves('5'), null, 'a request of bob begins');
select isnt(tests.give('bob', '300'), null, 'bob has 300 credits');
select is(tests.spends('bob', '1'), '299', 'bob spends one credit');
select is(pg_temp.traces_of('bob', 2), pg_temp.trace('5') || ' ' || pg_temp.trace('5'),
  'the grant and the debit have the trace of their request');
select is((credits_debit(tests.person('bob'), '1', 'x', p_correlation_id => 'mine', p_now => tests.after())
  ->> 'status')::int, 201, 'bob spends one more credit, with a correlation id');
select is(pg_temp.traces_of('bob'), 'mine', 'the entry has the correlation id that was sent');
select isnt(tests.hold('bob', '10'), null, 'bob holds ten credits');
select is((select correlation_id from farthing.holds), pg_temp.trace('5'),
  'the hold has the trace of its request');

-- A step of a job has the trace of the request that created the job, and not the trace of the request that
-- woke the runner.
select is((jobs_create(tests.person('bob'), 'paid', '{}', tests.lines(1), p_now => tests.after())
  ->> 'status')::int, 202, 'bob creates a job');
select isnt(pg_temp.serves('6'), null, 'a request of the runner begins');
select is(tests.claim('one', 'paid', '1 s'), '1', 'the runner claims the job');
select is(tests.step('bob', 1, 's1', 1, '2 s') ->> 'credits', '50', 'a step charges its 50 credits');
select is(pg_temp.traces_of('bob'), pg_temp.trace('5'), 'the charge has the trace of the job''s creation');

-- The request that wakes a runner has the trace of the current request.
select isnt(vault.create_secret(value, name), null, name) from (values ('farthing_functions_url',
  'https://project.example.com/functions/v1'), ('farthing_secret_key', 'sb_secret_1')) v (name, value);
select is(farthing.wake('job-runner'), true, 'a runner is woken');
select is((select headers ->> 'traceparent' from net.http_request_queue order by id desc limit 1),
  format('00-%s-%s-01', pg_temp.trace('6'), repeat('b', 16)),
  'the runner is woken in the trace of the current request');
select is(pg_temp.headers(''), '', 'no request is served, as in a scheduled task');
select is(farthing.wake('job-runner'), true, 'a runner is woken outside of a request');
select is((select headers ? 'traceparent' from net.http_request_queue order by id desc limit 1), false,
  'the runner is woken without a trace');

-- The charge of a chat that began without a trace has the trace of the request that settles the
-- chat. The charge of a hold always has the trace of the request that settles the hold, even if a
-- different request opened the hold.
select is(chats_begin(tests.person('bob'), 'gpt-4o', 100, 100, p_now => tests.after('3 s')) ->> 'step',
  'call', 'bob begins a chat without a trace');
select isnt(pg_temp.serves('7'), null, 'a request begins');
select is((chats_settle((select hold_id from farthing.chats), '{"input_tokens": 100, "output_tokens": 10}',
  '{}', p_now => tests.after('4 s')) ->> 'status')::int, 200, 'the request settles the chat');
select is(pg_temp.traces_of('bob'), pg_temp.trace('7'), 'the charge has the trace of the settling request');
select isnt(pg_temp.serves('8'), null, 'another request begins');
select is((holds_settle((select hold_id from farthing.holds where amount = 10), '1',
  p_now => tests.after('5 s')) ->> 'status')::int, 200,
  'the request settles a hold that another request opened');
select is(pg_temp.traces_of('bob'), pg_temp.trace('8'), 'the charge has the trace of the settling request');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
