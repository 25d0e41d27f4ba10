-- T30, M8: overdue work opens an incident, whatever the cause of the delay. A period without any
-- run of the scheduled tasks opens an incident, too.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
\ir ../helpers/chats.psql
\ir ../helpers/tasks.psql
select plan(57);

update farthing.alert_rules set resolves_after = '0', enabled = rule in ('overdue_work', 'tasks_stopped');

-- Deletes the notifications of earlier calls, and then evaluates the alerts. No runner sends
-- notifications here, so the old ones would count as overdue work.
create function pg_temp.alerts(p_passed interval) returns text language plpgsql as $$
begin
  delete from farthing.notifications where template = 'alert';
  return tests.alerts(p_passed);
end
$$;

-- If no task runs, each kind of work counts as overdue a quarter of an hour after it is due.
select is(pg_temp.alerts('0'), 'nothing', 'no work is overdue where there is none');
select isnt(tests.give(name, '1000'), null, name ||
  ' has 1000 credits') from unnest(array['ann', 'bob', 'cid']) name;
select is(farthing.seal(tests.after()), 3, 'all entries are sealed');

select isnt(tests.hold('ann', '10', 60), null, 'ann holds 10 credits for a minute');
select is(pg_temp.alerts('16 min'), 'nothing', 'a hold that ended a quarter of an hour ago is not overdue');
select is(pg_temp.alerts('16 min 1 s'), 'overdue_work open', 'a hold that ended earlier is overdue');
select is((select summary from farthing.incidents where state = 'open'),
  'The oldest hold is overdue by 15 minutes. Scheduled tasks do not keep up.', 'the summary names the hold');
select is(farthing.expire_credits(tests.after('17 min')), 1, 'the task releases the hold');
select is(pg_temp.alerts('17 min'), 'nothing', 'the incident ends when the hold is released');

select isnt(tests.give('ann', '10', '20 minutes', '17 min'), null,
  'ann gets 10 credits that expire in three minutes');
select is(farthing.seal(tests.after('35 min')), 1, 'the new entry is sealed');
select is(pg_temp.alerts('35 min'), 'nothing', 'a lot that expired a quarter of an hour ago is not overdue');
select is(pg_temp.alerts('35 min 1 s'), 'overdue_work open', 'a lot that expired earlier is overdue');
select farthing.park_item('expire_credits', 'account', (select account_id::text from farthing.accounts
  where owner_id = tests.person('ann')), '22012', tests.after('35 min'));
select is(pg_temp.alerts('36 min'), 'nothing', 'a parked lot is not overdue');
select is(farthing.expire_credits(tests.after('37 min')), 1, 'the task expires the lot');
select is_empty('select * from farthing.parked_items', 'the expired lot is no longer parked');

select is(farthing.seal(tests.after('37 min')), 1, 'all entries are sealed');
select isnt(tests.begin_chat('bob', 'bob', '40 min'), null, 'bob begins a chat');
select is(pg_temp.alerts('56 min'), 'nothing',
  'a chat is not overdue until a quarter of an hour after it is abandoned');
select is(pg_temp.alerts('56 min 1 s'), 'overdue_work open', 'a chat that was abandoned earlier is overdue');
select is(farthing.close_abandoned_chats(tests.after('57 min')), 1, 'the task closes the chat');
select is(farthing.expire_credits(tests.after('57 min')), 0, 'the chat''s hold is closed with it');
select is(pg_temp.alerts('57 min'), 'nothing', 'the incident ends when the chat is closed');

select isnt(tests.give('cid', '10', null, '1 hour'), null, 'cid gets 10 more credits');
select is(pg_temp.alerts('75 min'), 'nothing', 'an entry may wait a quarter of an hour for its seal');
select is(pg_temp.alerts('75 min 1 s'), 'overdue_work open', 'an entry that waits longer is overdue');
update farthing.tasks set last_run_at = tests.after('70 min'), last_count = 60000 where task = 'seal';
select is(pg_temp.alerts('76 min'), 'overdue_work open',
  'an entry is also overdue if a recent run did not seal everything');
update farthing.tasks set last_count = 59999 where task = 'seal';
select is(pg_temp.alerts('77 min'), 'nothing',
  'no entry is searched for if a recent run sealed everything');
update farthing.tasks set last_run_at = null, last_count = null where task = 'seal';
select is(farthing.seal(tests.after('78 min')), 1, 'the entry is sealed');

delete from farthing.notifications;
select is(farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('cid')),
  'low_balance', 'x', '{}', tests.after('2 hours')), true, 'an email to cid is queued');
