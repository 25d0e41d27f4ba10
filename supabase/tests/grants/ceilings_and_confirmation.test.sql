-- T40, M4: nobody grants to themselves, and above a ceiling two operators agree.

begin;
\ir ../helpers/story.psql
select plan(88);

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
-- The result of an operator's decision on a user's newest grant.
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

-- To oneself.
select is(pg_temp.refused('ops', '1'), 'grant_not_allowed 403 self',
  'an operator grants nothing to themselves');
select is(pg_temp.refused('ops', '1', 'owner'), 'grant_not_allowed 403 self', 'nor does a user');
select is(pg_temp.status_of(pg_temp.grants('ops', '1', 'pat')), '201', 'another operator may');
select is((select string_agg(author, ' ') from farthing.entries), 'operator:' || tests.person('pat'),
  'and is the author');

-- One who is no operator any more, though their token still says so.
select lives_ok($$ update auth.users set raw_app_meta_data = '{}' where id = tests.person('sam') $$,
  'sam is demoted');
select is(pg_temp.refused('ann', '1', 'sam'), 'forbidden 403', 'a demoted operator grants nothing');
select is(pg_temp.refused('ann', '1', 'operator:' || tests.person('nobody')), 'forbidden 403',
  'nor does one who never was');
select is((tests.outcome(format('select refunds_begin(gen_random_uuid(), p_author => %L)',
  'operator:' || tests.person('sam')))) ->> 'code', 'forbidden', 'nor do they refund');
select isnt(pg_temp.operator('sam'), null, 'sam is one again');

-- One operator has one spelling: in another they would be another author, with ceilings of their own.
create temporary table spelled as
select 'operator:' || s as author from unnest(array[upper(tests.person('ops')::text),
  replace(tests.person('ops')::text, '-', ''), '{' || tests.person('ops') || '}']) s;
select is(pg_temp.refused('ann', '1', author), 'invalid_request 400 p_author', 'no grant by ' || author)
from spelled;
select is(pg_temp.refused('ops', '1', author), 'invalid_request 400 p_author', 'nor to themselves')
from spelled;
select is(pg_temp.refused('ann', '1', 'operator:ops'), 'forbidden 403', 'a name is no operator');

-- The ceiling of one grant: at it, and above it.
select is(pg_temp.status_of(pg_temp.grants('ann', '100000')), '201', 'a grant at the ceiling is given');
select is(pg_temp.status_of(pg_temp.grants('ann', '100000.000000000000000001', p_passed => '1 s')),
  '202 grant', 'one above it waits');
select is(tests.standing('ann', '1 s'), 'balance 100000, held 0, available 100000, debt 0',
  'and gives nothing');
select is(pg_temp.decided('ann', 'ops'), 'grant_not_allowed 403 same_operator',
  'the requester can''t confirm it');
select is(pg_temp.decided('ann', author), 'invalid_request 400', 'also not as ' || author) from spelled;
select is(pg_temp.decided('ann', 'key:default'), 'grant_not_allowed 403 key', 'nor does a key');
select is(pg_temp.decided('ann', 'task:sweep_grants'), 'invalid_request 400', 'nor a task');
select is(pg_temp.decided('ann', 'operator:' || tests.person('ann')), 'forbidden 403', 'nor a user');
select isnt(pg_temp.operator('ann'), null, 'ann becomes an operator');
select is(pg_temp.decided('ann', 'operator:' || tests.person('ann')), 'grant_not_allowed 403 self',
  'the recipient can''t confirm it');
select is(pg_temp.decided('ann', 'pat'), 'granted', 'another operator does');
select is(tests.standing('ann', '1 min'),
  'balance 200000.000000000000000001, held 0, available 200000.000000000000000001, debt 0',
  'and it is there');
select is((select string_agg(e.author, ' ') from farthing.entries e join farthing.grants g
  on e.metadata ->> 'grant_id' = g.grant_id::text where g.decided_by = 'operator:' || tests.person('pat')),
  'operator:' || tests.person('ops'), 'in the name of who asked');
select is(pg_temp.decided('ann', 'sam'), 'grant_not_pending 409 granted', 'once');
select is(pg_temp.decided('ann', 'sam', false), 'grant_not_pending 409 granted',
  'and is not declined any more');

-- Declined, also by who asked for it; and too late.
select is(pg_temp.status_of(pg_temp.grants('bob', '100001')), '202 grant', 'another one waits');
select is(pg_temp.decided('bob', 'ops', false), 'declined', 'the requester can withdraw it');
select is(pg_temp.decided('bob', 'pat'), 'grant_not_pending 409 declined', 'then nobody confirms it');
select is(pg_temp.status_of(pg_temp.grants('bob', '100001', p_passed => '1 min')), '202 grant', 'a third');
select is(pg_temp.decided('bob', 'pat', true, '3 days 1 min'), 'grant_not_pending 409 expired',
  'is not confirmed after three days');
select is(grants_list('expired', p_now => tests.after('3 days 1 min')) #>> '{grants,0,status}', 'expired',
  'and is shown as expired before any task has seen it');
select is(farthing.sweep_grants(tests.after('3 days 59 s')), 0, 'the task waits for its time');
select is(farthing.sweep_grants(tests.after('3 days 1 min')), 1, 'and marks it then');
select is(tests.standing('bob'), 'balance 0, held 0, available 0, debt 0', 'bob got nothing');

