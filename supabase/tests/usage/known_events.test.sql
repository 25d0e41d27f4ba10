-- Usage events that are already known: the same id with different contents is refused, and the error names
-- the difference.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
select plan(31);

insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd, markup)
values ('dear', 1, 1000, 1000, 1), ('free', 1, 0, 1, 1); -- A token of the model `dear` costs one credit.
select isnt(tests.give(name, '1000'), null, name || ' has 1,000') from unnest(array['ann', 'bob',
  'cid']) name;

create function pg_temp.use(p_event text, p_usage jsonb, p_passed interval default '0') returns text
language sql as $$
  select format('select usage_charge(tests.person(''ann''), %L, p_now => tests.after(%L))',
    '{"model": "dear", "output_tokens": 0}' || p_usage || jsonb_build_object('event_id', p_event), p_passed)
$$;
create function pg_temp.charged(p_sql text) returns text language plpgsql as $$
declare
  v_answer jsonb;
begin
  execute p_sql into v_answer;
  return (v_answer ->> 'status') || ' ' || (v_answer #>> '{data,credits}');
end
$$;

-- Trap m1: an id is used for one cheap token, and then again for two million expensive tokens.
select is(pg_temp.charged(pg_temp.use('e1', '{"model": "gpt-4o", "input_tokens": 1}')), '201 0.02',
  'one token is charged');
select is(tests.outcome(pg_temp.use('e1', '{"input_tokens": 2000000}', '25 h')), jsonb_build_object('code',
  'usage_conflict', 'status', 409, 'field', 'event_id', 'details', '{"event_id": "e1", "differs": {
    "model": {"charged": "gpt-4o", "sent": "dear"}, "input_tokens": {"charged": 1,
      "sent": 2000000}}}'::jsonb),
  'a known event with other contents is refused, with the charged and the sent contents');
select is(tests.balance('ann'), 'balance 999.98, held 0, available 999.98, debt 0',
  'the refused event is not charged');
select is(pg_temp.charged(pg_temp.use('e1', '{"model": "gpt-4o", "input_tokens": 1}', '25 h')), '200 0.02',
  'the same contents are a duplicate');

-- Every part of the contents is compared, except metadata.
select is(pg_temp.charged(pg_temp.use('e2', '{"input_tokens": 1, "cached_input_tokens": 2,
  "cache_write_tokens": 3,
  "output_tokens": 4, "reasoning_tokens": 5, "occurred_at": "2026-12-31T23:00:00Z", "metadata": {"a": 1}}')),
  '201 15', 'usage with all kinds of tokens is charged');
select is(tests.outcome(pg_temp.use('e2', '{"input_tokens": 1, "cached_input_tokens": 2,
  "cache_write_tokens": 3, "output_tokens": 4, "reasoning_tokens": 5, "occurred_at": "2026-12-31T23:00:00Z"}'
  || v.other)) #> '{details,differs}', jsonb_build_object(v.field, v.difference), v.field
    || ' is of the contents')
from (values ('model', '{"model": "gpt-4o"}'::jsonb, '{"charged": "dear", "sent": "gpt-4o"}'::jsonb),
  ('model', '{"model": null}', '{"charged": "dear"}'), -- outcome() leaves out nulls
  ('input_tokens', '{"input_tokens": 2}', '{"charged": 1, "sent": 2}'),
  ('cached_input_tokens', '{"cached_input_tokens": null}', '{"charged": 2, "sent": 0}'),
  ('cache_write_tokens', '{"cache_write_tokens": 1}', '{"charged": 3, "sent": 1}'),
  ('output_tokens', '{"output_tokens": 0}', '{"charged": 4, "sent": 0}'),
  ('reasoning_tokens', '{"reasoning_tokens": 50}', '{"charged": 5, "sent": 50}'),
  ('occurred_at', '{"occurred_at": "2026-12-31T23:00:01Z"}',
    '{"charged": "2026-12-31T23:00:00+00:00", "sent": "2026-12-31T23:00:01+00:00"}'))
  v (field, other, difference);
