-- The columns kind, owner_id and left_at of an account must always agree with each other, and one function
-- decides who may act for an account.

begin;
\ir ../helpers/all_tests.psql
select plan(45);

select isnt(tests.give(name, '10'), null, name || ' has 10') from unnest(array['ann', 'bob']) name;
insert into farthing.accounts (kind) values ('organisation');
create temporary table ids as
select (select account_id from farthing.accounts where owner_id = tests.person('ann')) as ann,
  (select account_id from farthing.accounts where owner_id = tests.person('bob')) as bob,
  (select account_id from farthing.accounts where kind = 'organisation') as club;

-- Invalid accounts, and invalid changes of accounts, are refused.
select tests.fails_with(sql, '23001', null, name) from (values
  ('a user''s account begins with its owner', 'insert into farthing.accounts (kind) values (''user'')'),
  ('and not as one that was left', 'insert into farthing.accounts (owner_id, left_at)
    values (tests.person(''cid''), now())'),
  ('an organisation''s begins without an owner', 'insert into farthing.accounts (kind, owner_id)
    values (''organisation'', tests.person(''cid''))'),
  ('nor as one that was left', 'insert into farthing.accounts (kind, left_at)
    values (''organisation'', now())'),
  ('a user''s account stays a user''s', 'update farthing.accounts set kind = ''organisation''
    where account_id = (select ann from ids)'),
  ('an organisation''s stays an organisation''s', 'update farthing.accounts set kind = ''user''
    where account_id = (select club from ids)'),
  ('nobody becomes the owner of an organisation''s account', 'update farthing.accounts
    set owner_id = tests.person(''cid'') where account_id = (select club from ids)'),
  ('not even of one that is dissolved', 'update farthing.accounts
    set owner_id = tests.person(''cid''), left_at = now() where account_id = (select club from ids)'),
  ('nobody has left while they are there', 'update farthing.accounts set left_at = now()
    where account_id = (select ann from ids)'),
  ('nobody leaves but by being deleted', 'update farthing.accounts set owner_id = null, left_at = now()
    where account_id = (select ann from ids)')) refused (name, sql);

-- Only ann may act for ann's account.
select is(farthing.account_for(tests.person('ann')), ann, 'ann can act for her account') from ids;
select is(farthing.account_for(tests.person('ann'), ann), ann,
  'ann can act for her account if she names it') from ids;
select is(farthing.acts_for(tests.person('ann'), ann), true,
  'acts_for() is true for ann''s account') from ids;
select is(
  row(farthing.account_for(tests.person('ann'), other), farthing.acts_for(tests.person('ann'), other)),
  row(null::bigint, false), 'ann acts for no ' || name)
from ids, lateral (values (bob, 'account of bob''s'), (club, 'account of an organisation'),
  (9223372036854775807, 'account that is not there')) o (other, name);
select is(farthing.acts_for(tests.person('ann'), null), false, 'ann cannot act for a null account');
select is(farthing.account_for(tests.person('cid')), null, 'a user without an account acts for no account');
select is(farthing.account_for(null), null, 'a null user acts for no account');
select is(farthing.account_for(null, club), null,
  'a null user acts for no organisation''s account') from ids;

-- is_own() is true for the author `owner`, and for the operator who owns the account.
select is(farthing.is_own(author, ann), own, format('%s is %sone of ann''s', author, case when not own
  then 'not ' else '' end))
from ids, lateral (values ('owner', true), ('operator:' || tests.person('ann'), true),
  ('operator:' || upper(tests.person('ann')::text), true),
  ('operator:{' || replace(tests.person('ann')::text, '-', '') || '}', true),
  ('operator:' || tests.person('bob'), false), ('operator:ops', false), ('key:default', false))
  a (author, own);

-- Ann is deleted.
select isnt(set_config('farthing.change', '{"author": "key:x", "reason": "another change"}', true), null,
  'the transaction has the reason of another change');
select is(tests.outcome('delete from auth.users where email = ''ann@example.com''') ->> 'code', 'ok',
  'ann is deleted');
select is(current_setting('farthing.change'), '{"author": "key:x", "reason": "another change"}',
  'the reason of the other change stays');
select is((owner_id, left_at, kind)::text, (null::uuid, now(), 'user')::text, 'the account has its left_at')
from farthing.accounts join ids on account_id = ann;
select is(farthing.account_for(tests.person('ann'), ann), null,
  'ann cannot act for the account any more') from ids;
select tests.fails_with(
  format('update farthing.accounts set left_at = %s where account_id = %s', moment, ann), '23001',
  null, 'that she has left stays, as it is: ' || moment)
from ids, unnest(array['null', 'now() + interval ''1 day''']) moment;
select tests.fails_with(format('update farthing.accounts set owner_id = %L where account_id = %s',
  tests.person('cid'), ann), '23001', null, 'the account gets no new owner') from ids;

-- An organisation is dissolved: its account closes like the account of a deleted user.
create temporary table held as select (farthing.receive(club, 'promotional', 10, 'promotion', 'promotions',
  null, null, null, null, null, 'sql:x', tests.after())).lot_id from ids;
do $$ begin
  perform farthing.allow_change('operator:ops', 'a card was saved at its desk');
  insert into farthing.customers (account_id, customer_id, payment_method_id)
  select club, 'cus_club', 'pm_club' from ids;
  perform set_config('farthing.change', '', true);
end $$;
select tests.fails_with(format('update farthing.accounts set left_at = %L where account_id = %s', moment,
  club), '23001', null, 'nobody dissolves it at no time: ' || moment)
from ids, unnest(array['infinity', '-infinity']) moment;
update farthing.accounts set left_at = now() where account_id = (select club from ids);
select is(a.reason, 'the organisation was dissolved', 'the audit has the reason of the deleted card')
from farthing.audit a, ids where a.table_name = 'customers'
  and a.row_key = jsonb_build_object('account_id', club) order by a.audit_nr desc limit 1;
select is(balance, 0.0, 'the credits of a dissolved organisation go to breakage')
from farthing.accounts join ids on account_id = club;
select is(salt, null,
  'the mark of the organisation''s account is '
  'deleted') from farthing.owner_marks join ids on account_id = club;

-- The proof finds a change that was made while triggers were disabled.
select tests.unguarded('accounts', 'update farthing.accounts set kind = ''organisation''
  where account_id = (select bob from ids)');
select is((select array_agg(distinct rule order by rule) from farthing.prove() join ids on account_id = bob),
  '{16}', 'the proof names an organisation''s account with an owner');
create temporary table dan as select (farthing.lock_account(tests.person('dan'), tests.after())).account_id;
select tests.unguarded('accounts', 'update farthing.accounts set left_at = now()
  where account_id = (select account_id from dan)');
update farthing.owner_marks set salt = null where account_id = (select account_id from dan);
select is((select array_agg(rule) from farthing.prove() join dan using (account_id)), '{16}',
  'the proof names an account with left_at whose owner still exists');
select tests.unguarded('accounts', 'update farthing.accounts set left_at = ''infinity''
  where account_id = (select club from ids)');
select is((select array_agg(rule) from farthing.prove() join ids on account_id = club), '{16}',
  'the proof names an account with an infinite left_at');

select * from finish();
rollback;
