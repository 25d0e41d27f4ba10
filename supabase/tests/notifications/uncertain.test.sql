-- Notifications that may have been sent, claims whose answer was lost, and the order of a long
-- queue.

begin;
\ir ../helpers/story.psql
select plan(47);

create function pg_temp.tell(p_subject text, p_passed interval default '0') returns boolean
language sql as $$
  select farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('ann')),
    'low_balance', p_subject, '{}', tests.after(p_passed))
$$;
create temporary table claims (subject text, recipient text, notice_id uuid, lease_id uuid, claimed interval);
create function pg_temp.claims(
  p_passed interval, p_mail text default 'resend', p_limit int default 10, p_lease_id uuid default null)
returns text language sql as $$
  with claimed as (
    insert into claims
    select n.subject, n.recipient, n.notice_id, (c ->> 'lease_id')::uuid, p_passed
    from jsonb_array_elements(notices_claim(p_mail, p_limit, p_lease_id, tests.after(p_passed))) c
    join farthing.notices n on n.notice_id = (c ->> 'notice_id')::uuid
    returning *)
  select coalesce(string_agg(subject, ' ' order by subject), 'nothing') from claimed
$$;
create function pg_temp.failed(p_subject text, p_outcome text, p_error text, p_passed interval) returns text
language sql as $$
  select notices_failed(notice_id, lease_id, p_outcome, p_error, null,
    tests.after(p_passed)) ->> 'known'
  from (select * from claims where subject = p_subject order by claimed desc limit 1) l
$$;
create function pg_temp.stands(p_subject text) returns text language sql as $$
  select concat_ws(' ', state, attempts, last_error) from farthing.notices
  where subject = p_subject and recipient = 'owner'
$$;

-- A repeat of a claim whose answer was lost returns the same notifications, because no other runner
-- would send them.
select isnt(tests.give('ann', '1000'), null, 'ann has an account');
select is(pg_temp.tell(subject), true, 'ann is notified of ' || subject)
from unnest(array['a', 'b', 'c']) subject;
create temporary table lease as select gen_random_uuid() as id;
select is(pg_temp.claims('0', 'postmark', 2, id), 'a b', 'two are claimed') from lease;
select is(pg_temp.claims('1 s', 'postmark', 2, id), 'a b', 'asked again, it is the same two') from lease;
select is(pg_temp.stands('a'), 'sending 1', 'and one attempt');
select is(pg_temp.claims('1 s', 'postmark', 2), 'c', 'another claim is another''s');
select is(pg_temp.failed(subject, 'never', 'refused', '2 s'), 'true', subject || ' is refused')
from unnest(array['a', 'b', 'c']) subject;

-- A notification that one service may have sent is not sent by another service, whatever was
-- reported since.
select is(pg_temp.tell(subject, '1 h'), true, 'ann is notified of ' || subject)
from unnest(array['d', 'later']) subject;
select is(pg_temp.claims('1 h'), 'd later', 'Resend is asked');
select is(pg_temp.failed(subject, 'again', 'no_answer', passed), 'true', 'and its answer is lost')
from (values ('d', '1 h'::interval), ('later', '1 h 1 s')) f (subject, passed);
select is(pg_temp.claims('2 h'), 'd later', 'it is asked again');
select is(pg_temp.failed(subject, 'again', 'not_sent', '2 h'), 'true', 'and says that it does not send')
from unnest(array['d', 'later']) subject;
select is(pg_temp.claims('12 h', 'postmark'), 'nothing', 'Postmark is not asked');
-- Resend forgets an idempotency key after a day.
select is(pg_temp.claims('24 h'), 'later', 'nor is Resend, once 23 hours have passed');
select is(pg_temp.failed('later', 'never', 'refused', '24 h'), 'true', 'it refuses the other');
select is(farthing.sweep_notices(tests.after('3 d 1 h')), 1, 'in time it is given up');
select is(pg_temp.stands('d'), 'uncertain 2 expired', 'and nobody knows whether it was sent');

-- While mail is known to be unavailable, no request is made and no attempt is counted; otherwise
-- one day would use up all eight attempts.
select is(pg_temp.tell('e', '3 d 2 h'), true, 'notification e for ann is queued');
select is(pg_temp.claims('3 d 2 h'), 'e', 'mail is asked');
select is(pg_temp.failed('e', 'again', 'not_sent', '3 d 2 h'), 'true', 'and away');
do $$
begin
  for nr in 1..20 loop
    perform pg_temp.claims('3 d 3 h' + nr * interval '1 min');
    perform pg_temp.failed('e', 'not_asked', 'not_asked', '3 d 3 h' + nr * interval '1 min');
  end loop;
end
$$;
select is((select count(*)::int from claims where subject = 'e'), 21, 'a minute later it is looked at again');
select is(pg_temp.stands('e'), 'failed 1 not_asked', 'however often, it was tried once');
select is((select next_attempt_at from farthing.notices where subject = 'e'), tests.after('3 d 3 h 21 min'),
  'and waits a minute');
select is(pg_temp.claims('3 d 3 h 21 min'), 'e', 'then mail is back');
select is(notices_failed(notice_id, lease_id, 'not_asked', 'not_asked', 90, tests.after('3 d 4 h'))
  ->> 'known', 'true', 'or says for how long not') from farthing.notices where subject = 'e';
select is((select next_attempt_at from farthing.notices where subject = 'e'),
  tests.after('3 d 4 h' + interval '90 s'), 'it is respected');
select is(pg_temp.tell('f', '3 d 2 h'), true, 'notification f for ann is queued');
select is(pg_temp.claims('3 d 2 h', 'postmark'), 'f', 'which nobody');
select is(pg_temp.failed('f', 'not_asked', 'not_asked', '3 d 2 h'), 'true', 'is asked to send');
select is(farthing.sweep_notices(tests.after('6 d 2 h')), 2, 'on the third day both are given up');
select is(pg_temp.stands('e'), 'dead 1 expired', 'e is dead');
select is(pg_temp.stands('f'), 'dead 0 expired', 'f is dead, too, though there was a service');

-- Operators come first: a queue that cannot be sent does not delay an alert.
select is(pg_temp.tell('many ' || nr, '7 d'), true, 'many wait') from generate_series(1, 3) nr;
select is(farthing.notify_operators('alert', 'fire', '{}', tests.after('7 d 1 min')), true,
  'there is a fire');
select is(pg_temp.claims('7 d 2 min', 'resend', 1), 'fire', 'it is claimed first');
select is((select recipient from claims order by claimed desc limit 1), 'webhook', 'for the webhook');
select is(pg_temp.claims('7 d 2 min' + interval '1 s', 'resend', 1), 'fire', 'then for the operators');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
