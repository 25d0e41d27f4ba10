-- T30, M8: what nobody works off, and that nothing runs at all, is an alert, whoever is to blame.

begin;
\ir ../helpers/story.psql
\ir ../helpers/alerts.psql
\ir ../helpers/chats.psql
\ir ../helpers/tasks.psql
select plan(57);

update farthing.alert_rules set resolves_after = '0', enabled = rule in ('overdue_work', 'tasks_stopped');

-- Notifications of an alert are sent at once.
create function pg_temp.alerts(p_passed interval) returns text language plpgsql as $$
begin
  delete from farthing.notices where template = 'alert';
  return tests.alerts(p_passed);
end
$$;

-- Each kind of work is overdue a quarter of an hour after it is due, and no task runs.
select is(pg_temp.alerts('0'), 'nothing', 'where there is no work, none is overdue');
select isnt(tests.give(name, '1000'), null, name || ' has 1000') from unnest(array['ann', 'bob', 'cid']) name;
select is(farthing.seal(tests.after()), 3, 'all is sealed');

select isnt(tests.hold('ann', '10', 60), null, 'ann holds 10 for a minute');
select is(pg_temp.alerts('16 min'), 'nothing', 'a quarter of an hour later nobody is notified');
select is(pg_temp.alerts('16 min 1 s'), 'overdue_work open', 'then a hold is overdue');
select is((select summary from farthing.incidents where state = 'open'),
  'The oldest hold is overdue by 15 minutes. Scheduled tasks do not keep up.', 'it is named');
select is(farthing.sweep_accounts(tests.after('17 min')), 1, 'the hold is released');
select is(pg_temp.alerts('17 min'), 'nothing', 'and the alert ends');

select isnt(tests.give('ann', '10', '20 minutes', '17 min'), null, 'ann has 10 for three minutes more');
select is(farthing.seal(tests.after('35 min')), 1, 'that is sealed');
select is(pg_temp.alerts('35 min'), 'nothing', 'for a quarter of an hour after them nobody is notified');
select is(pg_temp.alerts('35 min 1 s'), 'overdue_work open', 'then a lot is overdue');
select farthing.park_item('sweep_accounts', 'account', (select account_id::text from farthing.accounts
  where owner_id = tests.person('ann')), '22012', tests.after('35 min'));
select is(pg_temp.alerts('36 min'), 'nothing', 'a parked item has an alert of its own');
select is(farthing.sweep_accounts(tests.after('37 min')), 1, 'the lot is expired');
select is_empty('select * from farthing.parked_items', 'and no longer parked');

select is(farthing.seal(tests.after('37 min')), 1, 'all is sealed');
select isnt(tests.begin_chat('bob', 'bob', '40 min'), null, 'bob begins a chat');
select is(pg_temp.alerts('56 min'), 'nothing',
  'for a minute it is not silent, for a quarter of an hour not overdue');
select is(pg_temp.alerts('56 min 1 s'), 'overdue_work open', 'then a chat is overdue');
select is(farthing.sweep_chats(tests.after('57 min')), 1, 'the chat is closed');
select is(farthing.sweep_accounts(tests.after('57 min')), 0, 'with its hold');
select is(pg_temp.alerts('57 min'), 'nothing', 'and the alert ends');

select isnt(tests.give('cid', '10', null, '1 hour'), null, 'cid has 10 more');
select is(pg_temp.alerts('75 min'), 'nothing', 'an entry may wait for its seal');
select is(pg_temp.alerts('75 min 1 s'), 'overdue_work open', 'but not for longer');
update farthing.tasks set last_run_at = tests.after('70 min'), last_count = 60000 where task = 'seal';
select is(pg_temp.alerts('76 min'), 'overdue_work open', 'nor where sealing does not keep up');
update farthing.tasks set last_count = 59999 where task = 'seal';
select is(pg_temp.alerts('77 min'), 'nothing',
  'where it has lately sealed all there was, none is looked for');
update farthing.tasks set last_run_at = null, last_count = null where task = 'seal';
select is(farthing.seal(tests.after('78 min')), 1, 'it is sealed');

delete from farthing.notices;
select is(farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('cid')),
  'low_balance', 'x', '{}', tests.after('2 hours')), true, 'cid is to be sent an email');
