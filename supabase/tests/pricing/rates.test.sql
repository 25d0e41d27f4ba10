-- Rates: usage is priced at the rate in force when it occurred, and a new rate does not change a
-- price that was already agreed.

begin;
\ir ../helpers/all_tests.psql
select plan(27);

insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, markup,
  effective_from)
values ('m', 1, 1000, 2000, 1, tests.after()), ('m', 2, 3000, 6000, 1, tests.after('10 min')),
  ('m', 3, 5000, 10000, 1, tests.after('20 min'));
select isnt(tests.give('ann', '1000'), null, 'ann has 1,000');
create function pg_temp.price(p_now interval, p_occurred interval default null) returns text language sql as
  $$
  select format('%s at version %s', e ->> 'credits', e ->> 'rate_version') from usage_estimate(
    jsonb_build_object('model', 'm', 'input_tokens', 1, 'occurred_at', tests.after(p_occurred)),
    tests.after(p_now)) e
$$;

-- Usage is priced at the rate in force when it occurred.
select is(pg_temp.price('0'), '1 at version 1', 'usage is priced at the rate in force');
select is(pg_temp.price('10 min' - interval '1 us'), '1 at version 1',
  'a new rate does not apply before its effective_from');
select is(pg_temp.price('10 min'), '3 at version 2', 'a new rate applies from its effective_from on');
select is(pg_temp.price('1 hour', '5 min'), '1 at version 1',
  'usage that is reported late is priced at the rate of its occurred_at');
select is(pg_temp.price('1 hour', '-1 day'), '1 at version 1',
  'usage older than the first rate is priced at the first rate');
select is((select array_agg(r ->> 'version') from jsonb_array_elements(usage_rates(tests.after('15 min'))) r
  where r ->> 'model' = 'm'), '{2}', 'the list of rates has the rates in force');

-- Trap T10: a hold keeps the rate with which it was opened.
create temporary table h as select (holds_open(tests.person('ann'), 3600, null,
  '{"model": "m", "input_tokens": 10, "max_output_tokens": 10}', p_now => tests.after()) -> 'data') as
  d;
select is(concat_ws(' ', d ->> 'amount', d ->> 'model', d ->> 'rate_version'), '30 m 1',
  'T10: a hold on an estimate pins its rate and names it') from h;
select is((holds_settle((d ->> 'hold_id')::uuid, p_usage => '{"event_id": "u1", "model": "m",
  "input_tokens": 10,
    "output_tokens": 5}', p_now => tests.after('30 min')) -> 'data')
    - '{hold_id,transaction_id,lots}'::text[],
  '{"status": "settled", "settled": "20", "released": "10", "shortfall": "0", "balance_after": "980"}',
  'T10: a hold is settled at its pinned rate after two changes') from h;
select is((select metadata - 'hold_id' from farthing.entries where kind = 'settle'),
  '{"model": "m", "rate_version": 1, "input_tokens": 10, "output_tokens": 5}',
  'the entry of the settlement names the rate version');
select is(usage_charge(tests.person('ann'), '{"event_id": "u1", "model": "m", "input_tokens": 10,
  "output_tokens": 5}', p_now => tests.after('30 min')) #>> '{data,duplicate}', 'true',
    'the usage event of a settlement is recorded');
select tests.fails_with($$ select holds_settle(tests.hold('ann', '1'), p_usage => '{"event_id": "u1",
  "model": "m", "input_tokens": 10, "output_tokens": 5}', p_now => tests.after()) $$, 'invalid_request',
    'usage.event_id',
  'a recorded usage event cannot settle a hold');

create temporary table later as select (holds_open(tests.person('ann'), 3600, null,
  '{"model": "m", "input_tokens": 1, "max_output_tokens": 1}', p_now => tests.after('5 min')) -> 'data')
  as d;
select is(holds_settle((d ->> 'hold_id')::uuid, p_usage => '{"input_tokens": 1}',
  p_now => tests.after('30 min'))
  #>> '{data,settled}', '1', 'usage without a model has the hold''s model') from later;
select is(holds_settle(tests.hold('ann', '5', 3600, '12 min'), p_usage => '{"model": "m", "input_tokens": 1}',
  p_now => tests.after('30 min')) #>> '{data,settled}', '3',
  'T10: usage that settles a hold on an amount is priced at the rate of the hold''s opening');
select is(holds_settle(tests.hold('ann', '5'), p_usage => '{"model": "m", "input_tokens": 6,
  "event_id": "u2"}',
  p_now => tests.after('1 s')) -> 'data' ->> 'settled', '6', 'usage can settle above the hold');

-- Trap T10: a rate is added after a hold was opened, but the rate begins before the hold was opened. The
-- hold keeps its old rate.
create temporary table pinned as select (holds_open(tests.person('ann'), 3600, null,
  '{"model": "m", "input_tokens": 1, "max_output_tokens": 1}', p_now => tests.after('25 min'))
  #>> '{data,hold_id}')::uuid as hold_id;
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, markup,
  effective_from)
values ('m', 4, 1, 1, 1, tests.after('24 min'));
select is(holds_settle(hold_id, p_usage => '{"input_tokens": 1}', p_now => tests.after('30 min'))
  #>> '{data,settled}', '5', 'T10: a backdated rate does not change a hold''s price') from pinned;

-- Usage without a price can't be held or settled.
select tests.fails_with(format(
  'select holds_open(tests.person(''ann''), 600, null, %L, p_now => tests.after())', estimate), code, field,
  format('a hold on %s is refused', estimate))
from (values ('{"model": "x", "input_tokens": 1}', 'unknown_model', 'estimate.model'),
  ('{"model": "m"}', 'invalid_request', 'estimate.input_tokens'),
  ('{"model": "m", "input_tokens": 1000000000}', 'insufficient_credits', null)) e (estimate, code, field);
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd) values ('free', 1,
  0, 1);
select tests.fails_with($$ select holds_open(tests.person('ann'), 600, null, '{"model": "free",
  "input_tokens": 1}') $$, 'invalid_request', 'estimate',
  'a hold on an estimate without a price is refused');
create temporary table o as select tests.hold('ann', '1') as hold_id;
select tests.fails_with(format('select holds_settle(%L, p_usage => %L, p_now => tests.after())', hold_id,
  usage), code, field, format('a hold settled with %s is refused', usage))
from o, (values ('{"model": "x", "input_tokens": 1}', 'unknown_model', 'usage.model'),
  ('{"input_tokens": 1}', 'unknown_model', 'usage.model'),
  ('{"model": "m"}', 'invalid_request', 'usage.input_tokens')) e (usage, code, field);
select is(holds_read(hold_id, p_now => tests.after()) ->> 'status', 'open',
  'a refused settlement leaves the hold open')
from o;
select is((holds_settle(hold_id, p_usage => '{"model": "free", "input_tokens": 1, "event_id": "u3"}',
  p_now => tests.after()) -> 'data') - '{hold_id,lots}'::text[], '{"status": "settled", "settled": "0",
  "released": "1", "shortfall": "0", "transaction_id": null, "balance_after": "965"}',
  'a hold settled with free usage releases everything') from o;

-- An event in the future is charged at today's rate.
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, effective_from)
values ('f', 1, 1, 1, tests.after()), ('f', 2, 100, 100, tests.after('3 years'));
select is((select rate_version from farthing.price_usage(jsonb_build_array(jsonb_build_object('model', 'f',
  'input_tokens', 1000, 'occurred_at', tests.after('4 years'))), tests.after('1 day'))), 1,
  'an event from the future is charged at today''s rate');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
