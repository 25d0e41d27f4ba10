-- Scheduled tasks: the due tasks run one after the other. A task or an item that fails does not delay the
-- others (T30).

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
\ir ../helpers/chats.psql
\ir ../helpers/tasks.psql
select plan(74);

create trigger poison before update on farthing.chats for each row execute function
  tests.refuse_poisoned('hold_id');
create trigger poison before update on farthing.holds for each row execute function
  tests.refuse_poisoned('hold_id');

-- Three alert rules are disabled. The rule overdue_work would fire, because no runner sends
-- notifications here; alerts/tasks.test.sql tests this rule. The other two are about the error
-- budget, and take long to evaluate.
update farthing.alert_rules set enabled = rule not in ('overdue_work', 'budget_burn_fast',
  'budget_burn_slow');

-- Returns how many tasks become due after p_from, up to and including p_upto.
create function pg_temp.due(p_from interval, p_upto interval) returns int language sql as $$
  select count(*)::int from farthing.tasks
  where farthing.next_run(every, phase, tests.after(p_from)) <= tests.after(p_upto)
$$;

-- Each task runs when it is due, and only once.
select is(farthing.next_run(every, phase, tests.after(passed)), tests.after(due),
  format('a task every %s, at phase %s, is due after %s at %s', every, phase, passed, due))
from (values ('1 minute'::interval, '0'::interval, '0'::interval, '1 minute'::interval),
  ('1 minute', '0', '59.9 s', '1 minute'), ('1 minute', '0', '3 min 1 s', '4 min'),
  ('1 hour', '17 min', '10 min', '17 min'), ('1 hour', '17 min', '17 min', '1 hour 17 min'),
  ('15 minutes', '0', '44 min', '45 min')) t (every, phase, passed, due);
select is(tests.runs_tasks('1 hour'), (select count(*)::int from farthing.tasks),
  'after a long time each task runs once');
select is(tests.runs_tasks('1 hour'), 0, 'no task runs a second time');
select is(tests.runs_tasks('1 hour 1 min'), (select count(*)::int from farthing.tasks
  where every = '1 minute'), 'the tasks of every minute run a minute later');
select is(tests.runs_tasks('1 hour 5 min'), pg_temp.due('1 hour 1 min', '1 hour 5 min'),
  'the tasks of every five minutes run five minutes later');
update farthing.tasks set enabled = task = 'seal';
select is(tests.runs_tasks('1 hour 6 min'), 1, 'a disabled task does not run');
update farthing.tasks set enabled = true;
select is((select array_agg(task order by task) from farthing.tasks
  where failures > 0 or started_at is not null),
  null, 'no task has failed or is still started');
select is_empty('select * from farthing.task_failures', 'a successful run has no history');
select is((select last_run_at from farthing.tasks where task = 'seal'), tests.after('1 hour 6 min'),
  'the task''s row has the time of its last run');

-- Trap T30: a task that raises an error does not stop the other tasks.
create function farthing.break_down(p_now timestamptz) returns int language plpgsql set search_path = '' as $$
begin
  insert into farthing.task_failures (task, failed_at, error) values ('half done', p_now, 'none');
  raise division_by_zero;
end
$$;
select farthing.add_task('break_down', '1 minute', p_budget => '1 second');
update farthing.tasks set next_due_at = tests.after('2 hours') where task = 'break_down';
select is(tests.runs_tasks('2 hours'), (select count(*)::int from farthing.tasks),
  'T30: a task raises an error before all others');
select is((select array_agg(task) from farthing.tasks
  where last_run_at is distinct from tests.after('2 hours')
  or failures > 0), '{break_down}', 'T30: the other tasks run nevertheless');
select results_eq('select task, failed_at, error from farthing.task_failures',
  $$ values ('break_down', tests.after('2 hours'), '22012') $$,
  'T30: the failure is in the history, and the writes of the task are undone');
select is(tests.alerts('2 hours'), 'nothing', 'one failure opens no incident');
select is(tests.runs_tasks_until('2 hours 1 min', '2 hours 6 min'), 'task_failed open',
  'T30: the third failure in a row opens an incident');
select is((select summary from farthing.incidents where rule = 'task_failed'),
  'The scheduled task break_down failed 3 times in a row, last with 22012.', 'the summary names the task');
