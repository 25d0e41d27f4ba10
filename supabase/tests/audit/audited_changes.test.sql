-- The audit (rule 19): what may change leaves a row, or needs a reason first; what never changes is
-- refused.

begin;
\ir ../helpers/story.psql
select plan(28);

create function pg_temp.last_audit() returns text language sql as $$
  select format('%s %s: %s to %s by %s for %s', table_name, row_key, before, after, author, reason)
  from farthing.audit order by audit_nr desc limit 1
$$;
select isnt(tests.give('ann', '10', '1 day'), null, 'ann has 10');

-- With a reason, by a function, an audit row.
select tests.fails_with('update farthing.policy set top_up_smallest = 60', '23001', null,
  'the policy does not change without a reason');
select lives_ok($$ select farthing.set_policy('{"top_up_smallest": 60}', 'the bank asks for it') $$,
  'with one it does');
select is((select top_up_smallest from farthing.policy), 60::bigint, 'as was asked');
select is(after -> 'top_up_smallest', '60', 'after') from farthing.audit order by audit_nr desc limit 1;
select is(before -> 'top_up_smallest', '50', 'before') from farthing.audit order by audit_nr desc limit 1;
select is(format('%s, %s', author, reason), format('sql:%s, the bank asks for it', session_user),
  'the author and the reason') from farthing.audit order by audit_nr desc limit 1;
select is(updated_by, 'sql:' || session_user, 'the row says it, too') from farthing.policy;
select tests.fails_with($$ select farthing.set_policy('{"no_such": 1}', 'x') $$, '42703', null,
  'a figure that is not there is refused');
select set_config('farthing.change', '', true);
select tests.fails_with('update farthing.accounts set daily_cap = 5', '23001', null,
  'a cap does not change without a reason');
select is(spend_caps_set(tests.person('ann'), '5', p_now => tests.after()) ->> 'status', '200',
  'its endpoint gives one');
select is(pg_temp.last_audit(), format('accounts {"account_id": %s}: {"daily_cap": null} to {"daily_cap": '
  '5.000000000000000000} by %s for a daily cap was set', account_id, 'sql:' || session_user),
  'before and after stand in the audit') from farthing.accounts;

-- Without one, an audit row all the same.
select set_config('farthing.change', '', true);
insert into farthing.rates (model, version, input_per_million_usd, output_per_million_usd)
values ('new', 1, 1, 2);
select is(pg_temp.last_audit() ~ 'rates {"model": "new", "version": 1}:  to .*"markup": 4.0000', true,
  'a new rate says who set it');
update farthing.packages set active = false where name = 'Starter';
select is(pg_temp.last_audit() ~ 'packages .*"active": true.* to .*"active": false', true,
  'a package that is sold no longer, too');

-- Spans of time are written alike, whatever a session prefers; so they are read alike.
set local intervalstyle = 'iso_8601';
select lives_ok($$ select farthing.set_policy('{"top_up_cool_down": "26:00:00"}', 'one by one') $$,
  'the policy is changed in a session that writes spans its own way');
select is(after ->> 'top_up_cool_down', '26:00:00', 'its audit row does not')
from farthing.audit order by audit_nr desc limit 1;
select is_empty('select * from farthing.prove_audit()', 'such a session finds nothing amiss');
set local intervalstyle = 'postgres';
select is_empty('select * from farthing.prove_audit()', 'nor does another one');

-- Nobody takes an audit row back, or the list of what is audited.
select tests.fails_with(sql, '23001', null, sql) from unnest(array['update farthing.audit set reason = null',
  'delete from farthing.audit', 'truncate farthing.audit', 'delete from farthing.audited',
  'delete from farthing.guards', 'delete from farthing.policy']) sql;

-- An owner leaves by leaving.
select tests.fails_with('update farthing.accounts set owner_id = null', '23001', null,
  'nobody takes an account''s owner away');
select tests.fails_with(format('update farthing.accounts set owner_id = %L', tests.person('bob')), '23001',
  null, 'nor puts another in their place');
delete from auth.users where id = (select tests.person('ann'));
select is(owner_id, null, 'deleting a user needs no reason') from farthing.accounts;

select is_empty($$ select table_name, trigger_name from farthing.guards
  except select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = 'farthing'::regnamespace and t.tgenabled = 'A' $$,
  'each guard is there, and fires for a replica, too');
select * from finish();
rollback;
