-- Waking the notification runner: a new notification wakes it at once, unless earlier ones are
-- still queued.

begin;
\ir ../helpers/all_tests.psql
select plan(13);

select is(vault.create_secret(value, name) is not null, true, name || ' is stored')
from (values ('https://project.example.com/functions/v1', 'farthing_functions_url'),
  ('sb_secret_x', 'farthing_secret_key')) s (value, name);
select isnt(tests.give('ann', '100'), null, 'ann has an account');
delete from net.http_request_queue where true;
create function pg_temp.woken_by(p_subject text) returns text language plpgsql as $$
begin
  perform farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('ann')),
    'low_balance', p_subject, '{}', tests.after());
  return (select coalesce(string_agg(url, ' '), 'nobody') from net.http_request_queue);
end
$$;
select is(pg_temp.woken_by('a'), 'https://project.example.com/functions/v1/notification-runner',
  'a notification for an empty queue wakes the runner');
delete from net.http_request_queue where true;
select is(pg_temp.woken_by('b'), 'nobody', 'another notification does not wake the runner again');
update farthing.notifications set state = 'dead', finished_at = tests.after(), next_attempt_at = null,
  last_error = 'expired' where true;
select is(pg_temp.woken_by('c') <> 'nobody', true,
  'a notification wakes the runner again after the queue was emptied');

-- A scheduled task wakes the runner each minute if notifications are due.
create function pg_temp.woken_at(p_passed interval) returns text language plpgsql as $$
declare
  v_is_woken boolean;
begin
  delete from net.http_request_queue where true;
  v_is_woken := farthing.wake_notification_runner_if_due(tests.after(p_passed));
  return format('%s, %s', v_is_woken, (select count(*) from net.http_request_queue));
end
$$;
select is(pg_temp.woken_at('-1 s'), 'f, 0', 'no runner is woken before a notification is due');
select is(pg_temp.woken_at('0'), 't, 1', 'the runner is woken when a notification is due');
select is(jsonb_array_length(notifications_claim(10, 'resend', p_now => tests.after())), 1,
  'the runner claims the notification');
select is(pg_temp.woken_at('5 min' - interval '1 s'), 'f, 0',
  'no runner is woken while the notification is being sent');
select is(pg_temp.woken_at('5 min'), 't, 1', 'the runner is woken when the lease has expired');
update farthing.notifications set state = 'dead', finished_at = tests.after(), next_attempt_at = null,
  last_error = 'expired', lease_id = null, leased_until = null where true;
select is(pg_temp.woken_at('5 min'), 'f, 0', 'no runner is woken for an empty queue');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
