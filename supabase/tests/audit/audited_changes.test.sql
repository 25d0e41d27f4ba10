-- The audit (rule 19): changes are audited, some changes need a reason, and the terms of what was
-- sold never change.

begin;
\ir ../helpers/all_tests.psql
select plan(28);

create function pg_temp.last_audit() returns text language sql as $$
  select format('%s %s: %s to %s by %s for %s', table_name, row_key, before, after, author, reason)
  from farthing.audit order by audit_nr desc limit 1
$$;
select isnt(tests.give('ann', '10', '1 day'), null, 'ann has 10 credits');

-- These changes are refused without a reason.
select tests.fails_with('update farthing.policy set top_up_smallest = 60', '23001', null,
  'the policy cannot be changed without a reason');
select lives_ok($$ select farthing.set_policy('{"top_up_smallest": 60}', 'the bank asks for it') $$,
  'the policy is changed with a reason');
select is((select top_up_smallest from farthing.policy), 60::bigint, 'the policy has the new value');
select is(after -> 'top_up_smallest', '60',
  'the audit row has the value after the change') from farthing.audit order by audit_nr desc limit 1;
select is(before -> 'top_up_smallest', '50',
  'the audit row has the value before the change') from farthing.audit order by audit_nr desc limit 1;
select is(format('%s, %s', author, reason), format('sql:%s, the bank asks for it', session_user),
  'the audit row has the author and the reason') from farthing.audit order by audit_nr desc limit 1;
select is(updated_by, 'sql:' || session_user,
  'the policy names the author of its last change') from farthing.policy;
select tests.fails_with($$ select farthing.set_policy('{"no_such": 1}', 'x') $$, '42703', null,
  'an unknown column of the policy is refused');
select set_config('farthing.change', '', true);
select tests.fails_with('update farthing.accounts set daily_cap = 5', '23001', null,
  'a cap cannot be changed without a reason');
select is(spend_caps_set(tests.person('ann'), '5', p_now => tests.after()) ->> 'status', '200',
  'the RPC function of caps gives a reason');
select is(pg_temp.last_audit(), format('accounts {"account_id": %s}: {"daily_cap": null} to {"daily_cap": '
  '5.000000000000000000} by %s for a daily cap was set', account_id, 'sql:' || session_user),
  'the audit row has the cap before and after the change') from farthing.accounts;

-- These changes need no reason, and are audited.
select set_config('farthing.change', '', true);
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd)
values ('new', 1, 1, 2);
select is(pg_temp.last_audit() ~ 'rates {"model": "new", "version": 1}:  to .*"markup": 4.0000', true,
  'a new rate is audited');
update farthing.packages set active = false where name = 'Starter';
select is(pg_temp.last_audit() ~ 'packages .*"active": true.* to .*"active": false', true,
  'a package that is taken off sale is audited');

-- The audit always writes intervals in the same format, whatever the settings of the database
-- session are.
set local intervalstyle = 'iso_8601';
select lives_ok($$ select farthing.set_policy('{"top_up_cool_down": "26:00:00"}', 'one by one') $$,
  'the policy is changed in a session with another interval style');
select is(after ->> 'top_up_cool_down', '26:00:00', 'the audit row has the usual interval style')
from farthing.audit order by audit_nr desc limit 1;
select is_empty('select * from farthing.prove_audit()',
  'the proof finds no difference in the session with another interval style');
set local intervalstyle = 'postgres';
select is_empty('select * from farthing.prove_audit()', 'the proof finds no difference in a usual session');

-- Rows of the audit can be neither changed nor deleted. In three other tables no row can be
-- deleted: the list of audited tables, the list of triggers that must exist (farthing.guards), and
-- the policy.
select tests.fails_with(sql, '23001', null, sql) from unnest(array['update farthing.audit set reason = null',
  'delete from farthing.audit', 'truncate farthing.audit', 'delete from farthing.audited',
  'delete from farthing.guards', 'delete from farthing.policy']) sql;

-- An account loses its owner only when its user is deleted.
select tests.fails_with('update farthing.accounts set owner_id = null', '23001', null,
  'an account''s owner cannot be removed');
select tests.fails_with(format('update farthing.accounts set owner_id = %L', tests.person('bob')), '23001',
  null, 'an account''s owner cannot be replaced');
delete from auth.users where id = (select tests.person('ann'));
select is(owner_id, null, 'deleting a user needs no reason') from farthing.accounts;

select is_empty($$ select table_name, trigger_name from farthing.guards
  except select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = 'farthing'::regnamespace and t.tgenabled = 'A' $$,
  'each guard exists, and also fires for a replica');
select * from finish();
rollback;
