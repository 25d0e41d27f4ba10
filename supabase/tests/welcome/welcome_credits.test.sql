-- Welcome credits: who gets them, how often, and every limit.

begin;
\ir ../helpers/all_tests.psql
select plan(56);

-- Signs a user up with an email address, confirmed or not.
create function pg_temp.signs_up(p_name text, p_email text, p_confirmed boolean default true,
  p_anonymous boolean default false) returns text language sql as $$
  insert into auth.users (id, email, email_confirmed_at, is_anonymous)
  values (md5(p_name)::uuid, p_email, case when p_confirmed then now() end, p_anonymous)
  returning 'signed up'
$$;
create function pg_temp.confirms(p_name text) returns text language sql as $$
  update auth.users set email_confirmed_at = now() where id = md5(p_name)::uuid returning 'confirmed'
$$;
create function pg_temp.granted(p_passed interval default '0') returns int language sql as $$
  select (welcome_run(50, tests.after(p_passed)) ->> 'granted')::int
$$;
create function pg_temp.credits(p_name text, p_passed interval default '0') returns text language sql as $$
  select credits_balance(md5(p_name)::uuid, p_now => tests.after(p_passed)) ->> 'available'
$$;
create function pg_temp.reason(p_name text) returns text language sql as $$
  select concat_ws(' ', status, reason) from farthing.welcome_grants where user_id = md5(p_name)::uuid
$$;
create function pg_temp.sets(p_changes jsonb) returns text language sql as $$
  select 'set' from (select farthing.set_policy(p_changes, 'test')) one
$$;

-- Welcome credits are off by default.
select is(trim_scale(welcome_credits)::text, '0', 'welcome credits are off as installed')
from farthing.policy;
select is(pg_temp.signs_up('off', 'off@example.com'), 'signed up', 'a user signs up');
select is((select count(*)::int from farthing.welcome_grants), 0, 'nothing is planned');