select is(pg_temp.charged(pg_temp.use('e2', '{"input_tokens": 1, "cached_input_tokens": 2,
  "cache_write_tokens": 3,
  "output_tokens": 4, "reasoning_tokens": 5}' || other)), '200 15', name)
from (values ('{"occurred_at": "2027-01-01T00:00:00+01:00"}'::jsonb,
  'the same moment in another zone is the same'),
  ('{}', 'a repeat that does not say when it occurred is the same'),
  ('{"occurred_at": "2026-12-31T23:00:00Z", "metadata": {"b": 2}}', 'metadata is not of the contents'))
  v (other, name);
select is(pg_temp.charged(pg_temp.use('e2', '{"input_tokens": 1, "cached_input_tokens": 2,
  "cache_write_tokens": 3,
  "output_tokens": 4, "reasoning_tokens": 5, "occurred_at": "2026-12-31T23:00:00Z"}', '1 year')), '200 15',
  'a known event is a duplicate, however late it is sent again');

-- Free usage that is reported again is recognised, too.
select is(pg_temp.charged(pg_temp.use('e3', '{"model": "free", "input_tokens": 7}')), '201 0',
  'free usage is accepted');
select is(pg_temp.charged(pg_temp.use('e3', '{"model": "free", "input_tokens": 7}')), '200 0',
  'repeated free usage is a duplicate');
select is(tests.outcome(pg_temp.use('e3', '{"input_tokens": 7}')) #> '{details,differs}',
  '{"model": {"charged": "free", "sent": "dear"}}', 'known free usage with other contents is refused');

-- In a batch each event has its own status.
select is((select jsonb_agg(r - 'event_id' order by r -> 'index') from
  jsonb_array_elements(usage_charge_batch(
  (select jsonb_agg(jsonb_build_object('user_id', tests.person('bob'), 'event_id', id, 'model', model,
    'input_tokens', tokens, 'output_tokens', 0) order by nr) from (values (1, 'b1', 'dear', 10),
    (2, 'b1', 'dear', 10), (3, 'b1', 'dear', 11), (4, 'b2', 'free', 1), (5, 'b2', 'free', 2),
    (6, 'b3', 'dear', 5)) v (nr, id, model, tokens)), p_now => tests.after()) #> '{data,rejected}') r),
  '[{"index": 2, "code": "usage_conflict", "field": "event_id",
      "details": {"differs": {"input_tokens": {"charged": 10, "sent": 11}}}},
    {"index": 4, "code": "usage_conflict", "field": "event_id",
      "details": {"differs": {"input_tokens": {"charged": 1, "sent": 2}}}}]',
  'in a batch, only the event with other contents is refused');
select is(tests.balance('bob'), 'balance 985, held 0, available 985, debt 0',
  'the other events of the batch are charged once');

-- Known events in the settlement of a hold, and in a job.
select is(tests.outcome(format('select holds_settle(%L, p_usage => %L, p_now => tests.after(''1 s''))',
  tests.hold('bob', '20'), '{"event_id": "b1", "model": "dear", "input_tokens": 20}')) - 'details',
  '{"code": "usage_conflict", "status": 409, "field": "usage.event_id"}',
  'a hold cannot be settled with a known event of other contents');
select is(usage_charge(tests.person('cid'), '{"event_id": "c1", "model": "gpt-4o", "input_tokens": 100}',
  p_now => tests.after()) #>> '{data,credits}', '2', 'an event is charged');
select is((select data ->> 'held' from tests.job('cid', 'paid', tests.lines(1))), '50', 'a job holds 50');
select is(tests.claim('one', 'paid', '1 s'), '1', 'a runner claims the job');
select is(jobs_checkpoint(tests.job_id('cid'), 1, 's1', 60, null, '[
  {"event_id": "c1", "model": "gpt-4o", "input_tokens": 100},
  {"event_id": "c1", "model": "gpt-4o", "input_tokens": 200},
  {"event_id": "c2", "model": "gpt-4o", "input_tokens": 300}]', p_now => tests.after('2 s')),
  '{"status": "processing", "credits": "6", "held": "44", "duplicates": 1, "conflicts": 1}',
  'a job''s step counts duplicates and conflicts separately, and charges neither');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
