-- Operators resend dead-lettered notifications.

begin;
\ir ../helpers/all_tests.psql
select plan(48);

select isnt(tests.give(name, '600'), null, name || ' has credits') from unnest(array['ann', 'bob']) name;
select isnt(tests.person('olga'), null, 'olga signs up');
update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person('olga');
create function pg_temp.olga() returns text language sql as $$
  select 'operator:' || tests.person('olga')
$$;
create function pg_temp.id_of(p_subject text, p_recipient text default null) returns uuid language sql as $$
  select notification_id from farthing.notifications
  where subject = p_subject and recipient = coalesce(p_recipient, recipient)
$$;
-- Queues a notification for a person, and ends it in the state p_state after p_passed.
create function pg_temp.ends(p_name text, p_subject text, p_state text, p_error text, p_passed interval,
  p_template text default 'hello') returns boolean language sql as $$
  select farthing.notify(farthing.account_for(tests.person(p_name)), p_template, p_subject, '{}',
    tests.after('1 h'));
  select farthing.finish_notification(pg_temp.id_of(p_subject), p_state, p_error, tests.after(p_passed));
  select true
$$;
create function pg_temp.stands(p_subject text) returns text language sql as $$
  select concat_ws(' ', state, attempts, last_error, retried_at = tests.after('5 d'))
  from farthing.notifications where subject = p_subject
$$;
create function pg_temp.retry(p_id uuid, p_key text default null, p_even boolean default false)
returns jsonb language sql as $$
  select notifications_retry(p_id, 'Mail is back.', p_even, tests.sha256(p_key), tests.sha256(p_key),
    pg_temp.olga(), tests.after('5 d'))
$$;

