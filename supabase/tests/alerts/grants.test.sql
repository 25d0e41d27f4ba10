-- Alerts about granted credits.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
select plan(16);

update farthing.alert_rules set resolves_after = '0', enabled = rule in ('credits_minted',
  'grant_above_ceiling');
create function pg_temp.grants(p_amount text, p_author text, p_passed interval, p_source text
  default 'adjustment') returns text language sql as $$
  select credits_grant(tests.person('ann'), p_amount, p_source, p_author => p_author,
    p_now => tests.after(p_passed)) ->> 'status'
$$;
create function pg_temp.summary(p_rule text) returns text language sql as $$
  select summary from farthing.incidents where rule = p_rule order by incident_nr desc limit 1
$$;

-- The rule credits_minted adds up the grants of all authors since midnight UTC.
select is(tests.alerts('0'), 'nothing', 'no grant opens no incident');
select is((select count(*)::int from generate_series(1, 20)
  where pg_temp.grants('100000', 'key:default', '1 h') = '201'), 20,
  'a key grants 2,000,000 credits in 20 grants');
select is(tests.alerts('1 h 1 min'), 'nothing', 'grants in unsealed entries do not count');
select cmp_ok(farthing.seal(), '>=', 20, 'the entries are sealed');
select is(tests.alerts('1 h 2 min'), 'nothing',
  '2,000,000 credits are at the threshold and open no incident');
select is(pg_temp.grants('0.5', 'sql:postgres', '2 h', 'promotional'), '201',
  'an SQL prompt grants half a credit more');
select is(farthing.seal(), 1, 'the new entry is sealed');
select is(tests.alerts('2 h'), 'credits_minted open', 'credits above the threshold open an incident');
select is(pg_temp.summary('credits_minted'), '2000000.5 credits granted since midnight UTC: 0 by operators, '
  || '2000000 by keys, 0.5 at SQL prompts, 0 by others.', 'the summary says who granted the credits');
select is(tests.alerts('23:59:59'), 'credits_minted open', 'the incident stays open for the rest of the day');
select is(tests.alerts('24 h'), 'nothing', 'a new day resolves the incident');

-- The rule grant_above_ceiling counts each grant that exceeds the ceiling of a single grant.
select is(pg_temp.grants('100000.1', 'key:default', '25 h'), '201',
  'a key grants more than the ceiling of one grant');
select is(tests.alerts('25 h'), 'grant_above_ceiling open', 'the grant opens an incident');
select is(pg_temp.summary('grant_above_ceiling'),
  '1 grant above a ceiling within 24 hours: 0 pending, 1 granted; by keys or at SQL prompts: 1.',
  'the summary counts the grants by kind of author');
select is(tests.alerts('49 h 1 s'), 'nothing', 'the incident ends after a day');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
