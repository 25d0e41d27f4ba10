-- Operators: each change reads the role from the database, and the policy decides whether a change
-- needs a second factor.

begin;
\ir ../helpers/all_tests.psql
select plan(51);

-- For up to an hour, an operator's token still states a role that was taken away. So each change
-- reads the role from the database.
select isnt(tests.person('olga'), null, 'olga signs up');
update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person('olga');
create temporary table change as
select name, format(call, 'operator:' || tests.person('olga')) as call, with_role
from (values
  ('acknowledging an alert', 'select alerts_acknowledge(gen_random_uuid(), p_author => %L)', 'not_found'),
  ('blocking a user', 'select fraud_blocks_add(''user'', tests.person(''ann'')::text, ''x'', %L)', 'ok'),
  ('lifting a block', 'select fraud_blocks_remove(gen_random_uuid(), %L)', 'not_found'),
  ('clearing a warning', 'select warnings_clear(''issfr_1'', ''fine'', p_author => %L)', 'not_found'),
  ('replaying an event', 'select inbox_replay(''evt_1'', p_author => %L)', 'not_found'),
  ('replaying all events', 'select inbox_dead(100, p_author => %L)', 'ok'))
  c (name, call, with_role);
select is(tests.outcome(call) ->> 'code', with_role, name || ' is allowed with the role') from change;
select is((select count(*)::int from farthing.blocks), 1, 'the user is blocked');
delete from farthing.blocks where kind = 'user';
update auth.users set raw_app_meta_data = '{}' where id = tests.person('olga');
select is(tests.outcome(call) - 'details', '{"code": "forbidden", "status": 403}',
  name || ' is refused once the role was taken away') from change;
select is((select count(*)::int from farthing.blocks), 0, 'a refused change changes nothing');
delete from auth.users where id = tests.person('olga');
select is(tests.outcome(call) ->> 'code', 'forbidden', name || ' is refused for a deleted operator')
from change;

-- The policy decides whether a change needs a second factor.
select is((select operator_mfa from farthing.policy), 'live',
  'by default the live mode needs a second factor');
create function pg_temp.change_is(p_setting text, p_database boolean, p_key boolean) returns text
language plpgsql as $$
declare
  v_code text;
begin
  perform farthing.set_policy(jsonb_build_object('operator_mfa', p_setting, 'livemode', p_database), 'x');
  v_code := tests.outcome(format('select mfa_check(%L)', p_key)) ->> 'code';
  raise exception using errcode = 'UNDO0';
exception when sqlstate 'UNDO0' then
  return v_code;
end
$$;
select is(array(select distinct pg_temp.change_is(setting, db, key) from unnest(array[null, false, true]) db,
    unnest(array[null, false, true]) key), array[wanted], format('%s is %s in each mode', setting, wanted))
from (values ('off', 'ok'), ('required', 'mfa_required')) s (setting, wanted);
select is(pg_temp.change_is('live', db, key), wanted,
  format('live, database %s, key %s: %s', db, key, wanted))
from (values (null, null, 'ok'), (null, false, 'ok'), (null, true, 'mfa_required'), (false, false, 'ok'),
  (true, false, 'mfa_required'), (true, true, 'mfa_required')) m (db, key, wanted);
select is(tests.outcome('select mfa_check(true)'), '{"code": "mfa_required", "status": 403}',
  'the refusal has status 403');

-- An operator without a second factor cannot set the policy that requires a second factor.
-- Otherwise there might be no operator who could change the policy back.
select isnt(tests.person('omar'), null, 'omar signs up');
update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person('omar');
create function pg_temp.set_mfa(p_value text, p_author text, p_factor boolean, p_key boolean,
  p_dry_run boolean default false, p_database boolean default null)
returns text language plpgsql as $$
declare
  v_outcome jsonb;
begin
  perform farthing.set_policy(jsonb_build_object('operator_mfa', 'off', 'livemode', p_database), 'x');
  v_outcome := tests.outcome(format('select settings_policy_set(%L, null, ''x'', %L, %L,
    p_has_second_factor => %L, p_livemode => %L)', jsonb_build_object('operator_mfa', p_value), p_dry_run,
    p_author, p_factor, p_key));
  raise exception using errcode = 'UNDO0';
exception when sqlstate 'UNDO0' then
  return v_outcome ->> 'code';
end
$$;
select is(pg_temp.set_mfa(value, author, factor, key, dry_run, db), wanted,
  format('%s sets %s, factor %s, key live %s, database live %s, dry run %s: %s', split_part(author, ':', 1),
    value, factor, key, db, dry_run, wanted))
from (select 'operator:' || tests.person('omar')) o (omar), lateral (values
  ('required', omar, false, false, false, null, 'mfa_required'),
  ('required', omar, false, false, true, null, 'mfa_required'),
  ('required', omar, null, null, false, null, 'mfa_required'),
  ('required', omar, true, false, false, null, 'ok'), ('required', omar, true, false, true, null, 'ok'),
  ('required', 'key:default', false, true, false, null, 'ok'),
  ('live', omar, false, true, false, null, 'mfa_required'),
  ('live', omar, false, true, true, null, 'mfa_required'),
  ('live', omar, false, false, false, true, 'mfa_required'),
  ('live', omar, false, false, false, false, 'ok'), ('live', omar, false, null, false, null, 'ok'),
  ('live', omar, true, true, false, null, 'ok'), ('live', 'key:default', false, true, false, null, 'ok'),
  ('off', omar, false, true, false, true, 'ok'), ('', omar, false, true, false, true, 'invalid_request'))
  c (value, author, factor, key, dry_run, db, wanted);
select tests.fails_with(format($$ select settings_policy_set(
    '{"operator_mfa": "required", "low_balance": "1"}', null, 'x', false, 'operator:%s') $$,
    tests.person('omar')), 'mfa_required', 'changes.operator_mfa',
  'without the argument an operator counts as one without a second factor');
select is((select operator_mfa from farthing.policy), 'live', 'a refused change changes nothing');
select is((settings_policy_set('{"low_balance": "7"}', null, 'x', false,
  'operator:' || tests.person('omar'), p_livemode => true) #>> '{data,dry_run}'), 'false',
  'other settings need no second factor here');

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
