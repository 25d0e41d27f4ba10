-- Scheduled tasks: what they expire, how many items they handle per run, and when they run.

begin;
\ir ../helpers/all_tests.psql
select plan(104);

-- The lots of inactive accounts expire. In the entry of an expired lot, event_at is the time of the
-- expiry, and created_at is the time when the task ran.
select isnt(tests.give(name, '10', '1 hour'), null, name || ' has 10 for an hour')
from unnest(array['ann', 'bob', 'cid']) name;
select isnt(tests.give('ann', '5'), null, 'ann has 5 for ever');
select is(farthing.expire_credits(tests.after('1 hour' - interval '1 s')), 0,
  'the task leaves unexpired lots');
select is(farthing.expire_credits(tests.after('1 hour'), 2), 2,
  'the task handles no more accounts than its limit');
select is(farthing.expire_credits(tests.after('2 hours'), 2), 1,
  'the task handles the rest in its next run');
select is(tests.balance('ann', '2 hours'), 'balance 5, held 0, available 5, debt 0',
  'expired credits are not in the balance');
select results_eq($$ select counterparty::text, direction::text, kind::text, amount::int, event_at,
  created_at, lot_id
    is not null from farthing.entries where kind = 'expiry' order by account_id $$, $$ values
  ('breakage', 'out', 'expiry', 10, tests.after('1 hour'), tests.after('1 hour'), true),
  ('breakage', 'out', 'expiry', 10, tests.after('1 hour'), tests.after('1 hour'), true),
  ('breakage', 'out', 'expiry', 10, tests.after('1 hour'), tests.after('2 hours'), true) $$,
  'expired credits are in breakage as of their expiry, in entries of the moment when the task ran');
select is(farthing.expire_credits(tests.after('2 hours')), 0, 'a lot expires once');

-- If a lot was partly spent when it expired, only the rest becomes breakage.
select isnt(tests.give('dan', '10', '1 hour'), null, 'dan has 10 for an hour');
select isnt(credits_debit(tests.person('dan'), '4', 'x', p_now => tests.after('30 min')), null,
  'dan spends 4');
select is(farthing.expire_credits(tests.after('2 hours')), 1, 'the task expires the rest of dan''s lot');
select is((select e.amount::int from farthing.entries e join farthing.accounts using (account_id)
  where owner_id = tests.person('dan') and e.kind = 'expiry'), 6, 'the entry of the expiry has 6');

-- The task's time is 2 h, but a debit has already been made at 3 h. The entry of the expiry must
-- not have an earlier time than the debit.
select isnt(tests.give('eve', '10', '1 hour'), null, 'eve has 10 for an hour');
select isnt(tests.give('eve', '10'), null, 'eve has 10 for ever');
select isnt(credits_debit(tests.person('eve'), '1', 'x', p_now => tests.after('3 hours')), null,
  'eve spends 1 at 3 h');
select is(farthing.expire_credits(tests.after('2 hours')), 1,
  'the task runs with an earlier time than the debit''s');
select is((select e.created_at from farthing.entries e join farthing.accounts using (account_id)
  where owner_id = tests.person('eve') and e.kind = 'expiry'), tests.after('3 hours'),
  'the expiry''s entry has the time of the debit');

-- Holds are released in the order of their expiry, and each account is handled once.
select isnt(tests.give('fay', '10'), null, 'fay has 10');
select isnt(tests.hold('fay', '1', seconds), null, 'fay holds 1') from unnest(array[10, 20, 30]) seconds;
select is(farthing.expire_credits(tests.after('20 s')), 2, 'the task releases expired holds');
select is(tests.balance('fay', '20 s'), 'balance 10, held 1, available 9, debt 0',
  'holds that have not expired stay open');

-- One run of a task handles no more orders, or events of the inbox, than its limit.
select isnt(checkout_begin(tests.person('ann'), package_id::text, 'https://a.test', 'https://a.test',
  p_now => tests.after()), null, 'ann opens an order') from farthing.packages order by amount limit 3;