select is((select array_agg(extract(minute from failed_at)::int order by failed_at)
  from farthing.task_failures), array[0, 1, 3], 'the backoff grows with each failure');
select is(tests.runs_tasks_until('2 hours 7 min', '3 hours'), 'task_failed open',
  'the task continues to fail');
select is((select count(*)::int from farthing.task_failures
  where failed_at > tests.after('2 hours 20 min')), 3,
  'a task that keeps failing runs every 15 minutes');
create or replace function farthing.break_down(p_now timestamptz) returns int language sql
set search_path = '' as 'select 1';
select is(tests.runs_tasks_until('4 hours', '4 hours 6 min'), 'nothing',
  'the incident ends when the task works again');
select farthing.next_task(tests.after('4 hours 26 min'));
select is((select count(*)::int from farthing.tasks where started_at is not null), 1,
  'a session ends while a task runs');
select is(tests.runs_tasks('4 hours 27 min'), pg_temp.due('4 hours 6 min', '4 hours 27 min') - 1,
  'T30: the next run does the other tasks');
select is((select array_agg(error) from farthing.task_failures
  where failed_at = tests.after('4 hours 27 min')),
  '{session_lost}', 'the next run counts a failure of the interrupted task');
select is(tests.runs_tasks_until('4 hours 28 min', '4 hours 31 min'), 'nothing',
  'a single lost session opens no incident');
delete from farthing.tasks where task = 'break_down';

-- Trap T30: a chat that can't be closed, among other chats.
select isnt(tests.give(name, '1000'), null, name || ' has 1000 credits')
from unnest(array['ann', 'bob', 'cid', 'dan', 'eve']) name;
select isnt(tests.begin_chat(name, name, '5 hours'), null, name || ' begins a chat')
from unnest(array['ann', 'bob', 'cid']) name;
insert into tests.poisoned select tests.chat_id('bob');
select is(tests.runs_tasks_until('5 hours 1 min', '5 hours 4 min'), 'parked_items open',
  'T30: a chat that cannot be closed opens an incident');
select is((select summary from farthing.incidents where rule = 'parked_items'),
  format('1 item parked: chat %s of close_abandoned_chats (P0001).', tests.chat_id('bob')),
  'T30: the summary names the task, the kind and the item');
