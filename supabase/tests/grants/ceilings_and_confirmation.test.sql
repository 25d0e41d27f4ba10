-- T40, M4: operators can't grant credits to themselves, and a grant above a ceiling needs a second
-- operator.

begin;
\ir ../helpers/all_tests.psql
select plan(91);

create function pg_temp.operator(p_name text) returns text language sql as $$
  update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person(p_name);
  select 'operator:' || tests.person(p_name)
$$;
create temporary table op as
select name, tests.person(name) as id from unnest(array['ops', 'pat', 'sam']) name;
select isnt(pg_temp.operator(name), null, name || ' is an operator') from op;

create function pg_temp.grants(p_to text, p_amount text, p_by text default 'ops',
  p_passed interval default '0', p_reference text default null, p_once boolean default false,
  p_key text default null, p_source text default 'adjustment', p_terms jsonb default '{}')
returns jsonb language sql as $$
  select credits_grant(tests.person(p_to), p_amount, p_source, p_reason => 'sorry',
    p_expires_at => tests.after((p_terms ->> 'after')::interval), p_priority => (p_terms ->> 'priority')::int,
    p_idempotency_key => tests.sha256(p_key), p_fingerprint => tests.sha256('body'),
    p_reference_id => p_reference, p_once => p_once,
    p_author => coalesce('operator:' || (select id from op where name = p_by), p_by),
    p_now => tests.after(p_passed))
