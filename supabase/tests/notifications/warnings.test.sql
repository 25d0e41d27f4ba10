-- Notifications, once, of a low balance and of credits that will expire; nobody else's, and nothing
-- personal.

begin;
\ir ../helpers/story.psql
\ir ../helpers/top_ups.psql
select plan(89);

-- The outbox.
select isnt(tests.give(name, '600'), null, name || ' has 600') from unnest(array['ann', 'bob']) name;
create function pg_temp.tell(p_name text, p_template text, p_subject text, p_data text default '{}')
returns boolean language sql as $$
  select farthing.notify((select account_id from farthing.accounts where owner_id = tests.person(p_name)),
    p_template, p_subject, p_data::jsonb, tests.after('-1 day'))
$$;
select is(pg_temp.tell('ann', 'hello', 'a'), true, 'a notification is queued');
select is(pg_temp.tell('ann', 'hello', 'a'), false, 'a subject is notified once');
select is(pg_temp.tell(name, template, subject), true, 'another account, template or subject is another')
from (values ('bob', 'hello', 'a'), ('ann', 'bye', 'a'), ('ann', 'hello', 'b')) n (name, template, subject);
select is(pg_temp.tell('ann', template, subject, data), false,
  format('a notification of %s is not queued, and no transaction fails',
    left(template || subject || data, 30)))
from (values ('Hello', 'x', '{}'), ('', 'x', '{}'), ('hello', '', '{}'), ('hello', repeat('x', 256), '{}'),
  ('hello', 'x', '[]'), (repeat('h', 41), 'x', '{}'),
  ('hello', 'x', jsonb_build_object('x', (select string_agg(md5(n::text), '') from generate_series(1, 200) n))
    ::text)) n (template, subject, data);
select is(farthing.notify_operators('alert', subject, '{}', tests.after('-1 day')), told,
  'operators are notified of ' || subject)
from (values ('fire', true), ('fire', false), ('flood', true), ('', false)) n (subject, told);
select set_eq($$ select recipient, subject from farthing.notices where account_id is null $$,
  $$ select * from unnest(array['operators', 'webhook']) r, unnest(array['fire', 'flood']) s $$,
  'once each, by email and by webhook');