select is(farthing.expire_orders(tests.after('2 hours'), 2), 2,
  'the task handles no more orders than its limit');
select is(farthing.expire_orders(tests.after('2 hours'), 2), 1, 'the task handles the rest in its next run');
select is((select array_agg(distinct status) from farthing.orders), '{expired}',
  'orders whose session is over are expired');
select is(inbox_receive(jsonb_build_object('id', 'evt_' || n, 'type', 'payment_intent.succeeded', 'livemode',
  false,
  'created', 1, 'facts', jsonb_build_object('order_id', gen_random_uuid(), 'mark', installation_id)),
  tests.after()) ->> 'deferred', 'true',
  'an event is deferred') from generate_series(1, 3) n, farthing.policy;
select is(farthing.retry_events(tests.after('1 min' - interval '1 s')), 0,
  'the task makes no attempt before a minute has passed');
select is(farthing.retry_events(tests.after('1 min'), 2), 2,
  'the task handles no more events than its limit');
select is(farthing.retry_events(tests.after('1 min'), 2), 1, 'the task handles the rest in its next run');

-- The list of tasks, and when each runs.
select results_eq($$ select jobname::text collate "default", schedule, command
  from cron.job where command like '%farthing%' $$,
  $$ values ('farthing', '* * * * *', 'call farthing.run_due_tasks()') $$,
    'one job of pg_cron runs all tasks each minute');
select is((select array_agg(concat_ws(' ', task, every, nullif(phase, '0'))
  order by task) from farthing.tasks),
  array['anchor 01:00:00 00:07:00', 'cancel_unanswered_bookings 01:00:00 00:41:00',
    'close_abandoned_chats 00:01:00', 'close_months 01:00:00 00:37:00', 'delete_old_ai_logs 00:01:00',
    'delete_old_customer_reads 01:00:00 00:31:00', 'delete_old_fraud_records 00:05:00',
    'delete_old_idempotency_keys 00:01:00', 'delete_old_incidents 01:00:00 00:23:00',
    'delete_old_job_data 00:05:00', 'delete_old_metrics 00:05:00',
    'delete_old_refusals 01:00:00 00:43:00', 'delete_old_runs 01:00:00 00:29:00',
    'end_job_leases 00:01:00', 'evaluate_alerts 00:01:00', 'expire_credits 00:01:00',
    'expire_grants 00:05:00', 'expire_jobs 00:01:00', 'expire_orders 00:05:00',
    'give_up_notifications 00:05:00', 'grant_welcome_credits 00:01:00',
    'notify_expiring_credits 00:05:00', 'notify_low_balances 00:01:00',
    'prove_if_due 00:10:00', 'retry_events 00:01:00', 'retry_reconciliation 00:15:00',
      'roll_up_revenue 00:05:00', 'seal 00:01:00',
    'wake_deep_checks 01:00:00 00:17:00', 'wake_notification_runner_if_due 00:01:00',
    'wake_payment_runner_if_due 00:01:00', 'wake_runner_if_due 00:01:00'], 'the list of tasks is complete');
select is_empty($$ select task, last_error from (select t.task, farthing.run_task(t.task,
      tests.after('3 hours'))
    as went_well from farthing.tasks t) r join farthing.tasks using (task) where not went_well $$,
  'every task runs as it is scheduled');
select is(tests.code_for(role, 'ann', format('select farthing.%s()', task)), '42501',
  format('%s by %s is denied', task, role)) from unnest(array['service_role', 'authenticated', 'anon']) role,
  unnest(array['expire_credits', 'expire_orders', 'retry_events', 'delete_old_idempotency_keys',
    'delete_old_ai_logs', 'cancel_unanswered_bookings', 'close_abandoned_chats',
    'notify_expiring_credits', 'delete_old_fraud_records', 'notify_low_balances', 'delete_old_metrics',
    'delete_old_runs', 'seal', 'prove', 'prove_if_due', 'evaluate_alerts', 'delete_old_incidents',
    'delete_old_customer_reads', 'close_months', 'roll_up_revenue',
    'delete_old_refusals']) task;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
