-- Only ledger/functions/accounts.sql and the predicate of row level security may read an account's owner.
-- Other functions may show the owner as user_id, and must not read the owner for any other purpose.

begin;
select plan(5);

create schema guards;

-- The objects that read owner_id for a purpose other than showing it: functions, views, policies, and
-- conditions of triggers.
create view guards.owner_readers as
select name from (
  select format('%s.%s', p.pronamespace::regnamespace, p.proname) as name, p.prosrc as source from pg_proc p
  where p.prolang <> (select oid from pg_language where lanname = 'c')
  union all
  select c.oid::regclass::text, pg_get_viewdef(c.oid) from pg_class c where c.relkind in ('v', 'm')
  union all
  select format('%s on %s', p.polname, p.polrelid::regclass), concat(pg_get_expr(p.polqual, p.polrelid),
    pg_get_expr(p.polwithcheck, p.polrelid)) from pg_policy p
  union all
  select format('%s on %s', t.tgname, t.tgrelid::regclass), pg_get_triggerdef(t.oid) from pg_trigger t
  where t.tgqual is not null) o
where (name like '%farthing.%' or name like '%farthing_public.%')
  and regexp_replace(source, '''user_id'', (\w+\.)?owner_id\y|\yv_owner_id\y', '', 'g') ~ '\yowner_id\y';

select set_eq('select name from guards.owner_readers', array[
  'farthing.account_for', 'farthing.lock_account', 'farthing.owner_of', -- the functions that resolve an owner
  'may_see on farthing.accounts', -- the predicate of row level security
  'farthing.check_owner', -- refuses a change of an owner
  'farthing.mark_owner', -- seals a mark of the owner
  'farthing.prove_marks', 'farthing.author_problems'], -- prove the marks and the authors
  'no other object compares an owner or tests whether an owner exists');

-- The rule finds one violation of each kind.
create function farthing.compares(p_user_id uuid) returns bigint language sql as
  'select account_id from farthing.accounts where owner_id = p_user_id';
create function farthing.asks(p_account_id bigint) returns boolean language sql as
  'select owner_id is null from farthing.accounts where account_id = p_account_id';
create function farthing.shows(p_account_id bigint) returns jsonb language sql as
  'select jsonb_build_object(''user_id'', a.owner_id) from farthing.accounts a where a.account_id = $1';
create view farthing_public.own as select balance from farthing.accounts where owner_id = auth.uid();
create policy own on farthing.accounts for select using (owner_id = (select auth.uid()));
create function farthing.waits() returns trigger language plpgsql as 'begin return null; end';
create trigger left_alone after update on farthing.accounts for each row when (new.owner_id is null)
  execute function farthing.waits();

select set_has('select name from guards.owner_readers',
  $$ values ('farthing.compares'), ('farthing.asks') $$, 'the rule finds functions that read an owner');
select set_has('select name from guards.owner_readers', $$ values ('farthing_public.own') $$,
  'the rule finds a view that reads an owner');
select set_has('select name from guards.owner_readers',
  $$ values ('own on farthing.accounts'), ('left_alone on farthing.accounts') $$,
  'the rule finds a policy and a trigger''s condition that read an owner');
select set_hasnt('select name from guards.owner_readers', $$ values ('farthing.shows') $$,
  'the rule allows a function that shows an owner');

select * from finish();
rollback;
