-- Operators read the figures of alert rules, and change them with a version and a reason.

begin;
\ir ../helpers/all_tests.psql
select plan(47);

create function pg_temp.put(p_rules jsonb, p_dry_run boolean default false, p_version text default null,
  p_reason text default 'too loud')
returns jsonb language sql as $$
  select settings_alerts_set(p_rules, p_version, p_reason, p_dry_run, 'key:olga', p_now => tests.after())
    -> 'data'
$$;
create function pg_temp.rule(p_name text) returns jsonb language sql as $$
  select r from jsonb_array_elements(settings_alerts() -> 'rules') r where r ->> 'rule' = p_name
$$;
create temporary table before as select settings_alerts() ->> 'version' as version,
  (select count(*) from farthing.audit where table_name = 'alert_rules') as rows;

select is(pg_temp.rule('charge_failure_rate'), '{"rule": "charge_failure_rate", "severity": "critical",
  "enabled": true, "threshold": "0.005", "fine_at": "0.004", "factor": "2", "minimum": "20", "period": "3600",
  "baseline": "604800", "fires_after": "0", "resolves_after": "900", "unit": "share of charges",
  "description": "Card charges that fail. A factor also requires at least that many times the usual share.",
  "runbook": "docs/runbooks/charge_failure_rate.md", "defaults": {"threshold": "0.005", "fine_at": "0.004",
  "factor": "2", "minimum": "20", "period": "3600", "baseline": "604800", "fires_after": "0",
  "resolves_after": "900"}}', 'a rule has its figures, their defaults and their unit');
select is_empty($$ select r ->> 'rule' from jsonb_array_elements(settings_alerts() -> 'rules') r
  where r ->> 'unit' is null or r ->> 'description' is null or not r @> (r -> 'defaults') $$,
  'a new project has the defaults, and every rule has a unit and a meaning');

create temporary table list as select '[{"rule": "error_rate", "threshold": "0.08", "fine_at": 0,
    "minimum": 50, "period": 600, "fires_after": 60, "resolves_after": 120},
  {"rule": "charge_failure_rate", "factor": null, "baseline": null},
  {"rule": "dead_jobs", "enabled": false}, {"rule": "ai_slow", "threshold": "30000.0"}]'::jsonb as rules;
create temporary table dry as select pg_temp.put(rules, true, version, null) as data from list, before;
select is(data, jsonb_build_object('version', version, 'dry_run', true, 'unchanged', 1, 'changes', '[
  {"name": "charge_failure_rate", "change": "changed", "version": null, "fields": [
    {"field": "baseline", "from": "604800", "to": null}, {"field": "factor", "from": "2", "to": null}]},
  {"name": "dead_jobs", "change": "changed", "version": null, "fields": [
    {"field": "enabled", "from": "true", "to": "false"}]},
  {"name": "error_rate", "change": "changed", "version": null, "fields": [
    {"field": "fine_at", "from": "0.04", "to": "0"}, {"field": "fires_after", "from": "0", "to": "60"},
    {"field": "minimum", "from": "20", "to": "50"}, {"field": "period", "from": "300", "to": "600"},
    {"field": "resolves_after", "from": "300", "to": "120"},
    {"field": "threshold", "from": "0.05", "to": "0.08"}]}]'::jsonb),
  'a dry run returns each change of each rule') from dry, before;
select is((select count(*) from farthing.audit where table_name = 'alert_rules'), rows,
  'a dry run writes nothing') from before;
select is(pg_temp.put(rules, false, version) -> 'changes', data -> 'changes',
  'the change is what its dry run has shown')
from list, dry, before;
select is(pg_temp.rule('error_rate') ->> 'threshold', '0.08', 'the rule has its new threshold');
select is(pg_temp.rule('error_rate') #>> '{defaults,threshold}', '0.05', 'and keeps its default');
select is((select count(*) from farthing.audit where table_name = 'alert_rules') - rows, 3::bigint,
  'each changed rule is audited once') from before;
select is((select format('%s %s', h ->> 'author', h ->> 'reason') || ' ' || (h -> 'fields')::text
    from jsonb_array_elements(settings_alerts() -> 'history') h where h ->> 'name' = 'dead_jobs' limit 1),
  'key:olga too loud [{"to": "false", "from": "true", "field": "enabled"}]',
  'the history shows who and why');
select tests.fails_with(format($$ select pg_temp.put('[{"rule": "dead_jobs", "enabled": true}]', %L, %L) $$,
  dry_run, version), 'version_conflict', null, format('an older version is refused, dry run %s', dry_run))
from before, unnest(array[true, false]) dry_run;

create temporary table audited as select count(*) as rows from farthing.audit;
select tests.fails_with(format('select pg_temp.put(%L, %L)', rules, dry_run), 'invalid_request', field,
  format('%s is refused, dry run %s', rules, dry_run))
from (values ('[]'::jsonb, 'rules'), ('{}', 'rules'), ('[5]', 'rules[0].rule'),
  ('[{"rule": "no_such", "threshold": 1}]', 'rules[0].rule'),
  ('[{"rule": "dead_jobs", "enabled": true}, {"rule": "ai_slow", "threshold": "-1"}]', 'rules[1].threshold'),
  ('[{"rule": "ai_slow", "threshold": null}]', 'rules[0].threshold'),
  ('[{"rule": "ai_slow", "factor": 0}]', 'rules[0].factor'),
  ('[{"rule": "ai_slow", "runbook": "x"}]', 'rules[0].runbook'),
  ('[{"rule": "ai_slow", "period": 59}]', 'rules[0].period'),
  ('[{"rule": "ai_slow", "baseline": 60}]', 'rules[0].baseline'),
  ('[{"rule": "ai_slow", "fires_after": 86401}]', 'rules[0].fires_after')) c (rules, field),
  unnest(array[true, false]) dry_run;
create function pg_temp.refusal_of(p_field text) returns text language plpgsql as $$
begin
  perform pg_temp.put(jsonb_build_array(jsonb_build_object('rule', 'ai_slow', p_field, '-1')));
  return 'none';
exception when sqlstate 'PGRST' then
  return sqlerrm::jsonb ->> 'message';
end
$$;
select is(pg_temp.refusal_of(field), field || ' ' || must, format('the error says what %s must be', field))
from (values ('threshold', 'must be a decimal number of 0 or more, with at most 6 decimals.'),
  ('fine_at', 'must be a decimal number of 0 or more, with at most 6 decimals.'),
  ('factor', 'must be a decimal number above 0 with at most 6 decimals, or null.'),
  ('minimum', 'must be a whole number with at most 9 digits.'),
  ('baseline', 'must be a whole number of seconds, or null.'),
  ('period', 'must be a whole number of seconds.'), ('fires_after', 'must be a whole number of seconds.'),
  ('resolves_after', 'must be a whole number of seconds.'), ('enabled', 'must be true or false.'),
  ('runbook', 'can''t be set. Leave it out.')) c (field, must);
select lives_ok($$ select pg_temp.put('[{"rule": "ai_slow", "factor": null, "baseline": null},
  {"rule": "dead_jobs", "threshold": "0.5"}]', true) $$, 'null is accepted where no figure is needed');
select tests.fails_with($$ select pg_temp.put('[{"rule": "dead_jobs", "enabled": true}]',
  p_reason => null) $$,
  'invalid_request', 'reason', 'a change without a reason is refused');
select is((select count(*) from farthing.audit), rows, 'a refused change changes nothing') from audited;

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