select is(pg_temp.sets('{"welcome_credits": "100", "welcome_credits_day": "350", "welcome_credits_life":
  "10 days"}'), 'set', 'a shop turns welcome credits on');
select is(pg_temp.granted(), 0, 'earlier users get nothing');

-- The runner grants the credits once.
select is(pg_temp.signs_up('ann', 'ann@example.com'), 'signed up', 'ann signs up with a confirmed address');
select is(pg_temp.reason('ann'), 'queued', 'her credits are planned');
select is(pg_temp.credits('ann'), '0', 'the sign-up itself grants nothing');
select is(pg_temp.granted(), 1, 'the runner grants them');
select is(pg_temp.granted(), 0, 'a second run grants nothing');
select is(pg_temp.credits('ann'), '100', 'ann has 100 credits');
select is(concat_ws(' ', source, trim_scale(amount), expires_at), concat_ws(' ', 'promotional 100',
  tests.after('10 days')), 'they are promotional and expire')
from farthing.lots where account_id = farthing.account_for(md5('ann')::uuid);
select is(concat_ws(' ', kind, author), 'promotion task:grant_welcome_credits',
  'the entry has the task as its author') from farthing.entries
where account_id = farthing.account_for(md5('ann')::uuid);
select is(pg_temp.credits('ann', '10 days'), '0', 'they cannot be spent after their expiry');

-- Users with an unconfirmed email address, and anonymous users, get no credits.
select is(pg_temp.signs_up('ben', 'ben@example.com', false), 'signed up',
  'ben has not confirmed his address');
select is(pg_temp.signs_up('ava', null, false, true), 'signed up', 'ava is anonymous');
select is(pg_temp.granted(), 0, 'both get nothing');
select is(pg_temp.confirms('ben'), 'confirmed', 'ben confirms');
select is(pg_temp.confirms('ben'), 'confirmed', 'and confirms again');
select is(pg_temp.granted('1 min'), 1, 'ben gets his credits once');
select is(pg_temp.credits('ben'), '100', 'ben has 100 credits');
update auth.users set email = 'ava@example.com', email_confirmed_at = now() where id = md5('ava')::uuid;
select is(pg_temp.reason('ava'), null, 'an anonymous user with an address is still anonymous');
update auth.users set is_anonymous = false where id = md5('ava')::uuid;
select is(pg_temp.reason('ava'), 'queued', 'ava becomes a permanent user');
update auth.users set email_confirmed_at = null where id = md5('ava')::uuid;
select is(pg_temp.granted('2 min'), 0, 'her address is not confirmed any more when the runner looks');
select is(pg_temp.confirms('ava'), 'confirmed', 'ava confirms');
select is(pg_temp.granted('2 min'), 1, 'ava gets her credits');

-- The ceiling of the day refuses further users.
select is(pg_temp.signs_up('cid', 'cid@example.com'), 'signed up', 'a fourth user signs up');
select is(pg_temp.granted('3 min'), 0, '400 credits would exceed the ceiling of 350');
select is(pg_temp.reason('cid'), 'refused day_ceiling', 'the request is refused');
select is(pg_temp.granted('1 day'), 0, 'and stays refused on the next day');
select is(pg_temp.signs_up('dan', 'dan@example.com'), 'signed up', 'a user signs up on the next day');
select is(pg_temp.granted('1 day'), 1, 'a new day has a new ceiling');

-- An address gets only one grant, in whichever spelling, even after the user is deleted.
select is(pg_temp.signs_up('eve', 'DAN+1@example.com'), 'signed up', 'a second account of dan''s address');
select is(pg_temp.granted('1 day'), 0, 'gets nothing');
select is(pg_temp.reason('eve'), 'refused email_known', 'since the address is known');
select is(tests.outcome('delete from auth.users where email = ''dan@example.com''') ->> 'code', 'ok',
  'dan is deleted');
select is((select count(*)::int from farthing.welcome_grants g where to_jsonb(g)::text ~ 'dan|example'), 0,
  'no address is stored');
select is(pg_temp.signs_up('dan2', 'dan@example.com'), 'signed up', 'dan signs up again');
select is(pg_temp.granted('1 day'), 0, 'and gets nothing');
select is(pg_temp.signs_up('dan3', 'dan3@example.com'), 'signed up', 'another user signs up');
select is(tests.outcome('delete from auth.users where email = ''dan3@example.com''') ->> 'code', 'ok',
  'and is deleted before the runner looks');
select is(pg_temp.granted('1 day'), 0, 'a deleted user gets nothing');

-- An address without an @ has no hash. A sign-in service other than email can confirm such an address.
select is(pg_temp.signs_up('n' || coalesce(email, 'ull'), email), 'signed up', 'a user without an address')
from (values (null), (''), ('ann')) e (email);
select is(pg_temp.granted('1 day'), 0, 'users without an address get nothing');
select is(string_agg(distinct pg_temp.reason('n' || name), ', '), 'refused no_email', 'they are refused')
from unnest(array['ull', '', 'ann']) name;
select is_empty('select * from farthing.parked_items', 'and not parked');

-- Addresses at blocked domains get no credits.
select is(farthing.set_blocked_domains('{mailinator.com,trash.example}', 'test'), 2, 'a shop blocks domains');
select is(pg_temp.signs_up('f' || nr, email), 'signed up', email)
from (values (1, 'x@Mailinator.com'), (2, 'x@a.b.trash.example'), (3, 'x@notmailinator.com'))
  e (nr, email);
select is(farthing.is_blocked_domain('"a@b"@Trash.example'), true, 'the domain follows the last @');
select is(pg_temp.granted('1 day'), 1, 'one of the three gets credits');
select is(string_agg(pg_temp.reason('f' || nr), ', ' order by nr),
  'refused domain_blocked, refused domain_blocked, granted', 'a subdomain is blocked, another name is not')
from generate_series(1, 3) nr;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
