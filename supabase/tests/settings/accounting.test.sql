-- Accounting policies have versions. A version begins at a certain moment, which is never in the past.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
select plan(35);

create function pg_temp.put(p_policies jsonb, p_passed interval default '0', p_dry_run boolean default false,
  p_version text default null, p_reason text default 'our accountant')
returns jsonb language sql as $$
  select settings_accounting_set(p_policies, p_version, p_reason, p_dry_run, 'key:olga',
    p_now => tests.after(p_passed)) -> 'data'
$$;
create function pg_temp.bonus(p_passed interval) returns text language sql as $$
  select format('%s %s', (p).value, (p).version)
  from farthing.accounting_policy('bonus_allocation', tests.after(p_passed)) p
$$;

select is((settings_accounting(tests.after()) - '{version,history}'::text[]) #- '{policies,0,description}'
  #- '{policies,1,description}', '{"time_zone": "UTC", "policies": [
  {"name": "bonus_allocation", "value": "pro_rata", "version": 1, "choices": ["pro_rata", "zero"],
    "effective_from": "1970-01-01T00:00:00+00:00", "scheduled": []},
  {"name": "breakage", "value": "at_expiry", "version": 1, "choices": ["at_expiry"],
    "effective_from": "1970-01-01T00:00:00+00:00", "scheduled": []}]}', 'the installed policies are read');
-- Each insert fails, because it names no reason for the change. An allowed value passes the table's check
-- and fails in its trigger (23001); any other value fails in the check (23514).
select is(tests.code_for('none', null, format('insert into farthing.accounting_policies (name, version, '
  'value) values (%L, 9, %L)', name, value)), code, format('the table knows %s of %s: %s', value, name, code))
from (select setting, choice, '23001' from farthing.accounting_policy_list(), unnest(choices) choice
  union all values ('breakage', 'zero', '23514'), ('time_zone', 'UTC', '23514')) v (name, value, code);

-- A dry run changes no row of any table.
create temporary table before as select settings_accounting() ->> 'version' as version,
  (select jsonb_agg(to_jsonb(p)) from farthing.accounting_policies p) as rows,
  (select count(*) from farthing.audit) as audits;
create temporary table list as select '[{"name": "bonus_allocation", "value": "zero",
  "effective_from": "2027-01-03T00:00:00Z"}, {"name": "breakage", "value": "at_expiry"}]'::jsonb as policies;
create temporary table dry as select pg_temp.put(policies, '1 d', true, version, null) as data
from list, before;
select is(data, jsonb_build_object('version', version, 'dry_run', true, 'unchanged', 1, 'changes', '[
  {"name": "bonus_allocation", "change": "changed", "version": 2, "fields": [
    {"field": "value", "from": "pro_rata", "to": "zero"},
    {"field": "effective_from", "from": null, "to": "2027-01-03T00:00:00+00:00"}]}]'::jsonb),
  'a dry run returns the changes') from dry, before;
select is((select jsonb_agg(to_jsonb(p)) from farthing.accounting_policies p), rows,
  'a dry run adds no version') from before;
select is((select count(*) from farthing.audit), audits, 'and no audit row') from before;

select is(pg_temp.put(policies, '1 d', false, version) -> 'changes', data -> 'changes',
  'the change is what its dry run has shown') from list, before, dry;
select is(pg_temp.bonus(passed), policy, format('after %s %s applies', passed, policy))
from (values (interval '1 d', 'pro_rata 1'), ('47:59:59', 'pro_rata 1'), ('2 d', 'zero 2'), ('9 d', 'zero 2'))
  c (passed, policy);
select is(settings_accounting(tests.after('1 d')) #> '{policies,0,scheduled}', '[{"value": "zero",
  "version": 2, "effective_from": "2027-01-03T00:00:00+00:00"}]', 'the next version is shown');
select is((settings_accounting() #> '{history,0}') - '{version,changed_at,fields}'::text[],
  '{"author": "key:olga", "reason": "our accountant", "name": "bonus_allocation"}',
  'the history shows who and why');

-- An order keeps the policy under which it was paid.
select is(tests.buys('ann'), 'ann', 'ann opens a checkout under the first version');
select is(tests.pays('ann', '1 d'), '{"received": true}', 'ann pays before the second version begins');
select is(tests.buys('bob'), 'bob', 'bob opens a checkout');
select is(tests.pays('bob', '2 d'), '{"received": true}', 'bob pays after it');
select is((select array_agg(allocation_version order by paid_at) from farthing.orders), '{1,2}',
  'each order stores its version');
select is(pg_temp.put(policies, '5 d') - 'version', '{"dry_run": false, "changes": [], "unchanged": 2}',
  'the same list can be sent again after its beginning') from list;
select is(pg_temp.put('[{"name": "bonus_allocation", "value": "pro_rata"}]', '6 d') #>> '{changes,0,version}',
  '3', 'without effective_from the change begins now');

create temporary table audited as select count(*) as rows from farthing.audit;
select tests.fails_with(format('select pg_temp.put(%L, %L)', policies, '6 d'), 'invalid_request', field,
  format('%s is refused', policies))
from (values ('[]'::jsonb, 'policies'), ('{"name": "breakage"}', 'policies'),
  ('[{"name": "time_zone", "value": "CET"}]', 'policies[0].name'),
  ('[{"name": "breakage", "value": "at_expiry"}, {"name": "breakage", "value": "at_expiry"}]',
    'policies[0].name'),
  ('[{"name": "breakage", "value": "never"}]', 'policies[0].value'),
  ('[{"name": "breakage", "value": "at_expiry", "effective_from": "2027-02-30"}]',
    'policies[0].effective_from'),
  ('[{"name": "breakage", "value": "at_expiry", "effective_from": 5}]', 'policies[0].effective_from'),
  ('[{"name": "breakage", "value": "at_expiry", "effective_from": "infinity"}]',
    'policies[0].effective_from'),
  ('[{"name": "breakage", "value": "at_expiry", "effective_from": "2029-01-08T00:00:00Z"}]',
    'policies[0].effective_from'),
  ('[{"name": "bonus_allocation", "value": "zero", "effective_from": "2027-01-06T23:59:59Z"}]',
    'policies[0].effective_from')) c (policies, field);
select is((select count(*) from farthing.audit), rows, 'a refused change changes nothing') from audited;

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