select is(pg_temp.alerts('3 hours'), 'nothing', 'it waits in a project that never sent an email');
select isnt(tests.measures('2 hours', 'notices', 'channel=email,outcome=sent', 1), null, 'once one was sent');
select is(pg_temp.alerts('3 hours'), 'overdue_work open', 'a notification is overdue');
delete from farthing.notices;
select is(pg_temp.alerts('3 hours 1 min'), 'nothing', 'until it is sent');

-- Nothing runs: whoever hands over metrics says so.
create function pg_temp.hands_over(p_passed interval) returns text language sql as $$
  select metrics_record(gen_random_uuid(), 0, '[]', tests.after(p_passed));
  select coalesce(string_agg(concat_ws(' ', rule, state), ', '), 'nothing') from farthing.incidents
  where state <> 'resolved'
$$;
select farthing.begin_run(tests.after('4 hours'));
update farthing.tasks set last_ok_at = tests.after('4 hours') where task = 'evaluate_alerts';
-- An email that nobody sends, as in a project without a mail service.
select is(farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('cid')),
  'low_balance', 'y', '{}', tests.after('4 hours')), true, 'an email waits');
create table pg_temp.woken (target text);
create or replace function farthing.wake(p_function text) returns boolean language sql
set search_path = 'pg_temp' as 'insert into woken values (p_function) returning true';
select is(farthing.runner_silence(tests.after('4 hours 5 min')), '5 minutes',
  'the silence since the last run');
select is(pg_temp.hands_over('4 hours 5 min'), 'nothing', 'for five minutes nobody is notified');
select is(pg_temp.hands_over('4 hours 5 min 1 s'), 'tasks_stopped pending',
  'a server that starts gets two more');
select is(pg_temp.hands_over('4 hours 7 min 1 s'), 'tasks_stopped open', 'T30: then no scheduled task runs');
select is((select array_agg(recipient order by recipient) from farthing.notices where template = 'alert'
  and data ->> 'rule' = 'tasks_stopped'), '{operators,webhook}', 'and operators are notified');
select is(pg_temp.hands_over('5 hours'), 'tasks_stopped open', 'once');
select is((select summary from farthing.incidents where rule = 'tasks_stopped'),
  'No scheduled task, or none that evaluates alerts, has run for 60 minutes.', 'and for how long');
select is((select count(*)::int from pg_temp.woken where target = 'notification-runner'), 3,
  'its runner is woken each time, though another email waits');
delete from farthing.notices;
select is(pg_temp.alerts('5 hours 1 min'), 'nothing', 'the first run that looks at alerts ends it');

-- Runs go on, and none evaluates alerts.
update farthing.tasks set last_ok_at = tests.after('6 hours') where task = 'evaluate_alerts';
select farthing.begin_run(tests.after('6 hours 6 min'));
select is(farthing.unwatched_for(tests.after('6 hours 6 min')), '6 minutes',
  'nobody has watched for so long');
select is(pg_temp.hands_over('6 hours 6 min'), 'tasks_stopped pending', 'it is noticed');
update farthing.tasks set last_ok_at = tests.after('6 hours 6 min') where task = 'evaluate_alerts';

-- A fresh installation: no run ever.
update farthing.task_runner set ran_at = null, installed_at = tests.after('6 hours');
select is(farthing.runner_silence(tests.after('6 hours 4 min')), '4 minutes',
  'a new project has missed nothing');
update farthing.task_runner set installed_at = now();
select is((health_database() ->> 'runs_tasks'), 'true', 'and health says so');

-- Heads, which leave the database each hour.
delete from farthing.notices;
update farthing.alert_rules set enabled = rule = 'overdue_work';
select isnt(farthing.anchor(tests.after('20 days 7 min')), null, 'a head is made');
delete from farthing.notices;
select is(pg_temp.alerts('20 days 82 min'), 'nothing', 'the next one may be a quarter of an hour late');
select is(pg_temp.alerts('20 days 82 min 1 s'), 'overdue_work open', 'and no more');
select is((select summary from farthing.incidents where state = 'open'),
  'The oldest head is overdue by 15 minutes. Scheduled tasks do not keep up.', 'it is said');
select isnt(farthing.anchor(tests.after('20 days 83 min')), null, 'it is made');
delete from farthing.notices;
select is(pg_temp.alerts('20 days 83 min'), 'nothing', 'and the alert ends');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
