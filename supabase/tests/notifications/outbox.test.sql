-- The outbox: a user is notified of each subject only once, an invalid or too large notification is
-- not queued, and users read only their own notifications.

begin;
\ir ../helpers/all_tests.psql
select plan(45);

-- A user gets only one notification of each template and subject.
select isnt(tests.give(name, '600'), null, name || ' has 600') from unnest(array['ann', 'bob']) name;
create function pg_temp.notify(p_name text, p_template text, p_subject text, p_data text default '{}')
returns boolean language sql as $$
  select farthing.notify((select account_id from farthing.accounts where owner_id = tests.person(p_name)),
    p_template, p_subject, p_data::jsonb, tests.after('-1 day'))
$$;
select is(pg_temp.notify('ann', 'hello', 'a'), true, 'a notification is queued');
select is(pg_temp.notify('ann', 'hello', 'a'), false, 'a subject is notified once');
select is(pg_temp.notify(name, template, subject), true,
  'another account, template or subject is another notification')
from (values ('bob', 'hello', 'a'), ('ann', 'bye', 'a'), ('ann', 'hello', 'b')) n (name, template, subject);
select is(pg_temp.notify('ann', template, subject, data), false,
  format('a notification of %s is not queued, and no transaction fails',
    left(template || subject || data, 30)))
from (values ('Hello', 'x', '{}'), ('', 'x', '{}'), ('hello', '', '{}'), ('hello', repeat('x', 256), '{}'),
  ('hello', 'x', '[]'), (repeat('h', 41), 'x', '{}'),
  ('hello', 'x', jsonb_build_object('x', (select string_agg(md5(n::text), '') from generate_series(1, 200) n))
    ::text)) n (template, subject, data);
select is(farthing.notify_operators('alert', subject, '{}', tests.after('-1 day')), is_queued,
  'operators are notified of ' || subject)
from (values ('fire', true), ('fire', false), ('flood', true), ('', false)) n (subject, is_queued);
select set_eq($$ select recipient, subject from farthing.notifications where account_id is null $$,
  $$ select * from unnest(array['operators', 'webhook']) r, unnest(array['fire', 'flood']) s $$,
  'operators are notified once by email and once by webhook');

-- The table refuses a notification with an invalid state, recipient or address.
delete from farthing.notifications where subject = 'flood' or recipient = 'webhook';
select is(tests.outcome(format('update farthing.notifications set %s where subject = ''fire''',
  change)) ->> 'code',
  code, change)
from (values
  ('recipient = ''owner''', '23514'), ('recipient = ''anybody''', '23514'), ('address = ''x@y.test''',
    '23514'), ('recipient = ''address'', address = ''x@y.test''', 'ok'),
  ('address = null', '23514'), ('attempts = 9', '23514'), ('last_error = ''Not a code''', '23514'),
  ('state = ''failed''', '23514'), ('state = ''failed'', last_error = ''mail_down''', 'ok'),
  ('state = ''sending'', next_attempt_at = null', '23514'),
  ('state = ''sending'', lease_id = gen_random_uuid(), leased_until = now()', '23514'),
  ('state = ''sending'', lease_id = gen_random_uuid(), leased_until = now(), sender = ''postmark''', 'ok'),
  ('state = ''sent'', next_attempt_at = null, finished_at = now(), address = null', '23514'),
  ('state = ''sent'', next_attempt_at = null, lease_id = null, leased_until = null, finished_at = now()',
    '23514'),
  ('state = ''sent'', next_attempt_at = null, lease_id = null, leased_until = null, finished_at = now(),
    address = null', 'ok'),
  ('address = ''x@y.test''', '23514'), ('state = ''uncertain''', 'ok'), ('state = ''lost''', '23514'),
  ('state = ''dead'', last_error = null', '23514')) c (change, code);
select is(jsonb_array_length(tests.seen_by('authenticated', 'ann', 'select * from notifications')), 3,
  'a user reads their own notifications');
select is(jsonb_array_length(tests.seen_by('authenticated', 'bob', 'select * from notifications')), 1,
  'a user does not read other users'' notifications');
select is(tests.code_for('anon', null, 'select * from notifications'), '42501',
  'an anonymous caller reads no notifications');
select is(tests.code_for('authenticated', 'ann', sql), '42501',
  'a user cannot change notifications') from unnest(array[
  'delete from notifications', 'insert into notifications (template) values (''x'')',
  'update farthing.notifications set data = ''{}''']) sql;
delete from farthing.notifications;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
