-- Scheduled tasks: what is due runs in turn; what fails, a task or an item of it, holds up nothing (T30).

begin;
\ir ../helpers/story.psql
\ir ../helpers/alerts.psql
\ir ../helpers/chats.psql
\ir ../helpers/tasks.psql
select plan(74);

create trigger poison before update on farthing.chats for each row execute function
  tests.refuse_poisoned('hold_id');
create trigger poison before update on farthing.holds for each row execute function
  tests.refuse_poisoned('hold_id');

-- No runner sends notifications here: what is overdue has a file of its own. The burning of the error
-- budget
-- is slow to read.
update farthing.alert_rules set enabled = rule not in ('overdue_work', 'budget_burn_fast',
  'budget_burn_slow');

-- How many tasks fall due after one moment, up to another.
create function pg_temp.due(p_from interval, p_upto interval) returns int language sql as $$
  select count(*)::int from farthing.tasks
  where farthing.next_run(every, phase, tests.after(p_from)) <= tests.after(p_upto)
$$;

-- When.
select is(farthing.next_run(every, phase, tests.after(passed)), tests.after(due),
  format('every %s, %s past it, after %s: at %s', every, phase, passed, due))
from (values ('1 minute'::interval, '0'::interval, '0'::interval, '1 minute'::interval),
  ('1 minute', '0', '59.9 s', '1 minute'), ('1 minute', '0', '3 min 1 s', '4 min'),
  ('1 hour', '17 min', '10 min', '17 min'), ('1 hour', '17 min', '17 min', '1 hour 17 min'),
  ('15 minutes', '0', '44 min', '45 min')) t (every, phase, passed, due);
select is(tests.runs_tasks('1 hour'), (select count(*)::int from farthing.tasks),
  'after a long time each task is due, once');
select is(tests.runs_tasks('1 hour'), 0, 'and none a second time');
select is(tests.runs_tasks('1 hour 1 min'), (select count(*)::int from farthing.tasks
  where every = '1 minute'), 'a minute later those that are due each minute');
select is(tests.runs_tasks('1 hour 5 min'), pg_temp.due('1 hour 1 min', '1 hour 5 min'),
  'and with them, later, those of five minutes');
update farthing.tasks set enabled = task = 'seal';
select is(tests.runs_tasks('1 hour 6 min'), 1, 'one that is disabled is not run');
update farthing.tasks set enabled = true;
select is((select array_agg(task order by task) from farthing.tasks
  where failures > 0 or started_at is not null),
  null, 'all went well, and none is under way');
select is_empty('select * from farthing.task_failures', 'a successful run is in no history');
select is((select last_run_at from farthing.tasks where task = 'seal'), tests.after('1 hour 6 min'),
  'its own row says when it last ran');

-- T30: a task that raises.
create function farthing.break_down(p_now timestamptz) returns int language plpgsql set search_path = '' as $$
begin
  insert into farthing.task_failures (task, failed_at, error) values ('half done', p_now, 'none');
  raise division_by_zero;
end
$$;
select farthing.add_task('break_down', '1 minute', p_budget => '1 second');
update farthing.tasks set next_due_at = tests.after('2 hours') where task = 'break_down';
select is(tests.runs_tasks('2 hours'), (select count(*)::int from farthing.tasks),
  'T30: a task raises, the first of all');
select is((select array_agg(task) from farthing.tasks
  where last_run_at is distinct from tests.after('2 hours')
  or failures > 0), '{break_down}', 'T30: and the others run all the same');
select results_eq('select task, failed_at, error from farthing.task_failures',
  $$ values ('break_down', tests.after('2 hours'), '22012') $$,
  'T30: it is in the history, and what it wrote is not');
select is(tests.alerts('2 hours'), 'nothing', 'once is chance');
select is(tests.runs_tasks_until('2 hours 1 min', '2 hours 6 min'), 'task_failed open',
  'T30: the third time in a row is an alert');
select is((select summary from farthing.incidents where rule = 'task_failed'),
  'The scheduled task break_down failed 3 times in a row, last with 22012.', 'it names the task');
select is((select array_agg(extract(minute from failed_at)::int order by failed_at)
  from farthing.task_failures), array[0, 1, 3], 'and each time it waits for longer');
select is(tests.runs_tasks_until('2 hours 7 min', '3 hours'), 'task_failed open', 'it goes on failing');
select is((select count(*)::int from farthing.task_failures
  where failed_at > tests.after('2 hours 20 min')), 3,
  'each quarter of an hour');
