-- Each notification is delivered at most once. Runners claim notifications with a lease. If an
-- attempt fails and a retry is safe, another attempt is made. If a retry is not safe, the
-- notification stays uncertain.

begin;
\ir ../helpers/all_tests.psql
select plan(92);

create function pg_temp.notify(p_name text, p_subject text, p_passed interval default '0') returns boolean
language sql as $$
  select farthing.notify((select account_id from farthing.accounts where owner_id = tests.person(p_name)),
    'low_balance', p_subject, '{}', tests.after(p_passed))
$$;
-- Claims notifications and stores them in a table by subject.
create temporary table claims (subject text, notification_id uuid, lease_id uuid, address text,
  claimed interval);
create function pg_temp.claims(p_passed interval, p_mail text default 'postmark', p_limit int default 10)
returns text language sql as $$
  with claimed as (
    insert into claims
    select n.subject, n.notification_id, (c ->> 'lease_id')::uuid, c ->> 'address', p_passed
    from jsonb_array_elements(notifications_claim(p_limit, p_mail, p_now => tests.after(p_passed))) c
    join farthing.notifications n on n.notification_id = (c ->> 'notification_id')::uuid
    returning *)
  select coalesce(string_agg(subject, ' ' order by subject), 'nothing') from claimed
$$;
create function pg_temp.last(p_subject text) returns claims language sql as $$
  select * from claims where subject = p_subject order by claimed desc limit 1
$$;
create function pg_temp.sent(p_subject text, p_passed interval, p_provider_id text default 'id') returns text
language sql as $$
  select notifications_sent(l.notification_id, l.lease_id, p_provider_id, tests.after(p_passed)) ->> 'known'
  from pg_temp.last(p_subject) l
$$;
create function pg_temp.failed(p_subject text, p_outcome text, p_passed interval,
  p_retry_after int default null, p_error text default 'mail_down') returns text language sql as $$
  select notifications_failed(l.notification_id, l.lease_id, p_outcome, p_error, p_retry_after,
    tests.after(p_passed)) ->> 'known' from pg_temp.last(p_subject) l
$$;
create function pg_temp.state(p_subject text) returns text language sql as $$
  select concat_ws(' ', state, attempts, last_error, provider_id) from farthing.notifications
  where subject = p_subject and recipient <> 'webhook'
$$;

-- Only one runner claims each notification.
select isnt(tests.give(name, '1000'), null, name || ' has an account') from unnest(array['ann', 'bob']) name;
select is(pg_temp.notify('ann', subject), true, 'ann is notified of ' || subject)
from unnest(array['a', 'b', 'c']) subject;
select is(pg_temp.claims('-1 s'), 'nothing', 'a notification that is not due is not claimed');
select is(pg_temp.claims('1 s', p_limit => 2), 'a b',
  'a runner claims no more notifications than its limit');
select is(pg_temp.claims('1 s'), 'c', 'another runner claims the rest');
select is(pg_temp.claims('1 s'), 'nothing', 'a third runner claims none');
select is((pg_temp.last('a')).address, 'ann@example.com', 'the address comes from Auth');
select is((select count(*)::int from farthing.notifications where address is not null), 0,
  'the address is stored only in Auth');
select is(pg_temp.state('a'), 'sending 1', 'a claimed notification is in the state sending');

-- An attempt ends as sent, refused or uncertain.
select is(pg_temp.sent('a', '2 s', 'pm-1'), 'true', 'notification a is sent');
select is(pg_temp.state('a'), 'sent 1 pm-1', 'notification a is in the state sent');
select is(pg_temp.sent('a', '3 s', 'pm-2'), 'false', 'a second report of a sent notification is not known');
select is(pg_temp.failed('a', 'again', '3 s'), 'false', 'a sent notification cannot fail');
select is(pg_temp.state('a'), 'sent 1 pm-1', 'the sent notification stays sent');
select is(pg_temp.failed('b', 'never', '2 s', p_error => 'refused'), 'true', 'notification b is refused');
select is(pg_temp.state('b'), 'dead 1 refused', 'notification b is dead-lettered');
select is(pg_temp.failed('c', 'unknown', '2 s', p_error => 'no_answer'), 'true',
  'the outcome of notification c is unknown');
select is(pg_temp.state('c'), 'uncertain 1 no_answer', 'notification c is uncertain');
select is(pg_temp.claims('30 d'), 'nothing', 'no ended notification is claimed again');
select is(pg_temp.notify('ann', 'a', '1 d'), false, 'no ended notification is queued again');
select tests.fails_with(format('select notifications_failed(gen_random_uuid(), gen_random_uuid(), %L, ''x'')',
  outcome), 'invalid_request', 'outcome', 'another outcome is refused')
from unnest(array['perhaps', null]) outcome;

-- A notification has eight attempts, with growing intervals between them.
select is(pg_temp.notify('ann', 'd'), true, 'notification d for ann is queued');
create temporary table tries (nr int, passed interval, again text);
do $$
declare
  v_passed interval := '1 min';
  v_next interval;