-- Bounds of a notification.
delete from farthing.notices where subject = 'flood' or recipient = 'webhook';
select is(tests.outcome(format('update farthing.notices set %s where subject = ''fire''', change)) ->> 'code',
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
select is(jsonb_array_length(tests.seen_by('authenticated', 'ann', 'select * from notices')), 3,
  'a user reads their own');
select is(jsonb_array_length(tests.seen_by('authenticated', 'bob', 'select * from notices')), 1,
  'and nobody else''s');
select is(tests.code_for('anon', null, 'select * from notices'), '42501', 'a visitor reads none');
select is(tests.code_for('authenticated', 'ann', sql), '42501', 'a user changes none') from unnest(array[
  'delete from notices', 'insert into notices (template) values (''x'')',
  'update farthing.notices set data = ''{}''']) sql;
delete from farthing.notices;

-- A low balance.
select is(farthing.sweep_low_balances(tests.after('1 min')), 0, 'a user with enough credits is not notified');
select is((credits_debit(tests.person(name), amount, 'x', p_now => tests.after('2 min')) ->> 'status')::int,
  201, format('%s spends %s', name, amount))
from (values ('ann', '100'), ('bob', '100.000000000000000001')) s (name, amount);
select is(farthing.sweep_low_balances(tests.after('2 min')), 1, 'one has fallen below the threshold');
select results_eq($$ select owner_id, template, data, n.created_at from farthing.notices n
  join farthing.accounts using (account_id) $$, $$ values (tests.person('bob'), 'low_balance',
    '{"available": "499.999999999999999999", "threshold": "500"}'::jsonb, tests.after('2 min')) $$,
  'and the notification has the rest, to the last decimal');
select is((credits_debit(tests.person('bob'), '300', 'x', p_now => tests.after('3 min')) ->> 'status')::int,
  201, 'bob spends on');
select is(farthing.sweep_low_balances(tests.after('3 min')), 0, 'a fall is notified once');
select isnt(tests.give('bob', '50', p_passed => '4 min'), null, 'credits come in, too few');
select is(farthing.sweep_low_balances(tests.after('5 min')), 1, 'then it is notified again');
select is(farthing.sweep_low_balances(tests.after('6 min')), 0, 'once');
select is(tests.opts_in('ann', '550', '2000', 100, '7 min', false) ->> 'state', 'off',
  'ann wants to hear at 550, and no top-up');
select is(farthing.sweep_low_balances(tests.after('7 min')), 1,
  'one''s own threshold goes before the policy''s');
select is(tests.person(name) is not null, true, name || ' has nothing, and never had')
from unnest(array['cid', 'dan']) name;
select is((farthing.lock_account(tests.person('cid'), tests.after())).balance, 0::numeric,
  'cid has an account');
select is(farthing.sweep_low_balances(tests.after('8 min')), 0,
  'an account that never had credits has not fallen');

-- Round and round.
select isnt(tests.give(format('p%s', n), '1', p_passed => '9 min'), null,
  'a poor person') from generate_series(1, 4) n;
update farthing.low_balance_round set last_account_id = 0;
select is(array(select farthing.sweep_low_balances(tests.after('10 min'), 3) from generate_series(1, 4)),
  array[0, 3, 1, 0], 'the task goes on where it stopped, and begins anew behind the last');

-- Users with a top-up, and deleted users, have nothing to do.
select isnt(tests.give(name, '10', p_passed => '11 min'), null, name || ' has too little')
from unnest(array['ivy', 'jon']) name;
select is(tests.tops_up('ivy'), 'card_missing, processed', 'ivy asks for top-ups, and saves a card');
delete from auth.users where id = (select tests.person('jon'));
select is(farthing.sweep_low_balances(tests.after('11 min')), 0, 'neither is notified');

-- T23: credits that will expire.
delete from farthing.notices;
create function pg_temp.expiring(p_passed interval) returns text[] language plpgsql as $$
begin
  perform farthing.sweep_expiring_credits(tests.after(p_passed));
  return (select coalesce(array_agg(format('%s: %s within %s', split_part(u.email, '@', 1),
    n.data ->> 'credits', n.data ->> 'days') order by n.created_at, u.email), '{}')
    from farthing.notices n join farthing.accounts a using (account_id) join auth.users u on u.id = a.owner_id
    where n.created_at = tests.after(p_passed));
end
$$;
select isnt(tests.give('eve', '10', '20 days', '1 day'), null, 'eve has 10 for a while')
from generate_series(1, 2);
select is(pg_temp.expiring('13 days' - interval '1 s'), '{}',
  'T23: a week and a second before nothing is said');
select is(pg_temp.expiring('13 days'), '{"eve: 20 within 7"}',
  'T23: a week before it is, of all that expires then');
select is(pg_temp.expiring('13 days 1 min'), '{}', 'T23: once');
select is((credits_debit(tests.person('eve'), '15', 'x', p_now => tests.after('18 days')) ->> 'status')::int,
  201, 'eve spends most of it');
select is(pg_temp.expiring('19 days' - interval '1 s'), '{}', 'T23: more than a day before nothing more');
select is(pg_temp.expiring('19 days'), '{"eve: 5 within 1"}', 'T23: a day before the rest is spoken of');
select isnt(tests.give('fay', '7', '25 days', '22 days'), null, 'fay has 7 for three days');
select is(pg_temp.expiring('22 days'), '{}', 'T23: who was given less than a week has heard so');
select is(pg_temp.expiring('24 days'), '{"fay: 7 within 1"}', 'T23: and hears of the last day');
select isnt(tests.give('gus', '3', '26 days', '25 days 12:00'), null, 'gus has 3 for half a day');
select is(pg_temp.expiring('25 days 12:00'), '{"gus: 3 within 1"}',
  'T23: no credits expire without a warning');
select isnt(tests.give('hal', '3', '40 days', '26 days'), null, 'hal has 3, and spends them');
select is((credits_debit(tests.person('hal'), '3', 'x', p_now => tests.after('27 days')) ->> 'status')::int,
  201,
  'all of them');
select is(pg_temp.expiring('39 days'), '{}', 'T23: what is spent is not spoken of');

-- Frozen credits cannot be spent in time.
select isnt(tests.give('ida', '4', '60 days', '41 days'), null, 'ida has 4');
update farthing.lots set frozen = true where remaining = 4;
select is(pg_temp.expiring('59 days'), '{}', 'T23: and may not spend them: nothing is said');
update farthing.lots set frozen = false where remaining = 4;
select is(pg_temp.expiring('59 days 1 min'), '{"ida: 4 within 1"}', 'T23: once free it is');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
