-- The operators' list shows each notification's state and recipient, and never its contents.

begin;
\ir ../helpers/all_tests.psql
select plan(21);

create function pg_temp.ids(p_page jsonb, p_key text default 'template') returns text language sql as $$
  select string_agg(coalesce(n ->> p_key, '-'), ' ' order by nr)
  from jsonb_array_elements(p_page -> 'notifications') with ordinality e (n, nr)
$$;

select is(notifications_list(), '{"notifications": [], "next_before": null}',
  'on the first day there are no notifications');
select isnt(tests.give(name, '600'), null, name || ' has credits') from unnest(array['ann', 'bob']) name;
select is(farthing.notify(farthing.account_for(tests.person(name)), template, 's', '{"secret": 1}',
  tests.after(passed::interval)), true, format('%s is notified', name))
from (values ('ann', 'hello', '1 h'), ('bob', 'hello', '2 h'),
  ('ann', 'bye', '3 h')) n (name, template, passed);
select is(farthing.notify_operators('alert', 's', '{}', tests.after('4 h')), true,
  'the operators are notified');
select isnt(notifications_send('hello', p_email => 'zoe@example.com', p_now => tests.after('5 h')), null,
  'a back end notifies an address');

set local enable_seqscan = off;
discard plans; -- a cached plan would ignore the new setting
select is(pg_temp.ids(notifications_list(), 'address'),
  'z***@example.com - - a***@example.com b***@example.com a***@example.com',
  'all notifications are listed newest first, with masked addresses');
select is(pg_temp.ids(notifications_list(p_user_id => tests.person('ann')), 'address'),
  'ann@example.com ann@example.com', 'the list of one user shows their address');
select is(pg_temp.ids(notifications_list(p_user_id => tests.person('ann'))), 'bye hello',
  'the list of one user has no other notification');
select is(pg_temp.ids(notifications_list(p_template => 'hello'), 'recipient'), 'address owner owner',
  'notifications are listed by template');
select is(pg_temp.ids(notifications_list('dead')), null, 'a state without notifications has none');
select count(*) as dead from farthing.notifications n,
  lateral farthing.finish_notification(n.notification_id, 'dead', 'refused', tests.after('6 h'))
where n.recipient in ('address', 'webhook') \gset
select is(pg_temp.ids(notifications_list('dead'), 'last_error'), 'refused refused',
  'notifications are listed by state');
select is(pg_temp.ids(notifications_list('dead'), 'address'), '- -', 'an erased address is not shown');
select is(notifications_list() #> '{notifications,0,data}', null, 'contents are not shown');
select is(pg_temp.ids(p), 'alert alert', 'a page begins after its cursor')
from notifications_list(p_before => (notifications_list(p_limit => 1) ->> 'next_before')::uuid,
  p_limit => 2) p;
select tests.fails_with('select notifications_list(p_user_id => gen_random_uuid())', 'not_found', 'user_id',
  'an unknown user is not found');
select is(tests.code_for(role, 'ann', 'select notifications_list()'), '42501',
  role || ' must not list notifications') from unnest(array['anon', 'authenticated']) role;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