begin
  for nr in 1..8 loop
    if pg_temp.claims(v_passed) = 'd' and pg_temp.claims(v_passed) = 'nothing' then
      perform pg_temp.failed('d', 'again', v_passed);
      select next_attempt_at - tests.after() into v_next from farthing.notifications where subject = 'd';
      insert into tries values (nr, v_next - v_passed, pg_temp.claims(v_next - interval '1 s'));
      v_passed := v_next;
    end if;
  end loop;
end
$$;
select results_eq($$ select nr, passed between m * interval '0.8 min' and m * interval '1.2 min', again
  from tries join (values (1, 1), (2, 3), (3, 9), (4, 27), (5, 81), (6, 243), (7, 360)) t (nr, m) using (nr)
  order by nr $$, $$ select nr, true, 'nothing' from generate_series(1, 7) nr $$,
  'the backoff trebles up to six hours, with jitter, and nothing is claimed before its end');
select is(pg_temp.state('d'), 'dead 8 mail_down',
  'a notification is dead-lettered after the eighth attempt');
select is(pg_temp.notify('ann', 'e', '2 d'), true, 'notification e for ann is queued');
select is(pg_temp.claims('2 d'), 'e', 'a runner claims the notification');
select is(pg_temp.failed('e', 'again', '2 d', 7200), 'true', 'the service requests a wait');
select is((select next_attempt_at from farthing.notifications where subject = 'e'), tests.after('2 d 2 h'),
  'the next attempt is due after that wait');
select is(pg_temp.claims('2 d 2 h'), 'e', 'the notification is claimed after the wait');
select is(pg_temp.sent('e', '2 d 2 h'), 'true', 'the notification is sent');

-- If a runner stopped without reporting a result, the notification is sent again only through a
-- service that recognises repeated requests.
select is(pg_temp.notify('bob', subject, '3 d'), true, 'bob is notified of ' || subject)
from unnest(array['f', 'g']) subject;
select is(pg_temp.claims('3 d', 'postmark', 1) ~ '^(f|g)$', true,
  'one notification is claimed for Postmark');
select is(pg_temp.claims('3 d', 'resend', 1) ~ '^(f|g)$', true, 'one notification is claimed for Resend');
create temporary table gone as select subject, sender from farthing.notifications where subject in ('f', 'g');
select is(pg_temp.claims('3 d 5 min' - interval '1 s'), 'nothing',
  'a leased notification is not claimed by another runner');
select is(pg_temp.claims('3 d 5 min', 'postmark'), 'nothing',
  'after the leases expired, Postmark gets neither notification');
select results_eq($$ select sender, pg_temp.state(subject) from gone order by sender $$,
  $$ values ('postmark', 'uncertain 1 runner_lost'), ('resend', 'failed 1 runner_lost') $$,
  'Postmark''s is uncertain, and Resend''s waits for Resend');
select is(pg_temp.claims('3 d 5 min', 'resend'), (select subject from gone where sender = 'resend'),
  'Resend gets its notification again');
select is((select pg_temp.sent(subject, '3 d 6 min', 're-1') from gone where sender = 'resend'), 'true',
  'the repeated notification is sent');
select is((select pg_temp.sent(subject, '3 d 6 min', 'pm-3') from gone where sender = 'postmark'), 'true',
  'a late report of the dead runner is accepted');
select results_eq($$ select sender, pg_temp.state(subject) from gone order by sender $$,
  $$ values ('postmark', 'sent 1 pm-3'), ('resend', 'sent 2 re-1') $$, 'both notifications are sent');

-- Operators are notified by email and by webhook. If there is no mail service, only the notification by
-- webhook is claimed.
select is(farthing.notify_operators('alert', 'fire', '{}', tests.after('4 d')), true,
  'the operators are notified of a fire');
select is(pg_temp.claims('4 d', null), 'fire', 'without a mail service the webhook is claimed');
select is((select recipient from farthing.notifications where state = 'sending'), 'webhook',
  'without a mail service nothing else is claimed');
select is(pg_temp.claims('4 d'), 'fire', 'with a mail service the operators'' email is claimed');
select is(pg_temp.claims('4 d 5 min', null), 'fire', 'a webhook leased to a dead runner is claimed again');
select is((select pg_temp.sent('fire', '4 d 5 min')), 'true', 'the webhook is sent');

-- A back end sends a notification to a user or to an address, once for each idempotency key.
create function pg_temp.sends(
  p_args text, p_key text default null, p_passed interval default '5 d', p_kept_seconds int default 86400)
returns text language plpgsql as $$
declare
  v_answer jsonb;