select is(tests.chat(tests.chat_id(name)), 'released, hold released, charged 0',
  'T30: ' || name || '''s chat is closed')
from unnest(array['ann', 'cid']) name;
select results_eq('select tests.parked()', array['chat of close_abandoned_chats: 3, P0001'],
  'the chat is retried with a growing backoff');
select is((select failures from farthing.tasks where task = 'close_abandoned_chats'), 0,
  'the task itself has not failed');

-- Trap T30: a hold that can't be released, beside other holds.
select isnt(tests.hold(name, '10', 60, '5 hours'), null, name || ' holds 10 credits') from unnest(array['dan',
  'eve']) name;
insert into tests.poisoned select hold_id from farthing.holds join farthing.accounts using (account_id)
where owner_id = tests.person('dan');
select is(tests.runs_tasks_until('5 hours 5 min', '5 hours 13 min'), 'parked_items open',
  'T30: an account whose hold cannot be released is parked and not overdue');
select is((select status from farthing.holds join farthing.accounts using (account_id)
  where owner_id = tests.person('eve')), 'released', 'T30: the hold of another account is released');
select results_eq($$ select item_kind, item_id from farthing.parked_items where task = 'expire_credits' $$,
  $$ select 'account', account_id::text from farthing.accounts where owner_id in (tests.person('dan'),
    tests.person('bob')) order by account_id $$,
  'T30: both accounts are parked, bob''s because the hold of his chat has expired');
delete from tests.poisoned;
select is(tests.runs_tasks_until('6 hours', '6 hours 6 min'), 'nothing',
  'the incident ends when the items work again');
select is_empty('select * from farthing.parked_items', 'no item is parked any more');
select is(tests.balance('dan', '7 hours'), 'balance 1000, held 0, available 1000, debt 0',
  'the held credits are available again');

-- One subtransaction handles up to a hundred items. If an item fails, the work of the others is not undone.
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
select is(pg_temp.works('8 hours'), 247, 'all but three of 250 items are done');
select is((select max(worked) from tests.items), 1, 'no item is done twice');
select results_eq('select tests.parked()', array['item of some_task: 1, 22012',
  'item of some_task: 1, 22012'],
  'two items are parked, and the item that was locked is not');
select is(pg_temp.works('8 hours 30 s'), 0, 'a parked item waits for its backoff');
select is(pg_temp.works('8 hours 1 min'), 0, 'the item fails again');
select is((select array_agg(distinct attempts) from farthing.parked_items), '{2}',
  'the item has two attempts');
delete from tests.items where id = 42;
create or replace function farthing.work_on(p_id text, p_now timestamptz) returns int language sql
set search_path = '' as 'update tests.items set worked = 1 where id = p_id::int; select 1';
select is(pg_temp.works('8 hours 3 min'), 2, 'the items are done when they work again');
select results_eq('select item_id from farthing.parked_items', array['42'],
  'the items that were done are not parked any more');
select is(pg_temp.works('11 hours 2 min'), 0, 'no item is left');
select is_empty('select * from farthing.parked_items',
  'a parked item that is no longer due is deleted');
select farthing.park_item('some_task', 'item', '44', '22012', tests.after('11 hours'));
create or replace function farthing.work_on(p_id text, p_now timestamptz) returns int language plpgsql
set search_path = '' as 'begin raise lock_not_available; end';
update tests.items set worked = 0 where id = 44;
select is(pg_temp.works('11 hours 2 min'), 0, 'a parked item is locked by another transaction');
select results_eq('select tests.parked()', array['item of some_task: 1, 22012'],
  'the locked item stays parked');
create or replace function farthing.work_on(p_id text, p_now timestamptz) returns int language sql
set search_path = '' as 'update tests.items set worked = 1 where id = p_id::int; select 1';
select set_config('farthing.deadline', '2020-01-01', true);
update tests.items set worked = (id <> 44)::int;
select is(pg_temp.works('11 hours 3 min'), 0, 'after its time budget a task retries no parked item');
select results_eq('select tests.parked()', array['item of some_task: 1, 22012'], 'the item stays parked');
delete from farthing.parked_items;
update tests.items set worked = 0;
select set_config('farthing.deadline', '2020-01-01', true);
select is(pg_temp.works('12 hours'), 1, 'after its time budget a task begins no second item');
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
select ok(pg_temp.works('12 hours') between 1 and 20,
  'a task works on as many slow items as its time budget allows');
select ok(clock_timestamp() < current_setting('farthing.deadline')::timestamptz + interval '0.3 s',
  'a failing item does not extend the run beyond the time budget');
select set_config('farthing.deadline', '', true);

-- The server's time was a day ahead and was set back.
update farthing.tasks set next_due_at = tests.after('3 days');
select is(tests.runs_tasks('2 days'), (select count(*)::int from farthing.tasks), 'each task is due again');

-- If a run had no time for some tasks, the next run begins with them; the task that is overdue longest is
-- first.
update farthing.tasks set next_due_at = tests.after(case task
  when 'evaluate_alerts' then '2 days 1 min'::interval else '2 days 2 min' end);
update farthing.task_runner
set ran_at = tests.after('2 days 2 min'), ran_before_at = tests.after('2 days 2 min');
select is(farthing.next_task(tests.after('2 days 3 min')), 'evaluate_alerts',
  'the longest overdue task is first');
select is((select budget < interval '1 minute' from farthing.tasks
  where task = farthing.next_task(tests.after('2 days 3 min'), '1 minute')), true,
  'with a minute left no task with a larger budget begins');
update farthing.tasks set started_at = null, next_due_at = tests.after('2 days 3 min');

-- From PostgreSQL 17 on, a task is cancelled after twice its time budget.
select farthing.limit_run('expire_orders');
select is(current_setting('transaction_timeout', true)::interval,
  (select case when current_setting('server_version_num')::int >= 170000 then 2 * budget end
    from farthing.tasks where task = 'expire_orders'), 'a task has twice its budget');

-- The history of runs. packages/local-stack/cron tests the history that pg_cron writes.
delete from farthing.task_failures;
insert into farthing.task_failures (task, failed_at, error)
values ('old', tests.after('1 day'), '22012'), ('new', tests.after('1 day 1 s'), '22012');
select is(farthing.delete_old_runs(tests.after('8 days')), 1::bigint,
  'a failure is deleted after a week');
select results_eq('select task from farthing.task_failures', array['new'], 'a newer failure is not deleted');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