create or replace function farthing.break_down(p_now timestamptz) returns int language sql
set search_path = '' as 'select 1';
select is(tests.runs_tasks_until('4 hours', '4 hours 6 min'), 'nothing', 'mended, the alert ends');
select farthing.next_task(tests.after('4 hours 26 min'));
select is((select count(*)::int from farthing.tasks where started_at is not null), 1,
  'a session ends in a task');
select is(tests.runs_tasks('4 hours 27 min'), pg_temp.due('4 hours 6 min', '4 hours 27 min') - 1,
  'T30: the next run goes on with the others');
select is((select array_agg(error) from farthing.task_failures
  where failed_at = tests.after('4 hours 27 min')),
  '{session_lost}', 'and counts it as a failure');
select is(tests.runs_tasks_until('4 hours 28 min', '4 hours 31 min'), 'nothing', 'which passes');
delete from farthing.tasks where task = 'break_down';

-- T30: a chat that can't be closed, among those of others.
select isnt(tests.give(name, '1000'), null, name || ' has 1000')
from unnest(array['ann', 'bob', 'cid', 'dan', 'eve']) name;
select isnt(tests.begin_chat(name, name, '5 hours'), null, name || ' begins a chat')
from unnest(array['ann', 'bob', 'cid']) name;
insert into tests.poisoned select tests.chat_id('bob');
select is(tests.runs_tasks_until('5 hours 1 min', '5 hours 4 min'), 'parked_items open',
  'T30: a chat that cannot be closed is an alert');
select is((select summary from farthing.incidents where rule = 'parked_items'),
  format('1 item parked: chat %s of sweep_chats (P0001).', tests.chat_id('bob')),
  'T30: which names the task, the kind and the item');