-- Ceilings of a day: of one operator, of all, by UTC.
select is(pg_temp.status_of(pg_temp.grants('cyn', '100000', p_passed => '4 days')), '201',
  'a new day, ' || nr)
from generate_series(1, 5) nr;
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', p_passed => '4 days')), '202 author_day',
  'an operator''s day is full');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', 'pat', '4 days')), '201', 'not another''s');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', p_passed => '4 days 23:59:59.999999')),
  '202 author_day', 'to its last moment');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', p_passed => '5 days')), '201', 'the next one is new');
select lives_ok($$ select farthing.set_policy('{"grant_ceiling_day": 500000}', 'a test') $$,
  'the day''s ceiling of all is used up as one operator''s is');
select is(pg_temp.status_of(pg_temp.grants('cyn', '100000', 'pat', '5 days')), '201', 'pat grants, ' || nr)
from generate_series(1, 4) nr;
select is(pg_temp.status_of(pg_temp.grants('cyn', '99999', 'pat', '5 days')), '201', 'up to the sum');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', 'sam', '5 days 1 s')), '202 day',
  'beyond it sam waits');
select is(pg_temp.decided('cyn', 'pat', true, '5 days 2 s'), 'granted', 'until pat confirms');
select is(pg_temp.status_of(pg_temp.grants('cyn', '1', 'sam', '5 days 3 s')), '202 day',
  'a confirmed grant frees no part of a ceiling');

-- Keys and SQL: bound where the policy says so, and seen above the ceiling of one grant.
select is(pg_temp.status_of(pg_temp.grants('dan', '100001', 'key:default')), '201', 'a key is not bound');
select is((select format('%s %s', status, ceiling) from farthing.grants where author = 'key:default'),
  'granted grant', 'but what it gives above the ceiling is on record');
select lives_ok($$ select farthing.set_policy('{"grant_ceilings_bind_keys": true,
  "keys_confirm_grants": true}', 'a test') $$, 'until the policy says so');
select is(pg_temp.status_of(pg_temp.grants('dan', '100001', 'key:default', '1 s')), '202 grant',
  'then it waits');
select is(pg_temp.decided('dan', 'key:other'), 'granted', 'and another key confirms, where it may');

-- A reference that grants once, for ever.
select lives_ok($$ select farthing.set_policy('{"grant_ceilings_bind_keys": false,
  "grant_ceiling_day": 2000000}', 'a test') $$, 'keys are not bound');
select is(pg_temp.refused('eve', '5', p_once => true), 'invalid_request 400 reference_id',
  'once needs a reference');
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', p_reference => 'welcome',
  p_once => true, p_key => 'k')), '201', 'a welcome is granted once');
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', '25 hours', 'welcome', true, 'k')),
  '200 duplicate true', 'and not again when the key is forgotten');
select is(pg_temp.refused('eve', '6', 'ops', 'welcome', true, 'promotional'),
  'reference_conflict 409 reference_id ["amount", "source"]', 'other contents are refused, by name');
select is(pg_temp.refused('eve', '5', 'key:default', 'welcome', true, 'adjustment', terms),
  'reference_conflict 409 reference_id ' || differs, format('m2: and so are other terms: %s', terms))
from (values ('{"after": "90 days"}'::jsonb, '["expires_at"]'), ('{"priority": 1}', '["priority"]'),
  ('{"after": "1 s", "priority": 99}', '["expires_at", "priority"]')) t (terms, differs);
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', p_reference => 'welcome',
  p_once => true, p_terms => '{"priority": 100}')), '200 duplicate true', 'a priority left out is 100');
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', passed, 'may', true,
  p_terms => '{"after": "30 days", "priority": 1}')), status, format('m2: after %s it is %s', passed, status))
from (values (interval '0', '201'), ('31 days', '200 duplicate true')) t (passed, status);
select is(pg_temp.refused('eve', '5', 'key:default', 'may', true), 'reference_conflict 409 reference_id '
  '["expires_at", "priority"]', 'leaving terms out makes others of them');
select is(pg_temp.status_of(pg_temp.grants('eve', '5', 'key:default', p_reference => 'welcome')), '201',
  'without once a reference is a note');
select is(pg_temp.status_of(pg_temp.grants('fay', '5', 'key:default', p_reference => 'welcome',
  p_once => true)), '201', 'another account has references of its own');
select is(pg_temp.status_of(pg_temp.grants('eve', '100001', p_reference => 'big', p_once => true)),
  '202 grant', 'one that waits');
select is(pg_temp.status_of(pg_temp.grants('eve', '100001', 'pat', p_reference => 'big', p_once => true)),
  '202 grant duplicate true', 'waits once');
select is(pg_temp.refused('eve', '100001', 'pat', 'big', true, 'adjustment', '{"after": "1 day"}'),
  'reference_conflict 409 reference_id ["expires_at"]', 'with its own terms alone');
select is(pg_temp.decided('eve', 'pat', false), 'declined', 'declined');
select is(pg_temp.status_of(pg_temp.grants('eve', '100001', p_passed => '2 s', p_reference => 'big',
  p_once => true)), '202 grant', 'it may be asked for again');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
