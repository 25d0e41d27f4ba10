-- Operators set feature flags with a version and a reason.

begin;
\ir ../helpers/all_tests.psql
select plan(38);

create function pg_temp.put(p_flags jsonb, p_dry_run boolean default false, p_version text default null,
  p_reason text default 'a launch')
returns jsonb language sql as $$
  select settings_flags_set(p_flags, p_version, p_reason, p_dry_run, 'key:olga', p_now => tests.after())
    -> 'data'
$$;
create temporary table before as select settings_flags() ->> 'version' as version,
  (select jsonb_agg(to_jsonb(f) order by f.name) from farthing.features f) as rows,
  (select count(*) from farthing.audit) as audits;

select is((select jsonb_agg(f - 'changed_at' order by f ->> 'name')
    from jsonb_array_elements(settings_flags() -> 'flags') f),
  '[{"name": "b2b", "state": "on", "percentage": 0, "changed_by": null},
    {"name": "b2c", "state": "on", "percentage": 0, "changed_by": null}]', 'the flags are read');
create temporary table list as select '[{"name": "b2b", "state": "percentage", "percentage": 12.50},
  {"name": "b2c", "state": "on"}]'::jsonb as flags;
create temporary table dry as select pg_temp.put(flags, true, version, null) as data from list, before;
select is(data, jsonb_build_object('version', version, 'dry_run', true, 'unchanged', 1, 'changes', '[
  {"name": "b2b", "change": "changed", "version": null, "fields": [
    {"field": "percentage", "from": "0", "to": "12.5"},
    {"field": "state", "from": "on", "to": "percentage"}]}]'::jsonb), 'a dry run returns the changes')
from dry, before;
select is((select jsonb_agg(to_jsonb(f) order by f.name) from farthing.features f), rows,
  'a dry run changes no flag') from before;
select is((select count(*) from farthing.audit), audits, 'and leaves no audit row') from before;
select is(pg_temp.put(flags, false, version) -> 'changes', data -> 'changes',
  'the change is what its dry run has shown') from list, before, dry;
select is((select f - 'changed_at' from jsonb_array_elements(settings_flags() -> 'flags') f
    where f ->> 'name' = 'b2b'),
  '{"name": "b2b", "state": "percentage", "percentage": 12.5, "changed_by": "key:olga"}',
  'the flag is set');
select is((settings_flags() #> '{history,0}') - '{version,changed_at}'::text[],
  '{"author": "key:olga", "reason": "a launch", "name": "b2b", "fields": [
    {"field": "percentage", "from": "0", "to": "12.5"},
    {"field": "state", "from": "on", "to": "percentage"}]}', 'the history shows who and why');
select is(pg_temp.put(flags) - 'version', '{"dry_run": false, "changes": [], "unchanged": 2}',
  'the same list changes nothing') from list;
select tests.fails_with(format('select pg_temp.put(%L, %L, %L)', flags, dry_run, version),
  'version_conflict', null, format('an older version is refused, dry run %s', dry_run))
from list, before, unnest(array[true, false]) dry_run;

create temporary table now_read as select settings_flags() ->> 'version' as version;
select lives_ok($$ select features_set('b2c', 'off', null, 'key:ops') $$,
  'POST /features/b2c sets a flag');
select isnt(settings_flags() ->> 'version', version, 'and raises the version') from now_read;
select is((settings_flags() #> '{history,0}') - '{version,changed_at,fields}'::text[],
  '{"author": "key:ops", "reason": null, "name": "b2c"}', 'and is in the history');

create temporary table audited as select count(*) as rows from farthing.audit;
select tests.fails_with(format('select pg_temp.put(%L)', flags), 'invalid_request', field,
  format('%s is refused', left(flags::text, 80)))
from (values ('[]'::jsonb, 'flags'), ('{}', 'flags'), ('null', 'flags'), ('[5]', 'flags[0].name'),
  ('[{"name": "b2d", "state": "on"}]', 'flags[0].name'),
  ('[{"name": "b2b", "state": "on"}, {"name": "b2b", "state": "off"}]', 'flags[0].name'),
  ('[{"name": "b2c", "state": "on"}, {"name": "b2b"}]', 'flags[1].state'),
  ('[{"name": "b2b", "state": "ON"}]', 'flags[0].state'),
  ('[{"name": "b2b", "state": "on", "percentage": 5}]', 'flags[0].percentage'),
  ('[{"name": "b2b", "state": "percentage"}]', 'flags[0].percentage'),
  ('[{"name": "b2b", "state": "percentage", "percentage": "5"}]', 'flags[0].percentage'),
  ('[{"name": "b2b", "state": "percentage", "percentage": -1}]', 'flags[0].percentage'),
  ('[{"name": "b2b", "state": "percentage", "percentage": 100.01}]', 'flags[0].percentage'),
  ('[{"name": "b2b", "state": "percentage", "percentage": 0.001}]', 'flags[0].percentage'),
  ('[{"name": "b2b", "state": "percentage", "percentage": 1e300}]', 'flags[0].percentage'))
  c (flags, field);
select tests.fails_with($$ select pg_temp.put('[{"name": "b2b", "state": "off"}]', p_reason => ' ') $$,
  'invalid_request', 'reason', 'a change without a reason is refused');
select is((select count(*) from farthing.audit), rows, 'a refused change changes nothing') from audited;
select is(tests.code_for(role, 'ann', 'select ' || call), case role when 'service_role' then 'ok' else '42501'
  end, format('only service_role may call %s (as %s)', split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role,
  unnest(array['settings_flags()', 'settings_flags_set(''[{"name": "b2b", "state": "on"}]'')']) call
where role <> 'anon' or call like '%set%';
-- If p_dry_run is null, the change is a dry run.
select is(settings_flags_set('[{"name": "b2b", "state": "off"}]', p_dry_run => null)
  #>> '{data,dry_run}', 'true', 'a change without dry_run is a dry run');

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