select is(tests.chat(tests.chat_id(name)), 'released, hold released, charged 0',
  'T30: ' || name || '''s is closed')
from unnest(array['ann', 'cid']) name;
select results_eq('select tests.parked()', array['chat of sweep_chats: 3, P0001'],
  'it is tried again, a little later each time');
select is((select failures from farthing.tasks where task = 'sweep_chats'), 0, 'and its task has not failed');

-- T30: a hold that can't be released, of the same and of others' accounts.
select isnt(tests.hold(name, '10', 60, '5 hours'), null, name || ' holds 10') from unnest(array['dan',
  'eve']) name;
insert into tests.poisoned select hold_id from farthing.holds join farthing.accounts using (account_id)
where owner_id = tests.person('dan');
select is(tests.runs_tasks_until('5 hours 5 min', '5 hours 13 min'), 'parked_items open',
  'T30: a hold that cannot be released joins it, and nothing is called overdue');
select is((select status from farthing.holds join farthing.accounts using (account_id)
  where owner_id = tests.person('eve')), 'released', 'T30: another''s is released');
select results_eq($$ select item_kind, item_id from farthing.parked_items where task = 'sweep_accounts' $$,
  $$ select 'account', account_id::text from farthing.accounts where owner_id in (tests.person('dan'),
    tests.person('bob')) order by account_id $$,
  'T30: both accounts are parked, bob''s because his chat''s hold has run out');
delete from tests.poisoned;
select is(tests.runs_tasks_until('6 hours', '6 hours 6 min'), 'nothing', 'mended, the alert ends');
select is_empty('select * from farthing.parked_items', 'nothing is parked any more');
select is(tests.standing('dan', '7 hours'), 'balance 1000, held 0, available 1000, debt 0',
  'and what was held is free');

-- Of many items one subtransaction holds a hundred, and one that fails costs the others nothing.
create table tests.items (id int primary key, worked int not null default 0);
insert into tests.items select generate_series(1, 250);
create function farthing.work_on(p_id text, p_now timestamptz) returns int language plpgsql
set search_path = '' as $$
begin
  if p_id in ('42', '43') then
    raise division_by_zero;
  end if;
  if p_id = '44' then
    raise lock_not_available;
  end if;
  update tests.items set worked = worked + 1 where id = p_id::int;
  return 1;
end
$$;
create function pg_temp.works(p_passed interval) returns int language sql as $$
  select farthing.work_off('some_task', 'item', array(select id::text from tests.items where worked = 0
    and not farthing.is_parked('some_task', 'item', id::text, tests.after(p_passed)) order by id), 'work_on',
    tests.after(p_passed))
$$;
select is(pg_temp.works('8 hours'), 247, 'all but three of 250 items are worked off');
select is((select max(worked) from tests.items), 1, 'none twice');
select results_eq('select tests.parked()', array['item of some_task: 1, 22012',
  'item of some_task: 1, 22012'],
  'two are parked; one was in another transaction''s way');
select is(pg_temp.works('8 hours 30 s'), 0, 'a parked item waits');
select is(pg_temp.works('8 hours 1 min'), 0, 'and fails again');
select is((select array_agg(distinct attempts) from farthing.parked_items), '{2}', 'twice by now');
delete from tests.items where id = 42;
create or replace function farthing.work_on(p_id text, p_now timestamptz) returns int language sql
set search_path = '' as 'update tests.items set worked = 1 where id = p_id::int; select 1';
select is(pg_temp.works('8 hours 3 min'), 2, 'mended, it is worked off');
select results_eq('select item_id from farthing.parked_items', array['42'], 'and is parked no more');
select is(pg_temp.works('11 hours 2 min'), 0, 'nothing is left to do');
select is_empty('select * from farthing.parked_items',
  'and one that no run has met for a while is forgotten');
select farthing.park_item('some_task', 'item', '44', '22012', tests.after('11 hours'));
create or replace function farthing.work_on(p_id text, p_now timestamptz) returns int language plpgsql
set search_path = '' as 'begin raise lock_not_available; end';
update tests.items set worked = 0 where id = 44;
select is(pg_temp.works('11 hours 2 min'), 0, 'one that was parked is in another transaction''s way');
select results_eq('select tests.parked()', array['item of some_task: 1, 22012'], 'and stays parked');
create or replace function farthing.work_on(p_id text, p_now timestamptz) returns int language sql
set search_path = '' as 'update tests.items set worked = 1 where id = p_id::int; select 1';
select set_config('farthing.deadline', '2020-01-01', true);
update tests.items set worked = (id <> 44)::int;
select is(pg_temp.works('11 hours 3 min'), 0, 'past its time budget a task tries nothing that is parked');
select results_eq('select tests.parked()', array['item of some_task: 1, 22012'], 'it stays parked');
delete from farthing.parked_items;
update tests.items set worked = 0;
select set_config('farthing.deadline', '2020-01-01', true);
select is(pg_temp.works('12 hours'), 1, 'past its time budget a task begins nothing more');
select set_config('farthing.deadline', (clock_timestamp() + interval '0.3 s')::text, true);
create or replace function farthing.work_on(p_id text, p_now timestamptz) returns int language plpgsql
set search_path = '' as $$
begin
  perform pg_sleep(0.02);
  if p_id = '3' then
    raise division_by_zero;
  end if;
  update tests.items set worked = worked + 1 where id = p_id::int;
  return 1;
end
$$;
select ok(pg_temp.works('12 hours') between 1 and 20, 'slow items: as many as there is time for');
select ok(clock_timestamp() < current_setting('farthing.deadline')::timestamptz + interval '0.3 s',
  'and not many more, though one of them fails');
select set_config('farthing.deadline', '', true);

-- A clock that went a day ahead and came back.
update farthing.tasks set next_due_at = tests.after('3 days');
select is(tests.runs_tasks('2 days'), (select count(*)::int from farthing.tasks), 'each task is due again');

-- Tasks for which a run has no time go first in the next, the longest overdue first.
update farthing.tasks set next_due_at = tests.after(case task
  when 'evaluate_alerts' then '2 days 1 min'::interval else '2 days 2 min' end);
update farthing.task_runner
set ran_at = tests.after('2 days 2 min'), ran_before_at = tests.after('2 days 2 min');
select is(farthing.next_task(tests.after('2 days 3 min')), 'evaluate_alerts', 'the longest overdue is first');
select is((select budget < interval '1 minute' from farthing.tasks
  where task = farthing.next_task(tests.after('2 days 3 min'), '1 minute')), true,
  'with a minute left none begins that may take longer');
update farthing.tasks set started_at = null, next_due_at = tests.after('2 days 3 min');

-- Twice its budget is the end of a task, where the server knows such a limit (17).
select farthing.limit_run('sweep_orders');
select is(current_setting('transaction_timeout', true)::interval,
  (select case when current_setting('server_version_num')::int >= 170000 then 2 * budget end
    from farthing.tasks where task = 'sweep_orders'), 'a task has twice its budget');

-- History: pg_cron's is tested where there are runs of it (packages/local-stack/cron).
delete from farthing.task_failures;
insert into farthing.task_failures (task, failed_at, error)
values ('old', tests.after('1 day'), '22012'), ('new', tests.after('1 day 1 s'), '22012');
select is(farthing.sweep_run_history(tests.after('8 days')), 1::bigint,
  'after a week a failure is forgotten');
select results_eq('select task from farthing.task_failures', array['new'], 'and no later one');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