$$;
create function pg_temp.status_of(p_answer jsonb) returns text language sql as $$
  select concat_ws(' ', p_answer ->> 'status', p_answer #>> '{data,ceiling}',
    'duplicate ' || (p_answer #>> '{data,duplicate}'))
$$;
-- Returns the result of an operator's decision on a user's newest grant.
create function pg_temp.decided(p_to text, p_by text, p_confirm boolean default true,
  p_passed interval default '1 min') returns text language plpgsql as $$
declare
  v_grant_id uuid := (select grant_id from farthing.grants g join farthing.accounts a using (account_id)
    where a.owner_id = tests.person(p_to) order by g.created_at desc limit 1);
  v_outcome jsonb;
begin
  v_outcome := tests.outcome(format('select grants_decide(%L, %L, p_author => %L, p_now => %L)', v_grant_id,
    p_confirm, coalesce('operator:' || (select id from op where name = p_by), p_by), tests.after(p_passed)));
  return case v_outcome ->> 'code' when 'ok' then (select status from farthing.grants
    where grant_id = v_grant_id) else concat_ws(' ', v_outcome ->> 'code', v_outcome ->> 'status',
    coalesce(v_outcome #>> '{details,limit}', v_outcome #>> '{details,status}')) end;
end
$$;
create function pg_temp.refused(p_to text, p_amount text, p_by text default 'ops',
  p_reference text default null, p_once boolean default false, p_source text default 'adjustment',
  p_terms jsonb default '{}') returns text language sql as $$
  select concat_ws(' ', o ->> 'code', o ->> 'status', o ->> 'field', o #>> '{details,limit}',
    o #>> '{details,differs}')
  from tests.outcome(format(
    'select pg_temp.grants(%L, %L, %L, p_reference => %L, p_once => %L, p_source => %L, p_terms => %L)', p_to,
    p_amount, p_by, p_reference, p_once, p_source, p_terms)) o
$$;

-- Nobody can grant credits to themselves.
select is(pg_temp.refused('ops', '1'), 'grant_not_allowed 403 self',
  'an operator cannot grant to themselves');
select is(pg_temp.refused('ops', '1', 'owner'), 'grant_not_allowed 403 self',
  'a user cannot grant to themselves');
select is(pg_temp.status_of(pg_temp.grants('ops', '1', 'pat')), '201',
  'another operator may grant to an operator');
select is((select string_agg(author, ' ') from farthing.entries), 'operator:' || tests.person('pat'),
  'the granting operator is the author');

-- An operator has lost the role, but the token still contains it.
select lives_ok($$ update auth.users set raw_app_meta_data = '{}' where id = tests.person('sam') $$,
  'sam loses the role');
select is(pg_temp.refused('ann', '1', 'sam'), 'forbidden 403', 'an operator without the role cannot grant');
select is(pg_temp.refused('ann', '1', 'operator:' || tests.person('nobody')), 'forbidden 403',
  'a user who never had the role cannot grant');
select is((tests.outcome(format('select refunds_begin(gen_random_uuid(), p_author => %L)',
  'operator:' || tests.person('sam')))) ->> 'code', 'forbidden',
  'an operator without the role cannot refund');
select isnt(pg_temp.operator('sam'), null, 'sam gets the role again');

-- An operator's id is accepted in only one spelling. Any other spelling would count as a different
-- author, with ceilings of its own.
create temporary table spelled as
select 'operator:' || s as author from unnest(array[upper(tests.person('ops')::text),
  replace(tests.person('ops')::text, '-', ''), '{' || tests.person('ops') || '}']) s;
select is(pg_temp.refused('ann', '1', author), 'invalid_request 400 p_author',
  'a grant is refused by the author ' || author)
from spelled;
select is(pg_temp.refused('ops', '1', author), 'invalid_request 400 p_author',
  'another spelling cannot grant to the operator')
from spelled;
select is(pg_temp.refused('ann', '1', 'operator:ops'), 'forbidden 403', 'a name is not an operator');

-- The ceiling of a single grant: a grant at the ceiling, and a grant above it.
select is(pg_temp.status_of(pg_temp.grants('ann', '100000')), '201', 'a grant at the ceiling is made');
select is(pg_temp.status_of(pg_temp.grants('ann', '100000.000000000000000001', p_passed => '1 s')),
  '202 grant', 'a grant above the ceiling is pending');
select is(tests.balance('ann', '1 s'), 'balance 100000, held 0, available 100000, debt 0',
  'a pending grant adds no credits');
select is(pg_temp.decided('ann', 'ops'), 'grant_not_allowed 403 same_operator',
  'the requester cannot confirm the grant');
select is(pg_temp.decided('ann', author), 'invalid_request 400',
  'the requester cannot confirm the grant as ' || author) from spelled;
select is(pg_temp.decided('ann', 'key:default'), 'grant_not_allowed 403 key',
  'a key cannot confirm the grant');
select is(pg_temp.decided('ann', 'task:expire_grants'), 'invalid_request 400',
  'a task cannot confirm the grant');
select is(pg_temp.decided('ann', 'operator:' || tests.person('ann')), 'forbidden 403',
  'a user without the role cannot confirm the grant');
select isnt(pg_temp.operator('ann'), null, 'ann becomes an operator');
select is(pg_temp.decided('ann', 'operator:' || tests.person('ann')), 'grant_not_allowed 403 self',
  'the recipient cannot confirm the grant');
select is(pg_temp.decided('ann', 'pat'), 'granted', 'another operator confirms the grant');
select is(tests.balance('ann', '1 min'),
  'balance 200000.000000000000000001, held 0, available 200000.000000000000000001, debt 0',
  'the confirmed credits are available');
select is((select string_agg(e.author, ' ') from farthing.entries e join farthing.grants g
  on e.metadata ->> 'grant_id' = g.grant_id::text where g.decided_by = 'operator:' || tests.person('pat')),
  'operator:' || tests.person('ops'), 'the author of the credits is the requester');
select is(pg_temp.decided('ann', 'sam'), 'grant_not_pending 409 granted', 'a grant is confirmed once');
select is(pg_temp.decided('ann', 'sam', false), 'grant_not_pending 409 granted',
  'a confirmed grant cannot be declined');

-- Grants are declined, one of them by the operator who requested it, and other grants expire.
select is(pg_temp.status_of(pg_temp.grants('bob', '100001')), '202 grant', 'another grant is pending');
select is(pg_temp.decided('bob', 'ops', false), 'declined', 'the requester can decline the grant');
select is(pg_temp.decided('bob', 'pat'), 'grant_not_pending 409 declined',
  'a declined grant cannot be confirmed');
select is(pg_temp.status_of(pg_temp.grants('bob', '100001', p_passed => '1 min')), '202 grant',
  'a third grant is pending');
select is(pg_temp.decided('bob', 'pat', true, '3 days 1 min'), 'grant_not_pending 409 expired',
  'a grant cannot be confirmed after three days');
select is(grants_list('expired', p_now => tests.after('3 days 1 min')) #>> '{grants,0,status}', 'expired',
  'a grant is shown as expired before the task runs');
select is(grants_list('pending', p_now => tests.after(passed)) #>> '{grants,0,user_id}', shown,
  format('%s after the requests the newest pending grant is that of %s', passed, coalesce(shown, 'nobody')))
from (values ('3 days'::interval, tests.person('bob')::text), ('3 days 1 min', null)) p (passed, shown);
select is((select string_agg(distinct g ->> 'user_id', ' ') from jsonb_array_elements(
  grants_list(p_user_id => tests.person('bob')) -> 'grants') g), tests.person('bob')::text,
  'grants are listed by user');
select is(farthing.expire_grants(tests.after('3 days 59 s')), 0,
  'the task leaves grants that may still be confirmed');
select is(farthing.expire_grants(tests.after('3 days 1 min')), 1, 'the task marks the expired grant');
select is(tests.balance('bob'), 'balance 0, held 0, available 0, debt 0',
  'the declined and expired grants added no credits');

-- A day (UTC) has a ceiling for each operator, and a ceiling for all operators together.
select is(pg_temp.status_of(pg_temp.grants('cyn', '100000', p_passed => '4 days')), '201',
  'grants of a new day are made up to the ceiling, grant ' || nr)
from generate_series(1, 5) nr;
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', p_passed => '4 days')), '202 author_day',
  'the ceiling of the operator''s day is reached');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', 'pat', '4 days')), '201',
  'another operator has their own ceiling');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', p_passed => '4 days 23:59:59.999999')),
  '202 author_day', 'the ceiling applies until the last moment of the day');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', p_passed => '5 days')), '201',
  'the next day has a new ceiling');
select lives_ok($$ select farthing.set_policy('{"grant_ceiling_day": 500000}', 'a test') $$,
  'the ceiling of all grants of a day is lowered');
select is(pg_temp.status_of(pg_temp.grants('cyn', '100000', 'pat', '5 days')), '201',
  'pat makes a grant within the ceiling of the day, grant ' || nr)
from generate_series(1, 4) nr;
select is(pg_temp.status_of(pg_temp.grants('cyn', '99999', 'pat', '5 days')), '201',
  'grants are made up to the ceiling of the day');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', 'sam', '5 days 1 s')), '202 day',
  'a grant above the ceiling of the day is pending');