select ok(pg_temp.ends('ann', 'a', 'dead', 'not_sent', '1 d'), 'a notification of ann''s is dead-lettered');
select is(a ->> 'status' || ' ' || (a #>> '{data,state}') || ' ' || (a #>> '{data,address}'),
  '200 queued a***@example.com', 'olga retries the notification')
from pg_temp.retry(pg_temp.id_of('a'), 'k') a;
select is(pg_temp.stands('a'), 'queued 0 t', 'the notification has eight new attempts');
select is(pg_temp.retry(pg_temp.id_of('a'), 'k') ->> 'replayed', 'true', 'a repeat is replayed');
select tests.fails_with('select pg_temp.retry(pg_temp.id_of(''a''))', 'notification_not_dead', null,
  'a queued notification is not queued again');
select is(tests.outcome('select pg_temp.retry(pg_temp.id_of(''a''))') -> 'details', '{"state": "queued"}',
  'the refusal has the state');
select results_eq($$select author, reason, row_key ->> 'notification_id', before ->> 'state',
    after ->> 'state', changed_at from farthing.audit where table_name = 'notifications'$$,
  $$select pg_temp.olga(), 'Mail is back.', pg_temp.id_of('a')::text, 'dead', 'queued', tests.after('5 d')$$,
  'the retry is audited once');
select is(farthing.give_up_notifications(tests.after('5 d 1 h')), 0,
  'an old notification has three days from its retry on');
select is(jsonb_array_length(notifications_claim(10, 'postmark', p_now => tests.after('5 d 1 h'))), 1,
  'a runner gets the notification');
select is(notifications_sent(notification_id, lease_id, 'm', tests.after('5 d 1 h')), '{"known": true}',
  'the mail service accepts it') from farthing.notifications where subject = 'a';
select tests.fails_with('select pg_temp.retry(pg_temp.id_of(''a''))', 'notification_not_dead', null,
  'a sent notification is not sent again');

-- A notification that may already have been sent.
select ok(pg_temp.ends('ann', 'u', 'uncertain', 'runner_lost', '1 d'), 'a notification is uncertain');
update farthing.notifications set in_doubt_since = tests.after('1 d'), sender = 'resend' where subject = 'u';
select is(tests.outcome('select pg_temp.retry(pg_temp.id_of(''u''))') #> '{details}',
  '{"state": "uncertain"}', 'an uncertain notification is not retried by mistake');
select is(pg_temp.retry(pg_temp.id_of('u'), p_even => true) #>> '{data,state}', 'queued',
  'it is retried on request');
select is(jsonb_array_length(notifications_claim(10, 'postmark', p_now => tests.after('5 d 2 h'))), 1,
  'another service may send it');
select is(notifications_failed(notification_id, lease_id, 'never', 'refused', null, tests.after('5 d 2 h')),
  '{"known": true}', 'that service refuses it') from farthing.notifications where subject = 'u';
select is(pg_temp.stands('u'), 'dead 1 refused t', 'it is dead-lettered and no longer in doubt');

-- A retry is refused if it has no reason, if the caller lacks the role, or if nothing can be sent.
select tests.fails_with('select pg_temp.retry(gen_random_uuid())', 'not_found', 'id',
  'an unknown notification is not found');
select tests.fails_with(format('select notifications_retry(pg_temp.id_of(''u''), %L)', reason),
  'invalid_request', 'reason', 'a reason is needed') from unnest(array[null, '', repeat('x', 501)]) reason;
select tests.fails_with(format('select notifications_retry(pg_temp.id_of(''u''), ''why'', p_author => %L)',
  'operator:' || tests.person('bob')), 'forbidden', null, 'bob is no operator');
select isnt(notifications_send('hello', p_email => 'zoe@example.com', p_now => tests.after('1 h')),
  null, 'a back end notifies an address');
select count(farthing.finish_notification(notification_id, 'dead', 'refused', tests.after('1 d')))
from farthing.notifications where recipient = 'address' \gset
select tests.fails_with(format('select pg_temp.retry(%L)', notification_id), 'notification_not_dead', null,
  'an erased address can''t be retried') from farthing.notifications where recipient = 'address';
select is(tests.code_for(role, 'ann', 'select notifications_retry(gen_random_uuid(), ''why'')'), '42501',
  role || ' must not retry') from unnest(array['anon', 'authenticated']) role;

-- Resends all notifications that were dead-lettered during an outage.
create function pg_temp.retry_dead(p_dry_run boolean, p_template text default null, p_error text default null,
  p_limit int default 1000, p_since interval default '2 d', p_reason text default 'Mail is back.')
returns text language sql as $$
  select concat_ws(', ', (select string_agg(format('%s %s: %s', f ->> 'template', f ->> 'last_error',
      f ->> 'count'), ' ') from jsonb_array_elements(a #> '{data,found}') f),
    'retried ' || (a #>> '{data,retried}'))
  from notifications_retry_dead(tests.after(p_since), p_limit, tests.after('4 d'), p_template, p_error,
    p_reason, p_dry_run, p_author => pg_temp.olga(), p_now => tests.after('5 d')) a
$$;
select is(pg_temp.retry_dead(true), 'retried 0', 'before the outage nothing is found');
select ok(pg_temp.ends(name, format('%s %s', name, n), 'dead', error, '3 d', template), name || ' misses one')
from (values ('ann', 1, 'not_sent', 'receipt'), ('bob', 2, 'not_sent', 'receipt'),
  ('ann', 3, 'refused', 'hello')) e (name, n, error, template);
select ok(pg_temp.ends('ann', 'in doubt', 'uncertain', 'runner_lost', '3 d'), 'one is uncertain');
select ok(pg_temp.ends('ann', 'late', 'dead', 'not_sent', '4 d 1 h'), 'one is dead-lettered later');
select is(pg_temp.retry_dead(true), 'hello refused: 1 receipt not_sent: 2, retried 0',
  'a dry run counts without those that are uncertain, later or were given up before');
select is(pg_temp.retry_dead(true, 'receipt'), 'receipt not_sent: 2, retried 0', 'of one kind');
select is(pg_temp.retry_dead(true, p_error => 'refused'), 'hello refused: 1, retried 0', 'of one error');
select is((select count(*)::int from farthing.notifications where state = 'queued'), 0,
  'a dry run changes nothing');
select is(array(select (notifications_retry_dead(tests.after(), 1000, passed, p_dry_run => true,
    p_now => tests.after('5 d')) #>> '{data,until}')::timestamptz
  from unnest(array[tests.after('4 d'), tests.after('6 d'), null]) passed),
  array[tests.after('4 d'), tests.after('5 d'), tests.after('5 d')],
  'the answer has the end of the time that was searched, which is never in the future');
select is(pg_temp.retry_dead(false, 'receipt', p_limit => 1), 'receipt not_sent: 2, retried 1',
  'one request retries a bounded number');
select is(pg_temp.retry_dead(false, 'receipt'), 'receipt not_sent: 1, retried 1', 'the next one the rest');
select is(pg_temp.retry_dead(false, 'receipt'), 'retried 0', 'a further one nothing');
select is((select count(*)::int from farthing.audit where table_name = 'notifications'
  and author = pg_temp.olga()), 4, 'each retried notification has its audit row');
select tests.fails_with('select pg_temp.retry_dead(false, p_reason => null)', 'invalid_request', 'reason',
  'a retry needs a reason');
select tests.fails_with('select pg_temp.retry_dead(true, p_since => ''4 d 1 s'')', 'invalid_request', 'since',
  'since must not be after until');
select is(tests.code_for('authenticated', 'ann', 'select notifications_retry_dead(now(), 1000)'), '42501',
  'a user must not retry');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
