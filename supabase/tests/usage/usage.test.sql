-- Usage: tokens are priced exactly, and each event is charged at most once, however late it is
-- repeated.

begin;
\ir ../helpers/all_tests.psql
select plan(44);

create function pg_temp.charge(p_name text, p_usage jsonb, p_passed interval default '0') returns jsonb
language sql as $$
  select usage_charge(tests.person(p_name), p_usage, 'trace-9', p_now => tests.after(p_passed))
$$;
select isnt(tests.give('ann', '60', '1 hour'), null, 'ann has 60 for an hour');
select isnt(tests.give('ann', '1000'), null, 'ann has 1,000 for ever');

-- A charge costs exactly the price of its tokens.
create temporary table first as select pg_temp.charge('ann', '{"event_id": "e1", "model": "gpt-4o",
  "input_tokens": 1000, "output_tokens": 500, "metadata": {"job": 7, "note": null}}') as a;
select is(a #- '{data,transaction_id}' #- '{data,lots,0,id}', '{"status": 201, "replayed": false, "data":
  {"event_id": "e1", "credits": "50", "balance_after": "1010", "rate_version": 1,
    "lots": [{"source": "promotional", "amount": "50"}]}}',
  '1,000 tokens in and 500 out of gpt-4o cost 50 credits, exactly') from first;
select results_eq($$ select kind::text, reference_type::text, reference_id::text, correlation_id::text,
    metadata::jsonb from farthing.entries where direction = 'out' $$,
  $$ values ('usage', 'usage', 'e1', 'trace-9', '{"model": "gpt-4o", "rate_version": 1, "input_tokens": 1000,
    "output_tokens": 500, "caller": {"job": 7, "note": null}}'::jsonb) $$,
  'a charge stores its token counts and rate, and the caller''s metadata as it was sent');

-- An event is charged only once, however late it is repeated.
select is(pg_temp.charge('ann', '{"event_id": "e1", "model": "gpt-4o", "input_tokens": 1000,
  "output_tokens": 500}'), jsonb_set(a || '{"status": 200}', '{data,duplicate}', 'true'),
  'a known event returns the first charge') from first;
select is(pg_temp.charge('ann', '{"event_id": "e1", "model": "gpt-4o", "input_tokens": 1000,
  "output_tokens": 500, "reasoning_tokens": 0, "metadata": {"other": 1}}', '10 years') -> 'data',
  jsonb_set(a -> 'data', '{duplicate}', 'true'),
  'a known event returns the first charge ten years later, with other metadata')
  from first;
select is(tests.balance('ann'), 'balance 1010, held 0, available 1010, debt 0',
  'a known event moves no credits');
select is(pg_temp.charge('ann', '{"event_id": "E1", "model": "gpt-4o", "input_tokens": 1}') ->> 'status',
  '201', 'an event_id in another case is another event');
select isnt(tests.give('bob', '1'), null, 'bob has 1');
select is(pg_temp.charge('bob', '{"event_id": "e1", "model": "gpt-4o", "input_tokens": 1}') ->> 'status',
  '201', 'another user can use the same event_id');

-- A charge that takes credits from two lots, and the same charge again.
create temporary table wide as select pg_temp.charge('ann', '{"event_id": "e2", "model": "gpt-4o",
  "output_tokens": 1000}') as a;
select is((select array_agg(lot ->> 'amount') from jsonb_array_elements(a #> '{data,lots}') lot),
  '{9.98,50.02}', 'a charge spends several lots') from wide;
select is(pg_temp.charge('ann', '{"event_id": "e2", "model": "gpt-4o", "output_tokens": 1000}') -> 'data',
  jsonb_set(a -> 'data', '{duplicate}', 'true'),
  'the repeat of a charge over two lots returns the same answer') from wide;

-- All kinds of tokens, to the last decimal. A kind without its own rate has the rate of input or
-- output.
insert into farthing.rates (model, version, input_per_million_usd, cached_input_per_million_usd,
  cache_write_per_million_usd, output_per_million_usd, reasoning_per_million_usd, markup, effective_from)
values ('fine', 1, 0.000000001, 0.000000003, 0.000000007, 0.00000002, 0.00000005, 1.0001, tests.after()),
  ('plain', 1, 2, null, null, 3, null, 1, tests.after()), ('free-in', 1, 0, null, null, 1, null, 1,
  tests.after());
select is(usage_estimate('{"model": "fine", "input_tokens": 1, "cached_input_tokens": 1,
  "cache_write_tokens": 1,
    "output_tokens": 1, "reasoning_tokens": 1}', tests.after()),
  '{"credits": "0.0000000000810081", "rate_version": 1}', 'each kind of token has its own price');
select is(usage_estimate('{"model": "fine", "input_tokens": 1}', tests.after()) ->> 'credits',
  '0.0000000000010001', 'the smallest charge keeps its 16th decimal');
select is(usage_estimate('{"model": "plain", "cached_input_tokens": 10, "cache_write_tokens": 100,
    "reasoning_tokens": 1000}', tests.after()) ->> 'credits', '3.22',
  'a kind without a rate costs as much as input (cached, written) or output (reasoning)');
select is(pg_temp.charge('ann', '{"event_id": "e3", "model": "fine", "input_tokens": 1}')
  #>> '{data,balance_after}',
  '949.9799999999989999', 'a charge with 16 decimals is exact');
select is(usage_estimate('{"model": "gpt-4o", "input_tokens": 1000000000, "output_tokens": 1000000000}')
  ->> 'credits', '80000000', 'the highest token counts can be priced');

-- Free usage is recorded and moves no credits. If free usage is reported again, it is recognised
-- like any other known event.
select is(pg_temp.charge('ann', '{"event_id": "e4", "model": "free-in", "input_tokens": 5}'),
  '{"status": 201, "replayed": false, "data": {"transaction_id": null, "event_id": "e4", "credits": "0",
    "balance_after": "949.9799999999989999", "rate_version": 1, "lots": []}}',
    'free usage is accepted and costs 0');