begin
  execute format('select notifications_send(''receipt'', %s, p_idempotency_key => %L, p_fingerprint => %L,
    p_kept_seconds => %s, p_now => %L)', p_args, tests.sha256(p_key), tests.sha256(p_args), p_kept_seconds,
    tests.after(p_passed)) into v_answer;
  return concat_ws(' ', v_answer ->> 'status', v_answer ->> 'replayed', v_answer #>> '{data,status}');
end
$$;
select is(pg_temp.sends($$p_user_id => tests.person('cid')$$, 'k1'), '200 false queued',
  'a back end notifies a new user');
select is(pg_temp.sends($$p_user_id => tests.person('cid')$$, 'k1'), '200 true queued',
  'a repeat is replayed');
select is(pg_temp.sends($$p_user_id => tests.person('cid')$$, 'k2'), '200 false queued',
  'another key is another notification');
select is(pg_temp.sends($$p_email => 'zoe@example.net'$$, 'k3'), '200 false queued',
  'a back end notifies an address');
select tests.fails_with(format('select pg_temp.sends(%L, %L)', args, key), code, field, args)
from (values ($$p_email => 'yve@example.net'$$, 'k3', 'idempotency_key_reused', null),
  ($$p_user_id => gen_random_uuid()$$, 'k4', 'not_found', 'user_id'),
  ($$p_email => 'x@example.net', p_user_id => tests.person('cid')$$, 'k5', 'invalid_request', 'to'),
  ($$p_email => null$$, 'k6', 'invalid_request', 'to')) f (args, key, code, field);
select is(jsonb_array_length(tests.seen_by('authenticated', 'cid', 'select * from notifications')), 2,
  'the user reads their own notifications');
select is((select count(*)::int from farthing.notifications where address = 'zoe@example.net'), 1,
  'the address is stored');
create function pg_temp.leaks() returns int language sql as $$
  select count(*)::int from farthing.notifications n where n::text ~ 'zoe'
$$;
select isnt(pg_temp.claims('5 d'), 'nothing', 'a runner claims the notifications');
select is((select count(*)::int from claims where address = 'zoe@example.net'), 1,
  'the claim has the address');
select is(pg_temp.leaks(), 1, 'the address is stored until the notification is sent');
select is((select pg_temp.sent(subject, '5 d') from claims where address = 'zoe@example.net'), 'true',
  'the notification is sent');
select is(pg_temp.leaks(), 0, 'the address is erased');

-- Deleted users are not notified any more.
select is(pg_temp.notify('bob', 'h', '6 d'), true, 'notification h for bob is queued');
create temporary table bob as select account_id from farthing.accounts where owner_id = tests.person('bob');
delete from auth.users where id = (select tests.person('bob'));
select is(farthing.notify(account_id, 'low_balance', 'i', '{}', tests.after('6 d')), false,
  'a notification to a deleted user is not queued') from bob;
select is(pg_temp.claims('6 d'), 'h', 'the queued notification of a deleted user is claimed');
select is((pg_temp.last('h')).address, null, 'the notification of a deleted user has no address');

-- A scheduled task dead-letters unsent notifications after three days. After 90 days it deletes the
-- notifications that are in no user's list.
select is(pg_temp.notify('ann', 'k', '7 d'), true, 'notification k for ann is queued');
select is(pg_temp.claims('7 d'), 'k', 'a runner claims notification k');
select is(pg_temp.failed('k', 'again', '7 d', 864000), 'true', 'notification k is postponed for long');
select is(pg_temp.notify('ann', 'j', '7 d'), true, 'notification j for ann is queued and never attempted');
select is(pg_temp.sends($$p_email => 'zoe@example.net'$$, 'k9', '7 d'), '200 false queued',
  'a notification for zoe is queued');
select is(farthing.give_up_notifications(tests.after('10 d' - interval '1 s')), 0,
  'the notifications stay queued for three days');
select is(farthing.give_up_notifications(tests.after('10 d'), 1), 1,
  'the task handles no more notifications than its limit');
select is(farthing.give_up_notifications(tests.after('10 d')), 2,
  'the task handles the rest in its next run');
select is(pg_temp.state('k'), 'dead 1 expired',
  'a notification that was not sent within three days is given up');
select is(pg_temp.state('j'), 'dead 0 not_tried',
  'a notification that was never attempted is given up with the reason not_tried');
select is(pg_temp.leaks(), 0, 'no address is stored after three days');
select is(farthing.give_up_notifications(tests.after('94 d' - interval '1 s')), 0,
  'a sent notification is stored for 90 days');
select is((select farthing.give_up_notifications(tests.after('100 d'))), 4,
  'a notification that is in no user''s list is deleted after 90 days');
select is((select count(*)::int from farthing.notifications where account_id is null), 0,
  'no deleted notification is left');
select is((select count(*)::int from farthing.notifications where account_id is not null) > 8, true,
  'the notifications in users'' lists stay');
select is(farthing.wake_notification_runner_if_due(tests.after('100 d')), false,
  'no runner can be woken here');

-- If the caller sends no key, a key is derived from the contents. A derived key is stored for a shorter
-- time.
select is(pg_temp.sends($$p_email => 'xiu@example.net'$$, 'content', '5 d' + passed, 600), expected, what)
from (values (interval '0', '200 false queued', 'the first of its content is queued'),
  ('9 min 59 s', '200 true queued', 'the same content within ten minutes is the same notification'),
  ('10 min', '200 false queued', 'and after ten minutes another one'),
  ('19 min 59 s', '200 true queued', 'from it the ten minutes begin anew')) c (passed, expected, what);
select is((select count(*)::int from farthing.notifications where address = 'xiu@example.net'), 2,
  'two notifications were queued');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
