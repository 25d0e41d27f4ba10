-- Alerts about minting, and the authors' days that they are read from.

begin;
\ir ../helpers/story.psql
\ir ../helpers/alerts.psql
select plan(22);

update farthing.alert_rules set resolves_after = '0', enabled = rule in ('credits_minted',
  'grant_above_ceiling');
create function pg_temp.grants(p_amount text, p_author text, p_passed interval, p_source text
  default 'adjustment') returns text language sql as $$
  select credits_grant(tests.person('ann'), p_amount, p_source, p_author => p_author,
    p_now => tests.after(p_passed)) ->> 'status'
$$;
create function pg_temp.said(p_rule text) returns text language sql as $$
  select summary from farthing.incidents where rule = p_rule order by incident_nr desc limit 1
$$;

-- By whomever, since midnight UTC.
select is(tests.alerts('0'), 'nothing', 'nothing was granted');
select is((select count(*)::int from generate_series(1, 20)
  where pg_temp.grants('100000', 'key:default', '1 h') = '201'), 20, 'a key grants 2,000,000');
select is(tests.alerts('1 h 1 min'), 'nothing', 'unsealed entries do not count');
select cmp_ok(farthing.seal(), '>=', 20, 'sealed');
select is(tests.alerts('1 h 2 min'), 'nothing', 'so much is usual');
select is(pg_temp.grants('0.5', 'sql:postgres', '2 h', 'promotional'), '201', 'half a credit more');
select is(farthing.seal(), 1, 'sealed');
select is(tests.alerts('2 h'), 'credits_minted open', 'is not');
select is(pg_temp.said('credits_minted'), '2000000.5 credits granted since midnight UTC: 0 by operators, '
  || '2000000 by keys, 0.5 at SQL prompts, 0 by others.', 'and says by whom');
select is(tests.alerts('23:59:59'), 'credits_minted open', 'for the rest of the day');
select is(tests.alerts('24 h'), 'nothing', 'a new day begins with nothing');

-- Each above the ceiling of one grant.
select is(pg_temp.grants('100000.1', 'key:default', '25 h'), '201', 'a key grants much at once');
select is(tests.alerts('25 h'), 'grant_above_ceiling open', 'it is notified');
select is(pg_temp.said('grant_above_ceiling'),
  '1 grant above a ceiling within 24 hours: 0 pending, 1 granted, 1 by keys or at SQL prompts.',
  'and by what kind of author');
select is(tests.alerts('49 h 1 s'), 'nothing', 'for a day');

-- The view of actors.
select is(farthing.seal(), 1, 'the grants are sealed');
select is(pg_temp.grants('1', 'key:default', '26 h'), '201', 'the key grants once more on this day');
select is(farthing.seal(), 1, 'it is added to the sealed ones');
select results_eq('select day, author_kind, author, kind::text, entries, credits from farthing.actors
  order by day, author', $$ values
  (date '2027-01-01', 'key', 'key:default'::varchar, 'adjustment', 20::bigint, '2000000'),
  ('2027-01-01', 'sql', 'sql:postgres', 'promotion', 1, '0.5'),
  ('2027-01-02', 'key', 'key:default', 'adjustment', 2, '100001.1') $$, 'credits moved by author and day');
select is(tests.code_for(role, 'ann', 'select * from farthing.actors'), '42501', role || ' reads no actors')
from unnest(array['authenticated', 'service_role']) role;

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