select is(pg_temp.decided('cyn', 'pat', true, '5 days 2 s'), 'granted',
  'another operator confirms the pending grant');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', 'sam', '5 days 3 s')), '202 day',
  'a confirmed grant does not count towards a ceiling');

-- The policy decides whether the ceilings bind secret keys, and whether keys may confirm grants. A
-- grant above the ceiling of one grant is recorded, even if the ceilings do not bind its author.
select is(pg_temp.status_of(pg_temp.grants('dan', '100001', 'key:default')), '201',
  'the ceilings do not bind a key');
select is((select format('%s %s', status, ceiling) from farthing.grants where author = 'key:default'),
  'granted grant', 'a grant by a key above the ceiling of one grant is recorded');
select lives_ok($$ select farthing.set_policy('{"grant_ceilings_bind_keys": true,
  "keys_confirm_grants": true}', 'a test') $$, 'the policy binds keys and lets keys confirm');
select is(pg_temp.status_of(pg_temp.grants('dan', '100001', 'key:default', '1 s')), '202 grant',
  'a grant by a bound key is pending');
select is(pg_temp.decided('dan', 'key:other'), 'granted', 'another key confirms the grant');

-- p_once: credits are granted only once per reference, however much later the grant is repeated.
select lives_ok($$ select farthing.set_policy('{"grant_ceilings_bind_keys": false,
  "grant_ceiling_day": 2000000}', 'a test') $$, 'the policy does not bind keys');
select is(pg_temp.refused('eve', '5', p_once => true), 'invalid_request 400 reference_id',
  'p_once requires a reference');
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', p_reference => 'welcome',
  p_once => true, p_key => 'k')), '201', 'a reference grants for the first time');
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', '25 hours', 'welcome', true, 'k')),
  '200 duplicate true', 'a repeat after the key''s 24 hours does not grant again');
select is(pg_temp.refused('eve', '6', 'ops', 'welcome', true, 'promotional'),
  'reference_conflict 409 reference_id ["amount", "source"]',
  'a repeat with other terms is refused, and the terms are named');
select is(pg_temp.refused('eve', '5', 'key:default', 'welcome', true, 'adjustment', terms),
  'reference_conflict 409 reference_id ' || differs, format(
  'm2: a repeat with the terms %s is refused', terms))
from (values ('{"after": "90 days"}'::jsonb, '["expires_at"]'), ('{"priority": 1}', '["priority"]'),
  ('{"after": "1 s", "priority": 99}', '["expires_at", "priority"]')) t (terms, differs);
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', p_reference => 'welcome',
  p_once => true, p_terms => '{"priority": 100}')), '200 duplicate true',
  'a priority that is left out is 100');
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', passed, 'may', true,
  p_terms => '{"after": "30 days", "priority": 1}')), status, format(
  'm2: after %s the answer is %s', passed, status))
from (values (interval '0', '201'), ('31 days', '200 duplicate true')) t (passed, status);
select is(pg_temp.refused('eve', '5', 'key:default', 'may', true), 'reference_conflict 409 reference_id '
  '["expires_at", "priority"]', 'a repeat without the terms is refused');
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', p_reference => 'welcome')), '201',
  'without p_once a reference may grant again');
select is(pg_temp.status_of(pg_temp.grants('fay', '5', 'key:default', p_reference => 'welcome',
  p_once => true)), '201', 'another account may use the same reference');
select is(pg_temp.status_of(pg_temp.grants('eve', '100001', p_reference => 'big', p_once => true)),
  '202 grant', 'a grant with a reference above the ceiling is pending');
select is(pg_temp.status_of(pg_temp.grants('eve', '100001', 'pat', p_reference => 'big', p_once => true)),
  '202 grant duplicate true', 'a repeat of a pending grant finds that grant');
select is(pg_temp.refused('eve', '100001', 'pat', 'big', true, 'adjustment', '{"after": "1 day"}'),
  'reference_conflict 409 reference_id ["expires_at"]',
  'a repeat of a pending grant with other terms is refused');
select is(pg_temp.decided('eve', 'pat', false), 'declined', 'the pending grant is declined');
select is(pg_temp.status_of(pg_temp.grants('eve', '100001', p_passed => '2 s', p_reference => 'big',
  p_once => true)), '202 grant', 'a declined reference may be requested again');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
