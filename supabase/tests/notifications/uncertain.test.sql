-- Notifications that may have been sent, claims whose answer was lost, and the order in which a long queue
-- is sent.

begin;
\ir ../helpers/all_tests.psql
select plan(47);

create function pg_temp.notify(p_subject text, p_passed interval default '0') returns boolean
language sql as $$
  select farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('ann')),
    'low_balance', p_subject, '{}', tests.after(p_passed))
$$;
create temporary table claims (subject text, recipient text, notification_id uuid, lease_id uuid,
  claimed interval);
create function pg_temp.claims(
  p_passed interval, p_mail text default 'resend', p_limit int default 10, p_lease_id uuid default null)
returns text language sql as $$
  with claimed as (
    insert into claims
    select n.subject, n.recipient, n.notification_id, (c ->> 'lease_id')::uuid, p_passed
    from jsonb_array_elements(notifications_claim(p_limit, p_mail, p_lease_id,
      p_now => tests.after(p_passed))) c
    join farthing.notifications n on n.notification_id = (c ->> 'notification_id')::uuid
    returning *)
  select coalesce(string_agg(subject, ' ' order by subject), 'nothing') from claimed
$$;
create function pg_temp.failed(p_subject text, p_outcome text, p_error text, p_passed interval) returns text
language sql as $$
  select notifications_failed(notification_id, lease_id, p_outcome, p_error, null,
    tests.after(p_passed)) ->> 'known'
  from (select * from claims where subject = p_subject order by claimed desc limit 1) l
$$;
create function pg_temp.state(p_subject text) returns text language sql as $$
  select concat_ws(' ', state, attempts, last_error) from farthing.notifications
  where subject = p_subject and recipient = 'owner'
$$;

-- If the answer to a claim was lost, a repeated claim returns the same notifications. Otherwise
-- nobody would send them, because the lease excludes all other runners.
select isnt(tests.give('ann', '1000'), null, 'ann has an account');
select is(pg_temp.notify(subject), true, 'ann is notified of ' || subject)
from unnest(array['a', 'b', 'c']) subject;
create temporary table lease as select gen_random_uuid() as id;
select is(pg_temp.claims('0', 'postmark', 2, id), 'a b', 'a runner claims two notifications') from lease;
select is(pg_temp.claims('1 s', 'postmark', 2, id), 'a b',
  'a repeat of the claim returns the same two notifications') from lease;
select is(pg_temp.state('a'), 'sending 1', 'the repeat does not count as an attempt');
select is(pg_temp.claims('1 s', 'postmark', 2), 'c', 'another claim gets other notifications');
select is(pg_temp.failed(subject, 'never', 'refused', '2 s'), 'true', subject || ' is refused')
from unnest(array['a', 'b', 'c']) subject;

-- If one mail service may have sent a notification, no other service may send it, even if the first
-- service later reports that it sent nothing.
select is(pg_temp.notify(subject, '1 h'), true, 'ann is notified of ' || subject)
from unnest(array['d', 'later']) subject;
select is(pg_temp.claims('1 h'), 'd later', 'Resend is called');
select is(pg_temp.failed(subject, 'again', 'no_answer', passed), 'true', 'the answer of Resend is lost')
from (values ('d', '1 h'::interval), ('later', '1 h 1 s')) f (subject, passed);
select is(pg_temp.claims('2 h'), 'd later', 'Resend is called again');
select is(pg_temp.failed(subject, 'again', 'not_sent', '2 h'), 'true',
  'Resend reports that it did not send')
from unnest(array['d', 'later']) subject;
select is(pg_temp.claims('12 h', 'postmark'), 'nothing', 'Postmark does not get the notification');
-- Resend stores an idempotency key for only a day. After that, a repeated request could send the
-- notification a second time.
select is(pg_temp.claims('24 h'), 'later',
  'Resend gets only the notification whose lost answer is less than 23 hours old');
select is(pg_temp.failed('later', 'never', 'refused', '24 h'), 'true',
  'Resend refuses the other notification');
select is(farthing.give_up_notifications(tests.after('3 d 1 h')), 1,
  'the task gives up the other notification after three days');
select is(pg_temp.state('d'), 'uncertain 2 expired', 'the notification that was given up is uncertain');

-- While mail is known to be unavailable, no request is sent and no attempt is counted. Otherwise a single
-- day would use up all eight attempts.
select is(pg_temp.notify('e', '3 d 2 h'), true, 'notification e for ann is queued');
select is(pg_temp.claims('3 d 2 h'), 'e', 'a runner claims the notification');
select is(pg_temp.failed('e', 'again', 'not_sent', '3 d 2 h'), 'true', 'the mail service is unavailable');
do $$
begin
  for nr in 1..20 loop
    perform pg_temp.claims('3 d 3 h' + nr * interval '1 min');
    perform pg_temp.failed('e', 'not_asked', 'not_asked', '3 d 3 h' + nr * interval '1 min');
  end loop;
end
$$;
select is((select count(*)::int from claims where subject = 'e'), 21,
  'the notification is due again after a minute');
select is(pg_temp.state('e'), 'failed 1 not_asked', 'claims without a request do not count as attempts');
select is((select next_attempt_at from farthing.notifications where subject = 'e'),
  tests.after('3 d 3 h 21 min'),
  'the notification waits a minute each time');
select is(pg_temp.claims('3 d 3 h 21 min'), 'e', 'the mail service is available again');
select is(notifications_failed(notification_id, lease_id, 'not_asked', 'not_asked', 90,
  tests.after('3 d 4 h'))
  ->> 'known', 'true', 'the mail service requests a longer wait') from farthing.notifications
    where subject = 'e';
select is((select next_attempt_at from farthing.notifications where subject = 'e'),
  tests.after('3 d 4 h' + interval '90 s'), 'the retry is due after the requested wait');
select is(pg_temp.notify('f', '3 d 2 h'), true, 'notification f for ann is queued');
select is(pg_temp.claims('3 d 2 h', 'postmark'), 'f', 'notification f is claimed');
select is(pg_temp.failed('f', 'not_asked', 'not_asked', '3 d 2 h'), 'true',
  'no request is made for notification f');
select is(farthing.give_up_notifications(tests.after('6 d 2 h')), 2,
  'both notifications are given up on the third day');
select is(pg_temp.state('e'), 'dead 1 expired', 'notification e is dead-lettered');
select is(pg_temp.state('f'), 'dead 0 expired', 'notification f is dead-lettered, too');

-- Notifications to operators are claimed first, so a queue that can't be sent does not delay an
-- alert.
select is(pg_temp.notify('many ' || nr, '7 d'), true,
  'many notifications are queued') from generate_series(1, 3) nr;
select is(farthing.notify_operators('alert', 'fire', '{}', tests.after('7 d 1 min')), true,
  'the operators are notified of a fire');
select is(pg_temp.claims('7 d 2 min', 'resend', 1), 'fire', 'the alert is claimed first');
select is((select recipient from claims order by claimed desc limit 1), 'webhook',
  'the first claim is for the webhook');
select is(pg_temp.claims('7 d 2 min' + interval '1 s', 'resend', 1), 'fire',
  'the second claim is for the operators');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