select is(pg_temp.charge('ann', '{"event_id": "e4", "model": "free-in", "input_tokens": 5}'),
  '{"status": 200, "replayed": false, "data": {"transaction_id": null, "event_id": "e4", "credits": "0",
    "balance_after": "949.9799999999989999", "rate_version": 1, "lots": [], "duplicate": true}}',
    'free usage is recognised the next time');

-- Invalid usage is refused.
select tests.fails_with(format('select usage_charge(tests.person(''ann''), %L)', u), code, field, name)
from (values
  ('{"model": "gpt-99", "input_tokens": 1}', 'unknown_model', 'model',
    'T11: usage of an unknown model is refused, not free'),
  ('{"input_tokens": 1}', 'unknown_model', 'model', 'usage without a model is refused'),
  ('{"model": "GPT-4o", "input_tokens": 1}', 'unknown_model', 'model', 'a model in another case is unknown'),
  ('{"model": "gpt-4o"}', 'invalid_request', 'input_tokens', 'usage without tokens is refused'),
  ('{"model": "gpt-4o", "input_tokens": 0}', 'invalid_request', 'input_tokens',
  'usage of 0 tokens is refused'),
  ('{"model": "gpt-4o", "input_tokens": -1, "output_tokens": 2}', 'invalid_request', 'input_tokens',
    'negative tokens are refused'),
  ('{"model": "gpt-99", "input_tokens": 1, "reasoning_tokens": 1000000001}', 'invalid_request',
  'input_tokens',
    'more than 1e9 tokens of a kind are refused'),
  ('{"model": "gpt-4o", "input_tokens": 1, "event_id": ""}', 'invalid_request', 'event_id',
  'an empty id is refused'),
  (format('{"model": "gpt-4o", "input_tokens": 1, "event_id": "%s"}', repeat('é', 256)), 'invalid_request',
    'event_id', 'an id of 256 characters is refused'),
  (format('{"model": "gpt-4o", "input_tokens": 1, "metadata": {"a": "%s"}}', repeat('é', 4096)),
  'invalid_request',
    'metadata', 'metadata of more than 8 KiB is refused'),
  ('{"model": "gpt-4o", "input_tokens": 1, "occurred_at": "infinity"}', 'invalid_request', 'occurred_at',
    'usage that occurs at infinity is refused'),
  ('{"model": "gpt-4o", "input_tokens": 1000000000}', 'insufficient_credits', null,
    'usage beyond the balance is refused')) bad (u, code, field, name);
select tests.fails_with($$ select usage_charge(gen_random_uuid(), '{"model": "gpt-4o", "input_tokens": 1}')
  $$, 'not_found', 'user_id', 'usage without a user is refused');
select is(pg_temp.charge('ann', jsonb_build_object('model', 'gpt-4o', 'input_tokens', 1, 'event_id',
  repeat('é', 255), 'metadata', jsonb_build_object('a', repeat('é', 3900)))) ->> 'status', '201',
  'the longest event_id and the largest metadata are accepted');
select is(pg_temp.charge('ann', to_jsonb('{"event_id": "e5", "model": "gpt-4o", "input_tokens": 1}'::text))
  #>> '{data,credits}', '0.02', 'usage that arrives as a string of JSON is accepted');

select is(tests.code_for(role, 'ann', 'select ' || call), case role when 'service_role' then 'ok' else '42501'
  end, format('T13: %s by %s', split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role, unnest(array[
  'usage_charge(tests.person(''ann''), ''{"model": "gpt-4o", "input_tokens": 1}'')', 'usage_rates()',
  'usage_estimate(''{"model": "gpt-4o", "input_tokens": 1}'')']) call;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
