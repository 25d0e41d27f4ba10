-- Operators: the role is read when it is used, and the policy decides whether a change needs a second factor.

begin;
\ir ../helpers/all_tests.psql
select plan(33);

-- A token says for an hour that its bearer is an operator.
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
  ('replaying all events', 'select inbox_dead(p_author => %L)', 'ok'))
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

-- The second factor.
select is((select operator_mfa from farthing.policy), 'live', 'by default the live mode needs a second factor');
create function pg_temp.needs(p_setting text, p_database boolean, p_key boolean, p_aal text) returns text
language plpgsql as $$
declare
  v_code text;
begin
  perform farthing.set_policy(jsonb_build_object('operator_mfa', p_setting, 'livemode', p_database), 'x');
  v_code := tests.outcome(format('select mfa_check(%L, %L)', p_aal, p_key)) ->> 'code';
  raise exception using errcode = 'UNDO0';
exception when sqlstate 'UNDO0' then
  return v_code;
end
$$;
select is(array_agg(pg_temp.needs(setting, db, key, aal) order by setting, db nulls first, key, aal),
  array_fill('ok'::text, array[12]), 'a second factor is always enough')
from unnest(array['live', 'required']) setting, unnest(array[null, false, true]) db,
  unnest(array[false, true]) key, unnest(array['aal2']) aal;
select is(array(select distinct pg_temp.needs('off', db, key, aal) from unnest(array[null, false, true]) db,
    unnest(array[null, false, true]) key, unnest(array[null, 'aal1']) aal), '{ok}', 'off needs no second factor');
select is(array(select distinct pg_temp.needs('required', db, key, aal) from unnest(array[null, false, true]) db,
    unnest(array[null, false, true]) key, unnest(array[null, 'aal1', 'AAL2', '']) aal), '{mfa_required}',
  'required needs it in each mode, also if the token names no level');
select is(pg_temp.needs('live', db, key, 'aal1'), wanted,
  format('live, database %s, key %s: %s', db, key, wanted))
from (values (null, null, 'ok'), (null, false, 'ok'), (null, true, 'mfa_required'), (false, false, 'ok'),
  (true, false, 'mfa_required'), (true, true, 'mfa_required')) m (db, key, wanted);
select is(tests.outcome($$ select mfa_check('aal1', true) $$), '{"code": "mfa_required", "status": 403}',
  'the refusal has status 403');

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
