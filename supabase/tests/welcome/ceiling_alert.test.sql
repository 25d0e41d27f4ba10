-- The alert, the figures and the report about welcome credits.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
select plan(12);

update farthing.alert_rules set resolves_after = '0', enabled = rule = 'welcome_ceiling';
create function pg_temp.figures() returns text language sql as $$
  select coalesce(string_agg(f.labels || ' ' || f.value, ', ' order by f.labels), 'none')
  from farthing.health_figures(tests.after('1 h')) f where f.name = 'welcome_requests'
$$;

select is(tests.alerts('0'), 'nothing', 'a project without new users has no incident');
select is(pg_temp.figures(), 'none', 'and no figures');
select lives_ok($$ select farthing.set_policy('{"welcome_credits": "100", "welcome_credits_day": "250"}',
  'test') $$, 'welcome credits are on');
insert into auth.users (id, email, email_confirmed_at)
select md5(n::text)::uuid, n || '@example.com', now() from generate_series(1, 4) n;
select is(pg_temp.figures(), 'outcome=queued 4', 'four users wait');
select is(welcome_run(3, tests.after()) ->> 'granted', '2', 'the ceiling lets two of three have credits');
select is(pg_temp.figures(), 'outcome=day_ceiling 1, outcome=granted 2, outcome=queued 1',
  'the figures count each outcome');
select is(tests.alerts('1 min'), 'welcome_ceiling open', 'the first refusal opens an incident');
select is(summary, '1 new user without welcome credits within 24 hours, because the ceiling of 250 credits '
  || 'a day was reached.', 'the summary says how many and why') from farthing.incidents;
select is(tests.alerts('24 h 1 s'), 'nothing', 'the incident ends a day after the last refusal');
select cmp_ok(farthing.seal(), '>=', 2, 'the entries are sealed');
select results_eq($$ select author::text, kind::text, trim_scale(amount)::text
  from farthing.actor_days $$,
  $$ values ('task:grant_welcome_credits', 'promotion', '200') $$,
  'the report of actors shows the credits by their author');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
