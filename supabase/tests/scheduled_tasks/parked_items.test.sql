-- Trap T30: an item that raised an error in a task is parked: the task skips the item, and works on it
-- again after its backoff. This is true for every task.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/jobs.psql
\ir ../helpers/bookings.psql
select plan(25);

-- For each kind of work, an item that is due ten days after the start.
select isnt(tests.give('bob', '100'), null, 'bob has 100 credits');
select isnt(tests.give('eve', '10', '5 days'), null, 'eve has 10 credits for five days');
select isnt(tests.buys('cid'), null, 'cid opens a checkout');
select isnt(tests.refund('dan', 1, 999), null, 'a refund waits for its payment');
select isnt(chats_begin(tests.person('bob'), 'gpt-4o', 1000, 500, p_now => tests.after()), null,
  'bob begins a chat');
select isnt((select data from tests.job('fay', 'b')), null, 'fay creates a job');
select is(tests.claim('one', 'b'), '1', 'a runner claims the job');
select isnt(tests.provider('pat'), null, 'pat is a provider');
select isnt(tests.begin_booking('gus', 'pat', 1000, 'usd'), null, 'gus begins a booking');
select ok(farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('bob')),
  'low_balance', 'x', '{}', tests.after()), 'a notification for bob is queued');

create temporary table due as
select 'expire_credits' as task, 'account' as kind, account_id::text as id from farthing.lots
union all select 'expire_orders', 'order', (select order_id::text from tests.bought)
union all select 'retry_events', 'event', (select event_id from farthing.inbox)
union all select 'end_job_leases', 'job', (select job_nr::text from farthing.jobs where type = 'b')
union all select 'close_abandoned_chats', 'chat', (select hold_id::text from farthing.chats)
union all select 'cancel_unanswered_bookings', 'booking', (select booking_id::text from farthing.bookings)
union all select 'give_up_notifications', 'notification', (select notification_id::text
  from farthing.notifications);
create function pg_temp.runs(p_task text, p_passed interval) returns int language plpgsql as $$
declare
  v_count int;
begin
  execute format('select farthing.%I(%L)', p_task, tests.after(p_passed)) into v_count;
  return v_count;
end
$$;

select farthing.park_item(task, kind, id, '22012', tests.after('10 days')) from due;
select is(pg_temp.runs(task, '10 days'), 0, 'T30: ' || task || ' skips parked items')
from due group by task;
select is((select count(*)::int from farthing.parked_items), 8, 'all items stay parked');
select is(pg_temp.runs(task, '12 days'), count(*)::int, 'T30: ' || task ||
  ' works on the items again') from due
where task <> 'close_abandoned_chats' group by task; -- the hold of the chat has expired long before
select is_empty('select * from farthing.prove()', 'the proof finds no violation');

select * from finish();
rollback;