select is(pg_temp.alerts('3 hours'), 'nothing', 'an email of a project that never sent one is not overdue');
select isnt(tests.measures('2 hours', 'notifications', 'channel=email,outcome=sent', 1), null,
  'the project has sent an email');
select is(pg_temp.alerts('3 hours'), 'overdue_work open',
  'the email is overdue in a project that sends emails');
delete from farthing.notifications;
select is(pg_temp.alerts('3 hours 1 min'), 'nothing', 'the incident ends when no email waits');

-- No scheduled task runs, so none can open the incident. Instead, a process that reports its
-- metrics opens the incident.
create function pg_temp.hands_over(p_passed interval) returns text language sql as $$
  select metrics_record(gen_random_uuid(), 0, '[]', tests.after(p_passed));
  select coalesce(string_agg(concat_ws(' ', rule, state), ', '), 'nothing') from farthing.incidents
  where state <> 'resolved'
$$;
select farthing.begin_run(tests.after('4 hours'));
update farthing.tasks set last_ok_at = tests.after('4 hours') where task = 'evaluate_alerts';
-- This email is never sent, as in a project without a mail service.
select is(farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('cid')),
  'low_balance', 'y', '{}', tests.after('4 hours')), true, 'an email waits');
create table pg_temp.woken (target text);
create or replace function farthing.wake(p_function text) returns boolean language sql
set search_path = 'pg_temp' as 'insert into woken values (p_function) returning true';
select is(farthing.runner_silence(tests.after('4 hours 5 min')), '5 minutes',
  'the time since the last run is known');
select is(pg_temp.hands_over('4 hours 5 min'), 'nothing', 'five minutes without a run open no incident');
select is(pg_temp.hands_over('4 hours 5 min 1 s'), 'tasks_stopped pending',
  'more than five minutes without a run make a pending incident');
select is(pg_temp.hands_over('4 hours 7 min 1 s'), 'tasks_stopped open',
  'T30: the incident tasks_stopped opens two minutes later');
select is((select array_agg(recipient order by recipient) from farthing.notifications where template = 'alert'
  and data ->> 'rule' = 'tasks_stopped'), '{operators,webhook}',
  'operators are notified by email and by webhook');
select is(pg_temp.hands_over('5 hours'), 'tasks_stopped open', 'the incident is notified once');
select is((select summary from farthing.incidents where rule = 'tasks_stopped'),
  'No scheduled task, or none that evaluates alerts, has run for 60 minutes.',
  'the summary has the time without a run');
select is((select count(*)::int from pg_temp.woken where target = 'notification-runner'), 3,
  'the notification runner is woken each time, although another email waits');
delete from farthing.notifications;
select is(pg_temp.alerts('5 hours 1 min'), 'nothing', 'the next evaluation of alerts resolves the incident');

-- Tasks run, but none of them evaluates alerts.
update farthing.tasks set last_ok_at = tests.after('6 hours') where task = 'evaluate_alerts';
select farthing.begin_run(tests.after('6 hours 6 min'));
select is(farthing.unwatched_for(tests.after('6 hours 6 min')), '6 minutes',
  'the time since the last evaluation is known');
select is(pg_temp.hands_over('6 hours 6 min'), 'tasks_stopped pending',
  'alerts that are not evaluated make a pending incident');
update farthing.tasks set last_ok_at = tests.after('6 hours 6 min') where task = 'evaluate_alerts';

-- A new installation, in which no task has run yet.
update farthing.task_runner set ran_at = null, installed_at = tests.after('6 hours');
select is(farthing.runner_silence(tests.after('6 hours 4 min')), '4 minutes',
  'a new project counts from its installation');
update farthing.task_runner set installed_at = now();
select is((health_database() ->> 'runs_tasks'), 'true', 'the health check reports that tasks run');

-- The heads of the seals are sent out of the database each hour. A late head is overdue work.
delete from farthing.notifications;
update farthing.alert_rules set enabled = rule = 'overdue_work';
select isnt(farthing.anchor(tests.after('20 days 7 min')), null, 'a head is made');
delete from farthing.notifications;
select is(pg_temp.alerts('20 days 82 min'), 'nothing', 'the next head may be a quarter of an hour late');
select is(pg_temp.alerts('20 days 82 min 1 s'), 'overdue_work open', 'a head that is later is overdue');
select is((select summary from farthing.incidents where state = 'open'),
  'The oldest head is overdue by 15 minutes. Scheduled tasks do not keep up.', 'the summary names the head');
select isnt(farthing.anchor(tests.after('20 days 83 min')), null, 'the next head is made');
delete from farthing.notifications;
select is(pg_temp.alerts('20 days 83 min'), 'nothing', 'the incident ends when the head is made');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
