-- A new notice wakes the runner at once; one more for a queue that waits already does not.

begin;
\ir helpers/story.psql
select plan(7);

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
  'a notice for an empty queue wakes the runner');
delete from net.http_request_queue where true;
select is(pg_temp.woken_by('b'), 'nobody', 'another one finds it on its way');
update farthing.notices set state = 'dead', finished_at = tests.after(), next_attempt_at = null,
  last_error = 'expired' where true;
select is(pg_temp.woken_by('c') <> 'nobody', true, 'and after the queue was emptied it is woken again');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
